/** Pictures in another format. */
import { loadSharp } from './sharp.ts';

/** As good as the eye tells. */
const JPEG_QUALITY = 95;
const WHITE = '#ffffff';

/**
 * The picture as PNG or JPEG, upright, in sRGB. A JPEG has white where the picture was transparent.
 * @throws sharp's own error when it can't be decoded.
 */
export async function convertedTo(bytes: Uint8Array, format: 'png' | 'jpg'): Promise<Uint8Array> {
  const sharp = await loadSharp();
  const upright = sharp(bytes, { failOn: 'error' }).autoOrient().toColorspace('srgb');
  if (format === 'png') return upright.png().toBuffer();
  return upright.flatten({ background: WHITE }).jpeg({ quality: JPEG_QUALITY, chromaSubsampling: '4:4:4' }).toBuffer();
}
