import { copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, newStudio, picturesIn, start, until } from '../support/cli/imggen.ts';
import { type Gated, gated } from '../emulators/gate.ts';
import { newCloud, rowsOf, withCloud } from '../support/cli/cloud.ts';

const CLOUDINARY = { storage: { provider: 'cloudinary' } };
const mira = (folder: string, ...path: string[]) => join(folder, 'images', 'mira-sol', ...path);
const picture = (number: number) => `mira_sol_image_${String(number).padStart(5, '0')}.png`;

interface Cleaned {
  count: number;
  totalBytes: number;
  deleted: number;
  items: { kind: string; what: string; sizeBytes: number; deleted: boolean }[];
}

/** Takes a picture out of the ledger, and leaves what it names. */
function takeRowOut(folder: string, number: number): void {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec(`DELETE FROM uploads WHERE image_id = (SELECT id FROM images WHERE number = ${number});
    UPDATE images SET state = 'removed', shot_id = NULL WHERE number = ${number}`);
  db.close();
}

/** The key of an attempt that has ended. */
function attemptKey(folder: string): string {
  return ask<{ key: string }>(folder, 'SELECT key FROM attempts ORDER BY id')[0]?.key ?? '';
}

describe('clean', () => {
  it('lists what belongs to nothing with its size, and deletes only that, and only with --yes', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['pack', '--count', '5']);
    // As when a process is killed in the middle of `delete`.
    takeRowOut(folder, 5);
    copyFileSync(mira(folder, picture(1)), mira(folder, picture(70)));
    writeFileSync(mira(folder, 'holiday.png'), 'mine');
    writeFileSync(mira(folder, 'other_image_00001.png'), 'mine');
    symlinkSync(join(folder, 'config.json'), mira(folder, picture(71)));
    mkdirSync(mira(folder, '.parts'), { recursive: true });
    for (const name of ['forgotten', 'young']) writeFileSync(mira(folder, '.parts', `${name}.part`), 'half');
    utimesSync(mira(folder, '.parts', 'forgotten.part'), 1, 1);
    // As when a process is killed right after the ledger took the remote id.
    const keptId = `${attemptKey(folder)}.part.id`;
    writeFileSync(mira(folder, '.parts', keptId), '{}');
    rmSync(mira(folder, picture(2)));
    const [asset] = cloud.assets();
    if (!asset) throw new Error('pictures were uploaded');
    cloud.plant({ ...asset, publicId: 'characters/mira-sol/mira_sol_image_00080' }, Buffer.from('x'));
    cloud.plant({ ...asset, publicId: 'characters/mira-sol/holiday' }, Buffer.from('x'));
    cloud.plant({ ...asset, publicId: 'elsewhere/mira-sol/mira_sol_image_00081' }, Buffer.from('x'));
    await imggen(folder, ['mark', 'mira-sol/3', '--reject']);

    const before = filesIn(folder).length;
    const listed = JSON.parse((await withCloud(cloud, folder, ['clean', '--json'])).stdout) as Cleaned;
    expect(listed.items.map(({ kind, what }) => `${kind}: ${what.split('/').at(-1)}`).toSorted()).toEqual([
      `asset without a row: mira_sol_image_00005`,
      `file without a row: ${picture(5)}`,
      `file without a row: mira_sol_image_00005.webp`,
      `old part: ${keptId}`,
      `rejected: ${picture(3)}`,
      `row without a file: ${picture(2)}`,
    ]);
    expect(listed).toMatchObject({
      count: 6,
      notes: [],
      foreign: [
        expect.stringMatching(/^1 picture was not made by this ledger/),
        expect.stringMatching(/^1 picture was not made by this ledger.*cloudinary/),
      ],
      deleted: 0,
      totalBytes: listed.items.reduce((sum, item) => sum + item.sizeBytes, 0),
    });
    expect(listed.totalBytes).toBeGreaterThan(0);
    expect(filesIn(folder)).toHaveLength(before);
    const people = await withCloud(cloud, folder, ['clean']);
    expect(people.stdout).toMatch(/nothing was deleted; --yes/);

    expect((await withCloud(cloud, folder, ['clean', '--yes'])).exitCode).toBe(0);
    expect(picturesIn(folder)).toEqual(['holiday.png', ...[1, 4, 70, 71].map(picture), 'other_image_00001.png']);
    expect(existsSync(join(folder, 'config.json'))).toBe(true);
    // Perhaps another ledger's paid answers.
    for (const name of ['forgotten', 'young']) expect(existsSync(mira(folder, '.parts', `${name}.part`))).toBe(true);
    expect(cloud.assets().map(({ publicId }) => publicId)).toEqual([
      'characters/mira-sol/holiday',
      'characters/mira-sol/mira_sol_image_00001',
      'characters/mira-sol/mira_sol_image_00002',
      'characters/mira-sol/mira_sol_image_00004',
      'characters/mira-sol/mira_sol_image_00080',
      'elsewhere/mira-sol/mira_sol_image_00081',
    ]);
    // The store still has number 2: it stays in the gallery.
    expect(rowsOf(folder).map(({ number, path }) => [number, path === null])).toEqual([
      [1, false],
      [2, true],
      [4, false],
    ]);
    expect((await withCloud(cloud, folder, ['clean'])).stdout).toContain('nothing to clean');
  });

  it('never takes pictures of another ledger that shares the folder', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '2']);
    const other = ['--ledger', join(folder, 'other', 'ledger.db')];
    expect((await imggen(folder, ['pack', '--count', '3', ...other])).exitCode).toBe(0);
    const before = filesIn(join(folder, 'images'));
    for (const ledger of [[], other]) {
      const { exitCode, stderr } = await imggen(folder, ['clean', '--yes', ...ledger]);
      expect(exitCode).toBe(0);
      expect(stderr).toMatch(/[23] pictures were not made by this ledger/);
    }
    expect(filesIn(join(folder, 'images'))).toEqual(before);
  });

  it('takes a folder that is gone for a disk that is not there today', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '2']);
    rmSync(mira(folder), { recursive: true });
    await imggen(folder, ['clean', '--yes']);
    expect(rowsOf(folder)).toHaveLength(2);
  });

  it('leaves alone what a live process is writing', async () => {
    let gate: Gated | undefined;
    const cloud = await newCloud({ change: (service) => (gate = gated(service, 'upload', 'after')).service });
    const folder = newStudio({ storage: { provider: 'cloudinary', concurrency: 2 } });
    const pack = start(folder, ['pack', '--count', '8', '--quiet'], { env: { CLOUDINARY_URL: cloud.cloudinaryUrl } });
    await gate?.arrived(2);
    expect(cloud.assets()).toHaveLength(2); // there, and the program has not been told
    const busy = await withCloud(cloud, folder, ['delete', 'mira-sol', '--yes']);
    expect(busy).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('running process') });
    for (const whole of [false, true]) {
      if (whole) await until('all pictures', () => picturesIn(folder).length === 8);
      const { stdout } = await withCloud(cloud, folder, ['clean', '--yes', '--json']);
      expect((JSON.parse(stdout) as Cleaned).items).toEqual([]);
    }
    gate?.open();
    expect((await pack).exitCode).toBe(0);
    expect(cloud.assets()).toHaveLength(8);
    expect(picturesIn(folder)).toHaveLength(8);
  });
});
