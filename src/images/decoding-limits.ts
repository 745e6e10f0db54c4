/** What may be decoded: a small file can ask for gigabytes of memory. */
import type { Sharp } from './sharp.ts';

/**
 * Pixels of a picture that may be decoded as a whole, and of one that is decoded line by line. Measured with 16,000 x
 * 16,000 pixels: 80 MiB by line; 800 MiB as a whole, for an interlaced PNG or a progressive JPEG.
 */
export const WHOLE_PX_MAX = 25_000_000;
const BY_LINE_PX_MAX = 16_384 * 16_384;
export const DECODE_SECONDS_MAX = 60;

/**
 * How many pixels of this picture may be decoded: many where it is decoded line by line.
 * @throws {Error} for a picture with too many that is decoded as a whole: an interlaced PNG, a progressive JPEG, any
 * other format; sharp's own error when it is no picture.
 */
export async function pixelsMax(sharp: Sharp, source: string | Uint8Array): Promise<number> {
  const { width, height, format, isProgressive } = await sharp(source, { limitInputPixels: false }).metadata();
  if (width * height <= WHOLE_PX_MAX) return WHOLE_PX_MAX;
  if ((format === 'png' || format === 'jpeg') && isProgressive !== true) return BY_LINE_PX_MAX;
  throw new Error(`${width}x${height} pixels are too many where they are decoded as a whole`);
}
