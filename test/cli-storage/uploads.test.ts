import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { ask, imggen, linesOf, newStudio } from '../support/cli/imggen.ts';
import { disagreements, newCloud, rowsOf, withCloud } from '../support/cli/cloud.ts';

const CLOUDINARY = { storage: { provider: 'cloudinary' } };

describe('uploads', () => {
  it('go beside generation, with who, what and how on each picture', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    const { exitCode, stdout } = await withCloud(cloud, folder, ['pack', '--count', '3', '--json']);
    expect(exitCode).toBe(0);
    expect(disagreements(folder, cloud)).toEqual([]);
    const [asset] = cloud.assets();
    expect(asset).toMatchObject({
      publicId: 'characters/mira-sol/mira_sol_image_00001',
      assetFolder: 'characters/mira-sol',
      derived: [expect.stringContaining('320')],
    });
    expect(asset?.tags).toEqual(expect.arrayContaining(['imggen', 'mira-sol', 'gallery', 'avataaars']));
    expect(asset?.context).toMatchObject({
      seed: '7',
      provider: 'local',
      model: 'avataaars',
      prompt_sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
      shot: expect.stringMatching(/^gallery-/),
    });
    const urls = linesOf(stdout)
      .filter(({ event }) => event === 'image_stored')
      .map(({ url }) => url);
    expect(urls).toHaveLength(3);
    const gallery = JSON.parse((await imggen(folder, ['gallery', 'mira-sol', '--json'])).stdout) as {
      images: { url: string; thumbnailUrl: string; publicId: string }[];
    };
    expect(gallery.images.map(({ url }) => url).toSorted()).toEqual(urls.toSorted());
    for (const image of gallery.images) expect(image.thumbnailUrl).toMatch(/^http.*320.*webp$/);
  });

  it('of pictures made without a store are sent by upload, and nothing is made again', async () => {
    const cloud = await newCloud();
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '4']);
    const sent = await withCloud(cloud, folder, ['upload', 'mira-sol', '--storage', 'cloudinary']);
    expect(sent).toMatchObject({ exitCode: 0, stderr: '' });
    expect(sent.stdout).toMatch(/^\[[\d:]+\] uploading 4 pictures of mira-sol to cloudinary\n/);
    expect(sent.stdout).not.toContain('at a time');
    expect(sent.stdout).toMatch(/\nall uploaded to cloudinary$/);
    expect(disagreements(folder, cloud)).toEqual([]);
    expect(ask(folder, 'SELECT * FROM attempts')).toHaveLength(4);
    const again = await withCloud(cloud, folder, ['upload', 'mira-sol', '--storage', 'cloudinary']);
    expect(again).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('uploaded already') });
    expect(cloud.deeds()).toHaveLength(4);
  });

  it('that stayed behind are finished by resume, without a provider and although the job had no store', async () => {
    const cloud = await newCloud({ faults: [{ on: 'upload', kind: 'status', status: 400, times: 2 }] });
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '3']);
    const sent = await withCloud(cloud, folder, ['upload', 'mira-sol', '--storage', 'cloudinary']);
    expect(sent.exitCode).toBe(3);
    expect(sent.stdout).toContain('imggen resume');
    expect(await withCloud(cloud, folder, ['resume'])).toMatchObject({ exitCode: 0 });
    expect(disagreements(folder, cloud)).toEqual([]);
  });

  it.each([
    ['a run that ended', null],
    ['a process that died', 'gone'],
  ])('are not given up for tries of %s', async (_, owner) => {
    const cloud = await newCloud({ faults: [{ on: 'upload', kind: 'status', status: 500, times: 1 }] });
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
    db.exec(`UPDATE images SET store = 'cloudinary'`);
    const upload = `INSERT INTO uploads (image_id, store, job_id, tries, owner)
      SELECT id, store, job_id, 10, ? FROM images`;
    db.prepare(upload).run(owner);
    db.close();
    expect((await withCloud(cloud, folder, ['resume'])).exitCode).toBe(0);
    expect(disagreements(folder, cloud)).toEqual([]);
  });

  it('are left for later with --storage none', async () => {
    const cloud = await newCloud();
    const folder = newStudio(CLOUDINARY);
    expect((await imggen(folder, ['pack', '--count', '1', '--storage', 'none'])).exitCode).toBe(0);
    expect(rowsOf(folder)).toMatchObject([{ upload: 'none' }]);
    expect((await withCloud(cloud, folder, ['upload', 'mira-sol'])).exitCode).toBe(0);
    expect(disagreements(folder, cloud)).toEqual([]);
  });

  it('survive a store that fails in every way, with nothing made again', async () => {
    const reset = new Date(Date.now() + 1_000).toUTCString();
    const cloud = await newCloud({
      seed: 3,
      faults: [
        { on: 'upload', kind: 'status', status: 420, times: 4, headers: { 'x-featureratelimit-reset': reset } },
        { on: 'upload', kind: 'status', status: 500, share: 0.3 },
        { on: 'upload', kind: 'reset-before', times: 1 },
        { on: 'upload', kind: 'reset-after', times: 1 },
        { on: 'upload', kind: 'truncate-length', times: 1 },
      ],
    });
    const folder = newStudio({ storage: { provider: 'cloudinary', concurrency: 8 } });
    const { exitCode, stderr } = await withCloud(cloud, folder, ['pack', '--count', '8']);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(disagreements(folder, cloud)).toEqual([]);
    expect(ask(folder, 'SELECT * FROM attempts')).toHaveLength(8);
  });
});
