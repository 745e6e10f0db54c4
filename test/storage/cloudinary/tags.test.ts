/** Marks that are set after the upload go to Cloudinary as tags. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ImgGen } from '../../../src/index.ts';
import { startCloudinary } from '../../emulators/cloudinary.ts';
import { open, planted } from '../../support/cloudinary-store.ts';

const signal = new AbortController().signal;

describe('tags of a stored picture', () => {
  it('are added and taken away, repeatedly, and those of others stay', async () => {
    const { emulator, storage } = await open();
    emulator.plant({ ...planted('characters/mira/a'), tags: ['imggen', 'mine', 'approved'] }, Buffer.from('x'));
    for (const _ of [1, 2])
      await storage.retag?.('characters/mira/a', { add: ['favorite'], remove: ['approved', 'rejected'] }, signal);
    expect(emulator.assets()[0]?.tags.toSorted()).toEqual(['favorite', 'imggen', 'mine']);
  });

  it('outside of our own folder are refused before anything is sent', async () => {
    const { emulator, storage } = await open();
    const change = storage.retag?.('holiday/a', { add: ['approved'], remove: [] }, signal);
    await expect(change).rejects.toMatchObject({ failure: 'rejected' });
    expect(emulator.requests).toEqual([]);
  });
});

describe('marks', () => {
  async function project() {
    const cloud = await startCloudinary();
    const folder = mkdtempSync(join(tmpdir(), 'imggen-marks-'));
    const imggen = await ImgGen.open({
      cwd: folder,
      env: { CLOUDINARY_URL: cloud.cloudinaryUrl },
      config: { character: { name: 'Mira' }, size: '64x64', storage: { provider: 'cloudinary' }, thumbnails: false },
    });
    onTestFinished(async () => {
      await imggen.close();
      await cloud.close();
      rmSync(folder, { recursive: true });
    });
    await imggen.pack({ count: 2 }).result;
    const tagsOf = (number: number) =>
      cloud
        .assets()
        .find(({ publicId }) => publicId === `characters/mira/mira_image_0000${number}`)
        ?.tags.filter((tag) => ['approved', 'rejected', 'favorite'].includes(tag))
        .toSorted();
    return { imggen, cloud, tagsOf };
  }

  it('that are set after the upload are tags there, and go when they are cleared', async () => {
    const { imggen, tagsOf } = await project();
    await imggen.mark(['mira/1'], { review: 'approved', favorite: true });
    expect([tagsOf(1), tagsOf(2)]).toEqual([['approved', 'favorite'], []]);
    await imggen.mark(['mira/1'], { review: 'rejected' });
    expect(tagsOf(1)).toEqual(['favorite', 'rejected']);
    await imggen.mark(['mira/1'], { review: null, favorite: false });
    expect(tagsOf(1)).toEqual([]);
  });

  it('of a picture that the store can not be told of do not keep those of the others back', async () => {
    const { imggen, cloud, tagsOf } = await project();
    cloud.faults.push({ on: 'tags', kind: 'status', status: 400, positions: [1] });
    const told: string[] = [];
    await imggen.mark(['mira/1', 'mira/2'], { review: 'approved' }, { warn: (message) => void told.push(message) });
    expect([tagsOf(1), tagsOf(2)]).toEqual([[], ['approved']]);
    expect(told).toEqual([expect.stringContaining('the marks of mira_image_00001.png count, but')]);
    expect(await imggen.upload('mira').result).toMatchObject({ status: 'done' });
    expect(tagsOf(1)).toEqual(['approved']);
  });

  it('count also while the store is down, which is told, and are told to it later', async () => {
    const { imggen, cloud, tagsOf } = await project();
    cloud.faults.push({ on: 'tags', kind: 'status', status: 503 });
    const told: string[] = [];
    const warn = (message: string) => void told.push(message);
    await expect(imggen.mark(['mira/1', 'mira/2'], { review: 'approved' }, { warn })).resolves.toHaveLength(2);
    expect(told).toEqual([expect.stringContaining('the marks of 2 pictures count, but are not in the store yet')]);
    const { images } = await imggen.gallery('mira', { mark: 'approved' });
    expect(images).toHaveLength(2);
    expect(await imggen.upload('mira').result).toMatchObject({ status: 'some-failed' });
    cloud.faults.pop();
    expect(await imggen.upload('mira').result).toMatchObject({ status: 'done' });
    expect([tagsOf(1), tagsOf(2)]).toEqual([['approved'], ['approved']]);
    const asked = cloud.requests.length;
    await imggen.upload('mira').result;
    expect(cloud.requests.slice(asked).filter(({ operation }) => operation === 'tags')).toEqual([]);
  });
});
