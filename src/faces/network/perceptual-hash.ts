import * as sharpPhash from 'sharp-phash';
import type { DecodedPicture } from '../../images/pixels.ts';

type Hash = (pixels: Buffer, how: { raw: { width: number; height: number; channels: 3 } }) => Promise<string>;
// The package is the function itself; by its types, read as those of a CommonJS module, it would be a member of it.
const { default: hash } = sharpPhash as unknown as { default: Hash };

/** 64 characters of 0 and 1 for what a picture looks like: the low frequencies of its brightness. */
export function perceptualHash({ data, width, height }: DecodedPicture): Promise<string> {
  const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  return hash(pixels, { raw: { width, height, channels: 3 } });
}
