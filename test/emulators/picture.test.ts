import sharp from 'sharp';
import { describe, expect, it } from 'vitest';
import { makePicture, pictureKey } from './picture.ts';

describe('a made picture', () => {
  it.each([
    [1024, 1024, undefined],
    [640, 480, 200_000],
    [512, 512, 600_000],
  ])('of %ix%i is a whole PNG of about the asked size, other for another key', async (width, height, sizeBytes) => {
    const options = sizeBytes === undefined ? {} : { sizeBytes };
    const png = makePicture(width, height, 'a', options);
    const { info, data } = await sharp(png).raw().toBuffer({ resolveWithObject: true });
    expect([info.width, info.height]).toEqual([width, height]);
    expect(data.length).toBe(width * height * info.channels);
    if (sizeBytes !== undefined) expect(Math.abs(png.length / sizeBytes - 1)).toBeLessThan(0.05);
    expect(makePicture(width, height, 'a', options)).toEqual(png);
    expect(makePicture(width, height, 'b', options)).not.toEqual(png);
    expect(pictureKey(png)).toBe('a');
  });
});
