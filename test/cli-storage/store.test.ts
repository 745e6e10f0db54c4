/** Uploads, numbers and adoption with the built binary and an emulated Cloudinary. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ask, filesIn, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';
import { disagreements, newCloud, rowsOf, SECRET, withCloud } from '../support/cli/cloud.ts';

const CLOUDINARY = { storage: { provider: 'cloudinary' } };

describe('a store that can not be used', () => {
  const key = (change: (url: string) => string) => async () => ({
    CLOUDINARY_URL: change((await newCloud()).cloudinaryUrl),
  });
  const MAKING = [
    ['pack', '--count', '2'],
    ['providers', '--check'],
  ];
  const EVERY = [...MAKING, ['create-character', '--json'], ['adopt', 'mira-sol'], ['clean']];
  it.each([
    ['no key', async () => ({}), EVERY],
    ['a malformed key', async () => ({ CLOUDINARY_URL: `cloudinary://${SECRET}` }), MAKING],
    ['a wrong secret', key((url) => url.replace(SECRET, `${SECRET}x`)), EVERY],
    ['an unknown key', key((url) => url.replace('1234:', '9999:')), MAKING],
    ['a wrong cloud', key((url) => url.replace('@demo', '@demos')), MAKING],
  ] as const)(
    'for %s is refused before anything is made, and never shows the secret',
    async (_, environment, every) => {
      const env = await environment();
      const folder = newStudio(CLOUDINARY);
      for (const args of every) {
        const { exitCode, stdout, stderr } = await imggen(folder, args, { env });
        expect(args[0] === 'clean' || exitCode === 5, `${args.join(' ')}: ${exitCode} ${stderr}`).toBe(true);
        expect(stdout + stderr).not.toContain(SECRET);
      }
      expect(filesIn(folder).filter((name) => name.endsWith('.png'))).toEqual([]);
    },
  );
});

describe('numbers', () => {
  it('go on above what the store holds when the ledger is new', async () => {
    const cloud = await newCloud();
    const first = newStudio(CLOUDINARY);
    await withCloud(cloud, first, ['pack', '--count', '3']);
    const second = newStudio(CLOUDINARY);
    expect((await withCloud(cloud, second, ['pack', '--count', '2'])).exitCode).toBe(0);
    expect(picturesIn(second)).toEqual(['mira_sol_image_00004.png', 'mira_sol_image_00005.png']);
    // The first machine sees that its next name was taken meanwhile.
    expect((await withCloud(cloud, first, ['pack', '--count', '1', '--new'])).exitCode).toBe(0);
    expect(picturesIn(first).at(-1)).toBe('mira_sol_image_00006.png');
    expect(cloud.deeds().every(({ deed }) => deed === 'created')).toBe(true);
  });

  it('are not guessed for a new ledger when the store is down, unless told to', async () => {
    const cloud = await newCloud({ faults: [{ on: '*', kind: 'status', status: 503 }] });
    const folder = newStudio(CLOUDINARY);
    const refused = await withCloud(cloud, folder, ['pack', '--count', '2']);
    expect(refused.exitCode).toBe(6);
    expect(refused.stderr).toMatch(/which numbers of mira-sol are taken[^]*--yes/);
    expect(picturesIn(folder)).toEqual([]);
  });

  it('of a known character need no store: pictures are kept, and resume uploads them', async () => {
    const faults: { on: string; kind: 'status'; status: number }[] = [];
    const cloud = await newCloud({ faults });
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['pack', '--count', '1']);
    faults.push({ on: '*', kind: 'status', status: 503 });
    const running = withCloud(cloud, folder, ['pack', '--count', '2', '--new']);
    // The store comes back once an upload has failed: sent again in time or by resume, nothing is lost.
    while (!cloud.requests.some(({ operation, faulted }) => operation === 'upload' && faulted)) await sleep(10);
    faults.splice(0);
    const made = await running;
    expect([0, 3]).toContain(made.exitCode);
    expect(picturesIn(folder)).toHaveLength(3);
    expect((await withCloud(cloud, folder, ['resume'])).exitCode).toBe(0);
    expect(disagreements(folder, cloud)).toEqual([]);
    expect(made.stderr + made.stdout).toContain('does not answer now');
  });
});

describe('adopt', () => {
  it('fills a new ledger from the store, once, and finds the files that are here', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['pack', '--count', '3']);
    const before = rowsOf(folder);
    rmSync(join(folder, '.imggen'), { recursive: true });
    rmSync(join(folder, 'images', 'mira-sol', 'mira_sol_image_00002.png'));
    const adopted = await withCloud(cloud, folder, ['adopt', 'mira-sol', '--json']);
    expect(JSON.parse(adopted.stdout)).toEqual({
      characterId: 'mira-sol',
      store: 'cloudinary',
      adopted: 3,
      confirmed: 0,
      known: 0,
      other: 0,
      downloaded: 0,
      problems: [],
    });
    const again = await withCloud(cloud, folder, ['adopt', 'mira-sol', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ adopted: 0, known: 3 });
    const same = (row: (typeof before)[number]) => [
      row.number,
      row.filename,
      row.md5,
      row.url,
      row.public_id,
      row.upload,
    ];
    expect(rowsOf(folder).map(same)).toEqual(before.map(same));
    expect(rowsOf(folder).map(({ path }) => path === null)).toEqual([false, true, false]);
    expect((await withCloud(cloud, folder, ['pack', '--count', '1'])).exitCode).toBe(0);
    expect(picturesIn(folder).at(-1)).toBe('mira_sol_image_00004.png');
    expect(disagreements(folder, cloud)).toEqual([]);
  });

  it('spares create-character what the store holds: only what is missing is made', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    await withCloud(cloud, folder, ['create-character']);
    rmSync(join(folder, '.imggen'), { recursive: true });
    rmSync(join(folder, 'images'), { recursive: true });
    await withCloud(cloud, folder, ['adopt', 'mira-sol']);
    expect(await withCloud(cloud, folder, ['create-character'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining('all 10 pictures are there'),
    });
    expect(ask(folder, 'SELECT * FROM attempts')).toEqual([]);
    expect(cloud.assets()).toHaveLength(11);
  });

  it('refuses a character that neither ledger nor config knows, and a config without a store', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    expect(await withCloud(cloud, folder, ['adopt', 'kenji'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no character "kenji"'),
    });
    expect(await withCloud(cloud, folder, ['adopt', 'mira-sol', '--storage', 'none'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('no store'),
    });
  });
});
