/** Pictures made smaller, for services that bill the pixels they are given. */
import { inspectImage } from './inspect.ts';
import { loadSharp } from './sharp.ts';

/** Sides are whole pixels: a little below, so that rounding never passes the limit. */
const MARGIN = 0.99;
/** As good as the eye tells, where the format loses something. */
const QUALITY = 95;

/**
 * The picture with at most this many pixels, in its own format and shape; the same bytes when it has no more. The same
 * bytes give the same result.
 * @throws {ProviderError} `unusable` when it is no whole picture; sharp's own error when it can't be decoded.
 */
export async function withPixelsAtMost(bytes: Buffer<ArrayBuffer>, pixelsMax: number): Promise<Buffer<ArrayBuffer>> {
  const { width, height, format } = inspectImage(bytes);
  if (width * height <= pixelsMax) return bytes;
  const sharp = await loadSharp();
  const scale = Math.sqrt((pixelsMax * MARGIN) / (width * height));
  // A picture on its side has the other order: the box holds both.
  const box = Math.max(1, Math.floor(Math.max(width, height) * scale));
  const small = sharp(bytes).autoOrient().resize({ width: box, height: box, fit: 'inside' });
  // A quality, whatever it is, makes sharp give a PNG a palette of 256 colors.
  return Buffer.from(await small.toFormat(format, format === 'png' ? {} : { quality: QUALITY }).toBuffer());
}
