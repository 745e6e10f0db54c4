import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { hashFile, sha256Of } from '../../src/images/hash.ts';

it('gives the published sum of "abc" (FIPS 180-4)', () => {
  expect(sha256Of(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

it('gives a file the sums of its bytes', async () => {
  const path = join(import.meta.dirname, '../fixtures/images/ana-01.jpg');
  const bytes = await readFile(path);
  expect(await hashFile(path)).toEqual({ sha256: sha256Of(bytes), md5: createHash('md5').update(bytes).digest('hex') });
});

it('says which file is not there', async () => {
  await expect(hashFile(join(import.meta.dirname, 'no-such.png'))).rejects.toMatchObject({ code: 'ENOENT' });
});
