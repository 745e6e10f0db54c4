/** Marks, clean, delete, owners and the page, with the built binary. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, newStudio, picturesIn, writeConfig } from '../support/cli/imggen.ts';
import { newCloud, rowsOf, withCloud } from '../support/cli/cloud.ts';

const CLOUDINARY = { storage: { provider: 'cloudinary' } };
const mira = (folder: string, ...path: string[]) => join(folder, 'images', 'mira-sol', ...path);
const picture = (number: number) => `mira_sol_image_${String(number).padStart(5, '0')}.png`;

describe('mark', () => {
  it('marks by file name and by number, and the gallery filters by it', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '3']);
    expect(
      (await imggen(folder, ['mark', 'mira_sol_image_00001', mira(folder, picture(2)), '--approve'])).exitCode,
    ).toBe(0);
    expect((await imggen(folder, ['mark', 'mira-sol/2', '--favorite'])).exitCode).toBe(0);
    expect((await imggen(folder, ['mark', 'mira-sol/3', '--reject'])).exitCode).toBe(0);
    expect((await imggen(folder, ['mark', 'mira-sol/3', '--clear'])).exitCode).toBe(0);
    expect(ask(folder, 'SELECT review, favorite FROM images ORDER BY number')).toEqual([
      { review: 'approved', favorite: 0 },
      { review: 'approved', favorite: 1 },
      { review: null, favorite: 0 },
    ]);
    const shown = JSON.parse(
      (await imggen(folder, ['gallery', 'mira-sol', '--mark', 'favorite', '--provider', 'local', '--json'])).stdout,
    ) as { images: { filename: string }[] };
    expect(shown.images.map(({ filename }) => filename)).toEqual([picture(2)]);
  });

  it('changes nothing when one name is wrong, or no mark is said', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    expect(await imggen(folder, ['mark', 'mira-sol/1', 'mira-sol/9', '--approve'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('mira-sol/9'),
    });
    expect(await imggen(folder, ['mark', 'mira-sol/1'])).toMatchObject({ exitCode: 2 });
    expect(ask(folder, 'SELECT review, favorite FROM images')).toEqual([{ review: null, favorite: 0 }]);
  });
});

describe('delete', () => {
  it('removes a picture everywhere, says what, and never gives its number out again', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['pack', '--count', '2']);
    const unasked = await withCloud(cloud, folder, ['delete', 'mira-sol/2']);
    expect(unasked).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    expect(cloud.assets()).toHaveLength(2);
    const { stdout, exitCode } = await withCloud(cloud, folder, ['delete', 'mira-sol/2', '--yes']);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/00002\.png: removed file \(.+\), thumbnail, in the store, gallery entry/);
    expect(cloud.assets().map(({ publicId }) => publicId)).toEqual(['characters/mira-sol/mira_sol_image_00001']);
    expect(filesIn(mira(folder))).toEqual([picture(1), 'thumbnails/mira_sol_image_00001.webp']);
    await withCloud(cloud, folder, ['pack', '--count', '1', '--new']);
    expect(picturesIn(folder)).toEqual([picture(1), picture(3)]);
  });

  it('of a training picture makes it missing: create-character makes it anew under a new number', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character']);
    expect((await imggen(folder, ['delete', 'mira-sol/5', '--yes'])).exitCode).toBe(0);
    expect((await imggen(folder, ['create-character'])).exitCode).toBe(0);
    expect(rowsOf(folder).map(({ number }) => number)).toEqual([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12]);
  });

  it('of a character removes all of it, and lets its name be used for another one', async () => {
    const folder = newStudio();
    await imggen(folder, ['create-character']);
    await imggen(folder, ['gallery', 'mira-sol', '--html']);
    expect((await imggen(folder, ['delete', 'mira-sol', '--yes'])).exitCode).toBe(0);
    expect(existsSync(mira(folder))).toBe(false);
    writeConfig(folder, {}, { seed: 8, hairColor: 'black' });
    expect((await imggen(folder, ['create-character'])).exitCode).toBe(0);
    expect(ask(folder, `SELECT DISTINCT seed FROM images WHERE state = 'stored'`)).toEqual([{ seed: 8 }]);
    expect(picturesIn(folder)[0]).toBe(picture(12));
  });
});

describe('a character of somebody else', () => {
  it('is refused by every command, missing in every list, and open to the administrator', async () => {
    const cloud = await newCloud();
    const folder = newStudio({ owner: 'ana' });
    expect((await imggen(folder, ['create-character'])).exitCode).toBe(0);
    const as = (owner: string, args: string[]) => withCloud(cloud, folder, [...args, '--owner', owner]);
    const refused = [
      ['gallery', 'mira-sol'],
      ['gallery', 'mira-sol', '--html'],
      ['resume', '1'],
      ['retry', '1'],
      ['cancel', '1'],
      ['status', '1'],
      ['upload', 'mira-sol', '--storage', 'cloudinary'],
      ['mark', 'mira-sol/1', '--approve'],
      ['delete', 'mira-sol', '--yes'],
      ['delete', 'mira-sol/1', '--yes'],
    ];
    for (const args of refused) {
      expect(await as('bo', args), args.join(' ')).toMatchObject({
        exitCode: 2,
        stdout: '',
        stderr: expect.stringContaining('belongs to ana'),
      });
    }
    expect(JSON.parse((await as('bo', ['jobs', '--json'])).stdout)).toEqual({ jobs: [] });
    expect(JSON.parse((await as('bo', ['stats', '--json'])).stdout)).toEqual({ models: [], days: [], characters: [] });
    expect((await as('bo', ['status'])).exitCode).toBe(2);
    await as('ana', ['mark', 'mira-sol/2', '--reject']);
    expect((await as('bo', ['clean', '--yes'])).stdout).toContain('nothing to clean');
    expect(picturesIn(folder)).toHaveLength(11);
    expect((await as('bo', ['gallery', 'mira-sol', '--all-owners'])).exitCode).toBe(0);
    expect(
      (JSON.parse((await as('bo', ['jobs', '--json', '--all-owners'])).stdout) as { jobs: unknown[] }).jobs,
    ).toHaveLength(1);
    expect((await imggen(folder, ['gallery', 'mira-sol'], { env: { IMGGEN_OWNER: 'ana' } })).exitCode).toBe(0);
  });
});
