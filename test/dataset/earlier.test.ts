/** Exports whose process was killed, that meet each other, or meet a person: the set that is there is never lost. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { exportKey, finishEarlier } from '../../src/dataset/earlier.ts';
import { foreignIn, MANIFEST } from '../../src/dataset/ours.ts';
import { writeArchive } from '../../src/dataset/write-archive.ts';
import { writeFolder } from '../../src/dataset/write-folder.ts';
import { newFolder } from '../support/cli/imggen.ts';

const OWNER = 'aaaaaaaa-0000-4000-8000-000000000001';
const key = (number: number) => exportKey(OWNER, `bbbbbbbb-0000-4000-8000-${String(number).padStart(12, '0')}`);
/** The process that made it has ended. */
const ended = () => false;

const fileOf = (text: string, meanwhile: () => void = () => {}) => ({
  name: 'subset/1.txt',
  atMs: 0,
  isText: true,
  read: () => Promise.resolve(meanwhile()).then(() => Buffer.from(text)),
});

const textIn = (set: string) => readFileSync(join(set, 'subset', '1.txt'), 'utf8');

/** An export of `old`, and one of `new` in the state in which a kill leaves it. */
async function killed(state: 'writing' | 'moved away' | 'in place') {
  const folder = newFolder();
  const target = join(folder, 'set');
  const [part, old] = [`${target}.${key(2)}.part`, `${target}.${key(2)}.old`];
  await writeFolder(target, [fileOf('old')], key(1));
  await writeFolder(part, [fileOf('new')], key(3));
  if (state !== 'writing') renameSync(target, old);
  if (state === 'in place') renameSync(part, target);
  return { folder, target, old };
}

describe('an export that was killed', () => {
  it.each([
    ['writing', 'old'],
    ['moved away', 'old'],
    ['in place', 'new'],
  ] as const)('while it was %s leaves the %s set, alone, once another begins', async (state, text) => {
    const { folder, target } = await killed(state);
    await finishEarlier(target, ended);
    expect(textIn(target)).toBe(text);
    expect(await foreignIn(target, false)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['set']);
  });

  it('is left alone while its process may run, and so is what only looks like it', async () => {
    const { folder, target } = await killed('moved away');
    const before = readdirSync(folder);
    await finishEarlier(target, () => true);
    await finishEarlier(join(folder, 'other'), ended);
    expect(readdirSync(folder)).toEqual(before);
    const mine = ['set.part', 'set.old', 'set.backup.old', `set-2.${key(2)}.part`];
    for (const name of mine) mkdirSync(join(folder, name));
    await finishEarlier(target, ended);
    expect(readdirSync(folder).toSorted()).toEqual([...mine, 'set'].toSorted());
  });

  it('keeps the old set where a person has changed it', async () => {
    const { target, old } = await killed('in place');
    writeFileSync(join(old, 'subset', '1.txt'), 'my own words');
    await finishEarlier(target, ended);
    expect(textIn(old)).toBe('my own words');
  });
});

describe('an export', () => {
  it('that is replaced while a person changes it stays, with what was changed', async () => {
    const folder = newFolder();
    const set = join(folder, 'set');
    await writeFolder(set, [fileOf('old')], key(1));
    const correct = () => writeFileSync(join(set, 'subset', '1.txt'), 'my own words');
    await expect(writeFolder(set, [fileOf('new', correct)], key(2))).rejects.toMatchObject({
      problems: ['subset/1.txt was changed'],
    });
    expect(textIn(set)).toBe('my own words');
    const zip = join(folder, 'set.zip');
    await writeArchive(zip, [fileOf('old')], key(3));
    expect(await foreignIn(zip, true)).toEqual([]);
    const before = readFileSync(zip);
    // As `zip -u` does: other files, and the comment at the end stays.
    const change = () => writeFileSync(zip, Buffer.concat([Buffer.from('x'), before]));
    await expect(writeArchive(zip, [fileOf('new', change)], key(4))).rejects.toMatchObject({
      problems: [expect.stringContaining('was changed')],
    });
    expect(readdirSync(folder).toSorted()).toEqual(['set', 'set.zip']);
  });

  it('at the same place at the same time as others leaves one whole set, and nothing beside it', async () => {
    const folder = newFolder();
    const set = join(folder, 'set');
    const texts = Array.from({ length: 8 }, (_, index) => `set ${index}`);
    await Promise.all(
      texts.map(async (text, index) => {
        expect(await foreignIn(set, false)).toEqual([]);
        await writeFolder(set, [fileOf(text)], key(index));
        expect(await foreignIn(set, false)).toEqual([]);
      }),
    );
    expect(texts).toContain(textIn(set));
    expect(await foreignIn(set, false)).toEqual([]);
    expect(readdirSync(folder)).toEqual(['set']);
  });

  it('is not what holds an empty folder of a person’s, or a pipe for a manifest', async () => {
    const folder = newFolder();
    const set = join(folder, 'set');
    await writeFolder(set, [fileOf('old')], key(1));
    mkdirSync(join(set, 'notes'));
    expect(await foreignIn(set, false)).toEqual(['notes/ is not of the export']);
    const other = join(folder, 'other');
    mkdirSync(join(other, 'empty'), { recursive: true });
    expect(await foreignIn(other, false)).toHaveLength(1);
    execFileSync('mkfifo', [join(other, MANIFEST)]);
    expect(await foreignIn(other, false)).toHaveLength(1);
    expect(existsSync(join(other, 'empty'))).toBe(true);
  });
});
