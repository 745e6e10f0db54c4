/** Pictures made smaller keep what a face is told by. */
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { withPixelsAtMost } from '../../src/images/shrink.ts';
import { makePicture } from '../emulators/picture.ts';

it('a smaller PNG keeps its colors: it gets no palette', async () => {
  const large = Buffer.from(makePicture(512, 512, 'face', { sizeBytes: 600_000 }));
  const small = await withPixelsAtMost(large, 100_000);
  const { width, height, format, isPalette } = await sharp(small).metadata();
  expect(width * height).toBeLessThanOrEqual(100_000);
  expect({ format, isPalette }).toEqual({ format: 'png', isPalette: false });
});
