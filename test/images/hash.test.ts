import { join } from 'node:path';
import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { hashBytes, hashFile } from '../../src/images/hash.ts';

it('gives the published sums of "abc" (FIPS 180-4, RFC 1321)', () => {
  expect(hashBytes(Buffer.from('abc'))).toEqual({
    sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    md5: '900150983cd24fb0d6963f7d28e17f72',
  });
});

it('gives a file the sums of its bytes', async () => {
  const path = join(import.meta.dirname, '../fixtures/images/ana-01.jpg');
  expect(await hashFile(path)).toEqual(hashBytes(await readFile(path)));
});

it('says which file is not there', async () => {
  await expect(hashFile(join(import.meta.dirname, 'no-such.png'))).rejects.toMatchObject({ code: 'ENOENT' });
});
