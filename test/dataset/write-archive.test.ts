/** A training set as one zip file, of which a picture can't be read. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { writeArchive } from '../../src/dataset/write-archive.ts';
import { newFolder, removeFolder } from '../support/jobs.ts';

const file = (name: string, read: () => Promise<Uint8Array>) => ({ name, atMs: 0, isText: false, read });
const whole = (name: string) => file(name, async () => Buffer.alloc(200_000, name));

it.each([
  ['first', 0],
  ['between others', 1],
  ['last', 2],
])('a zip whose %s picture can not be read ends with the reason, and leaves nothing', async (_, at) => {
  const folder = newFolder('archive');
  onTestFinished(() => removeFolder(folder));
  const target = join(folder, 'set.zip');
  const files = ['a', 'b', 'c'].map(whole);
  files[at] = file('gone', () => Promise.reject(new Error('it was changed')));
  await expect(writeArchive(target, files, 'key')).rejects.toThrow('it was changed');
  expect(readdirSync(folder)).toEqual([]);
});

it('a zip that is there stays when the next can not be written', async () => {
  const folder = newFolder('archive');
  onTestFinished(() => removeFolder(folder));
  const target = join(folder, 'set.zip');
  await writeArchive(target, [whole('a')], 'one');
  const before = readFileSync(target);
  const gone = file('gone', () => Promise.reject(new Error('gone')));
  await expect(writeArchive(target, [whole('b'), gone], 'two')).rejects.toThrow('gone');
  expect([readdirSync(folder), readFileSync(target).equals(before)]).toEqual([['set.zip'], true]);
});
