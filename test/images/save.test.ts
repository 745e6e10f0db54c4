import { link, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureFolder } from '../../src/images/folder.ts';
import { removeIfThere, stageBytes } from '../../src/images/part-file.ts';
import { freeBytes, fsyncFile, linkFinal } from '../../src/images/save.ts';

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imggen-save-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = Buffer.from('the paid picture');
/** A file system without hard links. */
const noLinks = (): Promise<never> =>
  Promise.reject(Object.assign(new Error('operation not permitted'), { code: 'EPERM' }));

/** Staged files and pictures on two disks. */
const twoDisks: typeof link = (from, to) =>
  dirname(String(from)) === dirname(String(to))
    ? link(from, to)
    : Promise.reject(Object.assign(new Error('cross-device link'), { code: 'EXDEV' }));

describe.each([
  ['with hard links', link],
  ['without hard links', noLinks],
  ['over two disks', twoDisks],
])('naming a staged picture, %s', (_title, linking) => {
  const paths = (): [string, string] => [
    join(folder, '.imggen/parts/7.part'),
    join(folder, 'images/mira/mira_image_00001.png'),
  ];

  it('puts it under its final name and leaves nothing else', async () => {
    const [part, final] = paths();
    await stageBytes(part, bytes);
    expect(await linkFinal(part, final, linking)).toEqual({ linked: true });
    expect(await readFile(final)).toEqual(bytes);
    expect(await readdir(join(folder, '.imggen/parts'))).toEqual([]);
    expect(await readdir(join(folder, 'images/mira'))).toEqual(['mira_image_00001.png']);
  });

  it("never overwrites another's file, and keeps the staged one", async () => {
    const [part, final] = paths();
    await stageBytes(part, bytes);
    await ensureFolder(join(folder, 'images/mira'));
    await writeFile(final, 'somebody else was here');
    expect(await linkFinal(part, final, linking)).toEqual({ exists: true, same: false });
    expect(await readFile(final, 'utf8')).toBe('somebody else was here');
    expect(await readFile(part)).toEqual(bytes);
    expect(await readdir(join(folder, 'images/mira'))).toEqual(['mira_image_00001.png']);
  });

  it('finishes what a crash cut short between the name and the clean-up', async () => {
    const [part, final] = paths();
    await stageBytes(part, bytes);
    await ensureFolder(join(folder, 'images/mira'));
    await writeFile(final, bytes);
    expect(await linkFinal(part, final, linking)).toEqual({ exists: true, same: true });
    expect(await readdir(join(folder, '.imggen/parts'))).toEqual([]);
  });

  it('does not follow a link that sits on the final name', async () => {
    const [part, final] = paths();
    await stageBytes(part, bytes);
    await ensureFolder(join(folder, 'images/mira'));
    await writeFile(join(folder, 'precious'), 'precious');
    await symlink(join(folder, 'precious'), final);
    expect(await linkFinal(part, final, linking)).toEqual({ exists: true, same: false });
    expect(await readFile(join(folder, 'precious'), 'utf8')).toBe('precious');
  });

  it('takes no name when nothing is staged', async () => {
    const [part, final] = paths();
    await expect(linkFinal(part, final, linking)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await readdir(join(folder, 'images/mira'))).toEqual([]);
  });
});

it('without hard links, takes over the empty file that a crash left', async () => {
  const final = join(folder, 'a.png');
  await writeFile(final, '');
  await stageBytes(join(folder, 'a.part'), bytes);
  expect(await linkFinal(join(folder, 'a.part'), final, noLinks)).toEqual({ linked: true });
  expect(await readFile(final)).toEqual(bytes);
});

it('knows its own file by the inode after a crash between link and unlink', async () => {
  const [part, final] = [join(folder, 'a.part'), join(folder, 'a.png')];
  await stageBytes(part, bytes);
  await link(part, final);
  expect(await linkFinal(part, final)).toEqual({ exists: true, same: true });
  expect(await readdir(folder)).toEqual(['a.png']);
});

it('replaces what a crashed try left half-written', async () => {
  const part = join(folder, 'a.part');
  await writeFile(part, 'half of a much longer picture that was never finished');
  await stageBytes(part, bytes);
  expect(await readFile(part)).toEqual(bytes);
  await fsyncFile(part);
});

it('keeps dot folders to their owner and shows the others', async () => {
  await ensureFolder(join(folder, '.imggen/parts'));
  await ensureFolder(join(folder, 'images/mira'));
  await ensureFolder(join(folder, 'images/mira'));
  const mode = async (path: string): Promise<number> => (await stat(join(folder, path))).mode & 0o777;
  expect(await mode('.imggen')).toBe(0o700);
  expect((await mode('images/mira')) & 0o700).toBe(0o700);
  expect((await mode('images')) & 0o022).toBe(0);
});

it('says so when a file is where a folder should be', async () => {
  await writeFile(join(folder, 'images'), '');
  await expect(ensureFolder(join(folder, 'images'))).rejects.toMatchObject({ code: 'EEXIST' });
  await expect(ensureFolder(join(folder, 'images/mira'))).rejects.toMatchObject({ code: 'ENOTDIR' });
});

it('removes what is there and says whether it was', async () => {
  await writeFile(join(folder, 'x'), '');
  expect(await removeIfThere(join(folder, 'x'))).toBe(true);
  expect(await removeIfThere(join(folder, 'x'))).toBe(false);
  await mkdir(join(folder, 'd'));
  await expect(removeIfThere(join(folder, 'd'))).rejects.toThrow();
});

it('tells the free space of a folder that is yet to be made', async () => {
  const there = await freeBytes(folder);
  expect(there).toBeGreaterThan(0);
  expect(await freeBytes(join(folder, 'not/yet/there'))).toBeGreaterThan(there / 2);
});
