/** Weights on their way: what is whole, what is not, and what is taken out of a tar file. */
import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { linkFinal } from '../../src/images/save.ts';
import { notWhole } from '../../src/training/safetensors.ts';
import { unpackWeights } from '../../src/training/unpack.ts';
import { makeTar, makeWeights } from '../emulators/weights.ts';
import { newFolder, removeFolder } from '../support/jobs.ts';

const WHOLE = makeWeights('mira');

function fileOf(bytes: Buffer): string {
  const folder = newFolder('weights');
  onTestFinished(() => removeFolder(folder));
  const path = join(folder, 'answer.part');
  writeFileSync(path, bytes);
  return path;
}

/** A header of so many bytes, as it says itself. */
function withHeader(text: string, says = BigInt(Buffer.byteLength(text))): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(says);
  return Buffer.concat([length, Buffer.from(text)]);
}

describe('a safetensors file', () => {
  it('is whole when it has the bytes that its header tells', async () => {
    expect(await notWhole(fileOf(WHOLE))).toBeUndefined();
  });

  it.each([
    ['that ends early', WHOLE.subarray(0, -1)],
    ['that ends in its header', WHOLE.subarray(0, 20)],
    ['with more behind it', Buffer.concat([WHOLE, Buffer.from('x')])],
    ['of nothing', Buffer.alloc(0)],
    ['that is a page', Buffer.from('<html>sign in</html>')],
    ['that is a picture', Buffer.from('89504e470d0a1a0a0000000d', 'hex')],
    ['with a header of 16 EB', withHeader('{}', 2n ** 63n)],
    ['without a tensor', withHeader('{"__metadata__":{}}')],
    ['with a header that is no object', withHeader('[1,2]')],
    ['with offsets that are none', withHeader('{"a":{"data_offsets":[0,"9"]}}')],
    ['with a tensor that is null', withHeader('{"a":null}')],
  ])('%s is none', async (_, bytes) => {
    expect(await notWhole(fileOf(bytes))).toMatch(/^(is no safetensors file|has \d+ of \d+ bytes)$/);
  });

  it('may have more tensors than a call has arguments', async () => {
    const tensors = Array.from({ length: 130_000 }, (_, at) => `"${at}":{"data_offsets":[0,1]}`);
    expect(
      await notWhole(fileOf(Buffer.concat([withHeader(`{${tensors.join(',')}}`), Buffer.from('x')]))),
    ).toBeUndefined();
  });

  it('is not looked for behind a link', async () => {
    const path = fileOf(WHOLE);
    symlinkSync(path, `${path}.link`);
    await expect(notWhole(`${path}.link`)).rejects.toMatchObject({ code: 'ELOOP' });
  });
});

describe('a tar file', () => {
  it('gives its place to the weights in it, and leaves nothing beside them', async () => {
    const path = fileOf(makeTar(WHOLE));
    await unpackWeights(path);
    expect(readFileSync(path).equals(WHOLE)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['answer.part']);
  });

  it('that ends early gives weights that are not whole', async () => {
    const path = fileOf(makeTar(WHOLE).subarray(0, 2_000));
    await unpackWeights(path);
    expect(await notWhole(path)).toMatch(/ of /);
  });

  it('writes to no place that it names', async () => {
    const tar = makeTar(WHOLE);
    tar.write('../../../planted.safetensors\0', 512 * 2);
    const path = fileOf(tar);
    mkdirSync(join(path, '..', 'beside'));
    await unpackWeights(path);
    expect(readFileSync(path).equals(WHOLE)).toBe(true);
    expect(readdirSync(join(path, '..'))).toEqual(['answer.part', 'beside']);
  });

  it.each([
    ['weights alone', WHOLE],
    ['a page', Buffer.from('<html>'.repeat(200))],
    ['sizes that are none', Buffer.from(makeTar(WHOLE)).fill('z', 124, 136)],
  ])('is not made of %s: they stay as they are', async (_, bytes) => {
    const path = fileOf(bytes);
    await unpackWeights(path);
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });
});

it('weights are not written through a link in the place of the character’s folder', async () => {
  const folder = newFolder('weights');
  onTestFinished(() => removeFolder(folder));
  mkdirSync(join(folder, 'elsewhere', 'lora'), { recursive: true });
  symlinkSync(join(folder, 'elsewhere'), join(folder, 'mira'));
  const linked = linkFinal(fileOf(WHOLE), join(folder, 'mira', 'lora', 'mira_lora_1.safetensors'));
  await expect(linked).rejects.toMatchObject({ code: 'ELOOP' });
  expect(readdirSync(join(folder, 'elsewhere', 'lora'))).toEqual([]);
});
