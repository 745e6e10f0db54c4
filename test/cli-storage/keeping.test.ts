/** Marks, clean, delete, owners and the page, with the built binary. */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, newStudio, picturesIn, start, until, writeConfig } from '../support/cli/imggen.ts';
import { type Gated, gated } from '../emulators/gate.ts';
import { startBrowser } from '../support/browser.ts';
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

describe('clean', () => {
  it('lists what belongs to nothing with its size, and deletes only that, and only with --yes', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['pack', '--count', '4']);
    copyFileSync(mira(folder, picture(1)), mira(folder, picture(70)));
    writeFileSync(mira(folder, 'holiday.png'), 'mine');
    writeFileSync(mira(folder, 'other_image_00001.png'), 'mine');
    symlinkSync(join(folder, 'config.json'), mira(folder, picture(71)));
    mkdirSync(mira(folder, '.parts'), { recursive: true });
    for (const name of ['forgotten', 'young']) writeFileSync(mira(folder, '.parts', `${name}.part`), 'half');
    utimesSync(mira(folder, '.parts', 'forgotten.part'), 1, 1);
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
      `asset without a row: mira_sol_image_00080`,
      `file without a row: ${picture(70)}`,
      'old part: forgotten.part',
      `rejected: ${picture(3)}`,
      `row without a file: ${picture(2)}`,
    ]);
    expect(listed).toMatchObject({
      count: 5,
      deleted: 0,
      totalBytes: listed.items.reduce((sum, item) => sum + item.sizeBytes, 0),
    });
    expect(listed.totalBytes).toBeGreaterThan(0);
    expect(filesIn(folder)).toHaveLength(before);
    const people = await withCloud(cloud, folder, ['clean']);
    expect(people.stdout).toMatch(/nothing was deleted; --yes/);

    expect((await withCloud(cloud, folder, ['clean', '--yes'])).exitCode).toBe(0);
    expect(picturesIn(folder)).toEqual(['holiday.png', picture(1), picture(4), picture(71), 'other_image_00001.png']);
    expect(existsSync(join(folder, 'config.json'))).toBe(true);
    expect(existsSync(mira(folder, '.parts', 'young.part'))).toBe(true);
    expect(cloud.assets().map(({ publicId }) => publicId)).toEqual([
      'characters/mira-sol/holiday',
      'characters/mira-sol/mira_sol_image_00001',
      'characters/mira-sol/mira_sol_image_00002',
      'characters/mira-sol/mira_sol_image_00004',
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
    expect(JSON.parse((await as('bo', ['stats', '--json'])).stdout)).toEqual({ models: [], days: [] });
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

describe('priority', () => {
  it('lets an urgent job of the same run go first', async () => {
    const folder = newStudio({ concurrency: 1 });
    await imggen(folder, ['pack', '--count', '2', '--seed', '7']);
    for (const [key, priority] of [
      ['later', 'low'],
      ['sooner', 'high'],
    ] as const) {
      const pack = start(folder, ['pack', '--count', '400', '--key', key, '--priority', priority, '--quiet']);
      await until(`job ${key}`, () => ask(folder, `SELECT 1 FROM jobs WHERE key = '${key}'`).length > 0);
      pack.kill('SIGKILL');
      await pack;
    }
    const resumed = start(folder, ['resume', '--quiet']);
    const done = (key: string) =>
      ask<{ n: number }>(
        folder,
        `SELECT COUNT(*) n FROM shots s JOIN jobs j ON j.id = s.job_id WHERE j.key = '${key}' AND s.state = 'done'`,
      )[0]?.n ?? 0;
    const [before, started] = [done('later'), done('sooner')];
    await until('progress', () => done('sooner') > started + 3);
    const meanwhile = done('later');
    resumed.kill('SIGKILL');
    await resumed;
    // One shot of the other may have been taken over from the process that was killed.
    expect(meanwhile - before).toBeLessThanOrEqual(1);
  });
});

describe('gallery --html', () => {
  it('writes one page that a browser shows without a network, thumbnails made where they are missing', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '3']);
    rmSync(mira(folder, 'thumbnails', 'mira_sol_image_00002.webp'));
    await imggen(folder, ['mark', 'mira-sol/1', '--favorite']);
    const { exitCode, stdout } = await imggen(folder, ['gallery', 'mira-sol', '--html']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '3 pictures in images/mira-sol/gallery.html' });
    const html = readFileSync(mira(folder, 'gallery.html'), 'utf8');
    expect(html.match(/data:image\/webp;base64,/g)).toHaveLength(3);
    const browser = await startBrowser();
    try {
      const page = await browser.newPage();
      const asked: string[] = [];
      page.on('request', (request) => asked.push(request.url()));
      await page.goto(pathToFileURL(mira(folder, 'gallery.html')).href);
      expect(await page.locator('.card').count()).toBe(3);
      expect(await page.locator('.card .name').first().textContent()).toBe(picture(3));
      const href = await page.locator('.card a.open').first().getAttribute('href');
      expect(href).toBe(`./${picture(3)}`);
      expect(asked.filter((url) => !/^(file|data):/.test(url))).toEqual([]);
    } finally {
      await browser.close();
    }
    const elsewhere = await imggen(folder, [
      'gallery',
      'mira-sol',
      '--html',
      'pages/mira.html',
      '--kind',
      'gallery',
      '--open',
    ]);
    expect(elsewhere.exitCode).toBe(0);
    expect(readFileSync(join(folder, 'pages', 'mira.html'), 'utf8')).toContain(`../images/mira-sol/${picture(1)}`);
  });
});
