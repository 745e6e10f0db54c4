/** The pixels of a picture file. */
import { DECODE_SECONDS_MAX, pixelsMax } from './decoding-limits.ts';
import { loadSharp } from './sharp.ts';

/** Rows of red, green and blue, a byte each. */
export interface DecodedPicture {
  data: Uint8Array;
  width: number;
  height: number;
  /** Size of the upright picture as it is in the file. */
  originalWidth: number;
  originalHeight: number;
}

/** Under a transparent picture: what is not there is no feature of a face. */
const GROUND = '#808080';

/**
 * Decodes a picture: upright as its EXIF data say, without transparency, in sRGB, its longest side at most `sidePx`.
 * @throws {Error} when it is gone, or no picture.
 */
export async function decodePixels(path: string, sidePx: number): Promise<DecodedPicture> {
  const sharp = await loadSharp();
  const source = sharp(path, { failOn: 'error', limitInputPixels: await pixelsMax(sharp, path) });
  const { autoOrient } = await source.metadata();
  const { data, info } = await source
    .timeout({ seconds: DECODE_SECONDS_MAX })
    .autoOrient()
    .resize({ width: sidePx, height: sidePx, fit: 'inside', withoutEnlargement: true })
    .flatten({ background: GROUND })
    .toColorspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  const { width, height, channels } = info;
  const pixels = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return {
    data: channels === 3 ? pixels : threeChannels(pixels, channels),
    width,
    height,
    originalWidth: autoOrient.width,
    originalHeight: autoOrient.height,
  };
}

/** A gray picture has one channel. */
function threeChannels(pixels: Uint8Array, channels: number): Uint8Array {
  const all = new Uint8Array((pixels.length / channels) * 3);
  for (let from = 0, to = 0; from < pixels.length; from += channels, to += 3) {
    all[to] = pixels[from] ?? 0;
    all[to + 1] = pixels[channels > 2 ? from + 1 : from] ?? 0;
    all[to + 2] = pixels[channels > 2 ? from + 2 : from] ?? 0;
  }
  return all;
}
