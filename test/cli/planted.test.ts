/** Links and files that somebody planted where imggen writes: their targets stay as they are, and nothing is lost. */
import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { filesIn, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';

/** A studio with a file outside of its pictures that must stay as it is. */
function withTarget(change: Record<string, unknown> = {}) {
  const folder = newStudio(change);
  const target = join(folder, 'precious.txt');
  writeFileSync(target, 'precious');
  const character = join(folder, 'images', 'mira-sol');
  mkdirSync(join(character, 'thumbnails'), { recursive: true });
  return { folder, target, character };
}

describe('a link at a name that imggen writes', () => {
  it('of a thumbnail, or of its part, is left alone, and the pictures are made', async () => {
    const { folder, target, character } = withTarget();
    const thumbnails = join(character, 'thumbnails');
    symlinkSync(target, join(thumbnails, 'mira_sol_image_00001.webp.part'));
    symlinkSync(target, join(thumbnails, 'mira_sol_image_00002.webp'));
    const ran = await imggen(folder, ['pack', '--count', '2']);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stdout + ran.stderr).toMatch(/no thumbnail for mira_sol_image_00002\.png: .* is left as it is/);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(lstatSync(join(thumbnails, 'mira_sol_image_00002.webp')).isSymbolicLink()).toBe(true);
    expect(readdirSync(thumbnails)).toContain('mira_sol_image_00001.webp');
  });

  it('of the next pictures is passed over, also one that leads nowhere, a pipe and a folder', async () => {
    const { folder, target, character } = withTarget();
    expect(await imggen(folder, ['pack', '--count', '1'])).toMatchObject({ exitCode: 0 });
    const name = (n: number) => join(character, `mira_sol_image_0000${n}.png`);
    symlinkSync(join(folder, 'nowhere'), name(2));
    symlinkSync(target, name(3));
    execFileSync('mkfifo', [name(4)]);
    mkdirSync(name(5));
    const ran = await imggen(folder, ['pack', '--count', '1', '--new']);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(picturesIn(folder).at(-1)).toBe('mira_sol_image_00006.png');
    expect(lstatSync(name(6)).isFile()).toBe(true);
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it.each([
    ['the folder of a character', 'mira-sol'],
    ['the folder of parts', 'mira-sol/.parts'],
  ])('of %s: refused before anything is sent, exit 2, and nothing is written behind it', async (_what, place) => {
    const folder = newStudio();
    mkdirSync(join(folder, 'images', 'mira-sol'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    const link = join(folder, 'images', place);
    if (place === 'mira-sol') renameSync(link, join(folder, 'old'));
    symlinkSync(join(folder, 'elsewhere'), link);
    const ran = await imggen(folder, ['pack', '--count', '1']);
    expect(ran.exitCode, ran.stderr).toBe(2);
    expect(ran.stderr).toMatch(/is a link.*\n.*--output/);
    expect(filesIn(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('of the thumbnails costs the thumbnails, and nothing is written behind it', async () => {
    const folder = newStudio();
    mkdirSync(join(folder, 'images', 'mira-sol'), { recursive: true });
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(join(folder, 'elsewhere'), join(folder, 'images', 'mira-sol', 'thumbnails'));
    const ran = await imggen(folder, ['pack', '--count', '1']);
    expect(ran.exitCode, ran.stderr).toBe(0);
    expect(ran.stdout + ran.stderr).toContain('no thumbnail for mira_sol_image_00001.png');
    expect(filesIn(join(folder, 'elsewhere'))).toEqual([]);
  });

  it('of the gallery page is refused, exit 2', async () => {
    const { folder, target, character } = withTarget();
    await imggen(folder, ['pack', '--count', '1']);
    symlinkSync(target, join(character, 'gallery.html'));
    expect(await imggen(folder, ['gallery', 'mira-sol', '--html'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('not a gallery page of imggen'),
    });
    expect(readFileSync(target, 'utf8')).toBe('precious');
  });

  it.each(['ledger.db-wal', 'ledger.db-shm', 'owners'])('of .imggen/%s is refused, exit 2', async (name) => {
    const { folder, target } = withTarget();
    mkdirSync(join(folder, '.imggen'));
    mkdirSync(join(folder, 'elsewhere'));
    symlinkSync(name === 'owners' ? join(folder, 'elsewhere') : target, join(folder, '.imggen', name));
    const ran = await imggen(folder, ['pack', '--count', '1']);
    expect(ran.exitCode, ran.stderr).toBe(2);
    expect(ran.stderr).not.toMatch(/\n\s+at /);
    expect(readFileSync(target, 'utf8')).toBe('precious');
    expect(filesIn(join(folder, 'elsewhere'))).toEqual([]);
    expect(picturesIn(folder)).toEqual([]);
  });
});

it('an output folder that is a link on purpose is served: made, looked at by `clean`, and deleted', async () => {
  const folder = newStudio();
  mkdirSync(join(folder, 'big-disk'));
  symlinkSync(join(folder, 'big-disk'), join(folder, 'images'));
  expect(await imggen(folder, ['pack', '--count', '2'])).toMatchObject({ exitCode: 0 });
  writeFileSync(join(folder, 'big-disk', 'mira-sol', 'mira_sol_image_00009.png'), 'nobody’s');
  const cleaned = await imggen(folder, ['clean', '--yes']);
  expect(cleaned.exitCode, cleaned.stderr).toBe(0);
  expect(cleaned.stderr).toContain('1 picture was not made by this ledger');
  expect(picturesIn(folder, 'mira-sol', 'big-disk')).toHaveLength(3);
  expect(await imggen(folder, ['delete', 'mira-sol/1', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(picturesIn(folder, 'mira-sol', 'big-disk')).toEqual(['mira_sol_image_00002.png', 'mira_sol_image_00009.png']);
});

it('a file with a number of 15 digits does not move the sequence', async () => {
  const { folder, character } = withTarget();
  for (const number of ['00012', '999999999999999']) writeFileSync(join(character, `mira_sol_image_${number}.png`), '');
  expect(await imggen(folder, ['pack', '--count', '1'])).toMatchObject({ exitCode: 0 });
  expect(picturesIn(folder)).toContain('mira_sol_image_00013.png');
});

describe('--ledger FILE', () => {
  it.each([
    ['a text', (file: string) => writeFileSync(file, 'mine, and no database at all '.repeat(10))],
    ['a database of another program', (file: string) => database(file, 'CREATE TABLE mine (a)')],
    ['a new database of another program', (file: string) => database(file, 'PRAGMA application_id = 7')],
  ])('that is %s is refused, exit 2, and stays as it is', async (_what, make) => {
    const folder = newStudio();
    const file = join(folder, 'mine.db');
    make(file);
    const before = readFileSync(file);
    const ran = await imggen(folder, ['pack', '--count', '1', '--ledger', 'mine.db']);
    expect(ran.exitCode, ran.stderr).toBe(2);
    expect(readFileSync(file).equals(before)).toBe(true);
    expect(filesIn(folder)).toEqual(['config.json', 'mine.db']);
  });
});

function database(file: string, sql: string): void {
  const db = new Sqlite(file);
  db.exec(sql);
  db.close();
}
