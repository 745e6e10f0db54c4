import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectFile } from '../../src/images/inspect.ts';
import { makeThumbnail, thumbnailBytes } from '../../src/images/thumbnail.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imggen-thumbnail-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const face = join(import.meta.dirname, '../fixtures/images/ana-01.jpg');
const solid = (width: number, height: number): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: '#a55' } })
    .png()
    .toBuffer();

it('is a WebP of 320 pixels on the long side, in a folder that it makes, with nothing left beside it', async () => {
  const target = join(folder, 'thumbnails/mira_image_00001.webp');
  await makeThumbnail(await solid(640, 960), target);
  expect(await inspectFile(target)).toMatchObject({ format: 'webp', width: 213, height: 320 });
  expect(await readdir(join(folder, 'thumbnails'))).toEqual(['mira_image_00001.webp']);
});

it('leaves small pictures as small as they are', async () => {
  await makeThumbnail(await solid(64, 100), join(folder, 'small.webp'));
  expect(await inspectFile(join(folder, 'small.webp'))).toMatchObject({ width: 64, height: 100 });
});

it('reads a file, gives the same bytes again, and leaves what is not this thumbnail as it is', async () => {
  const target = join(folder, 'face.webp');
  await makeThumbnail(face, target);
  const first = await readFile(target);
  await makeThumbnail(await readFile(face), target);
  await expect(makeThumbnail(await solid(400, 400), target)).rejects.toThrow('left as it is');
  expect((await readFile(target)).equals(first)).toBe(true);
});

describe('a huge picture', () => {
  const huge = () => sharp({ create: { width: 5_100, height: 5_100, channels: 3, background: '#a55' } });

  it.each([
    ['PNG', () => huge().png({ compressionLevel: 1 })],
    ['JPEG', () => huge().jpeg()],
  ])('that is read line by line (%s) gets its thumbnail', async (_what, make) => {
    const target = join(folder, `huge-${_what}.webp`);
    await makeThumbnail(await make().toBuffer(), target);
    expect(await inspectFile(target)).toMatchObject({ width: 320, height: 320 });
  });

  it.each([
    ['an interlaced PNG', () => huge().png({ compressionLevel: 1, progressive: true })],
    ['a progressive JPEG', () => huge().jpeg({ progressive: true })],
    ['a WebP', () => huge().webp({ effort: 0 })],
  ])('that must be held in memory as a whole (%s) is not decoded', async (_what, make) => {
    await expect(thumbnailBytes(await make().toBuffer())).rejects.toThrow('5100x5100 pixels are too many');
  });
});

it('refuses a picture whose pixels are damaged, and leaves no thumbnail', async () => {
  const photo = await readFile(face);
  await expect(makeThumbnail(photo.subarray(0, photo.length / 3), join(folder, 'bad.webp'))).rejects.toMatchObject({
    name: 'ProviderError',
    failure: 'unusable',
  });
  expect(await readdir(folder)).not.toContain('bad.webp');
});

it('says what made its picture, and nothing that other tools wrote', async () => {
  const packet = '<x:xmpmeta xmlns:x="adobe:ns:meta/"> xmp:CreatorTool="imggen"</x:xmpmeta>';
  const made = (xmp: string) => sharp(face).withXmp(xmp).png().toBuffer();
  const told = async (picture: Buffer) => (await sharp(await thumbnailBytes(picture)).metadata()).xmp?.toString('utf8');
  expect(await told(await made(packet))).toBe(packet);
  expect(await told(await made(packet.replace('imggen', 'another')))).toBeUndefined();
});
