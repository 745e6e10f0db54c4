/** A small WebP of a picture, for galleries, with what made the picture in it. */
import { randomUUID } from 'node:crypto';
import { lstat, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProviderError } from '../errors.ts';
import { ensureOwnFolder } from './folder.ts';
import { removeIfThere } from './part-file.ts';
import { DECODE_SECONDS_MAX, pixelsMax, WHOLE_PX_MAX } from './decoding-limits.ts';
import { loadSharp, type Sharp } from './sharp.ts';
import { isOurs } from './xmp.ts';

/** Pixels of the thumbnail's long side. Smaller pictures keep their size. */
export const THUMBNAIL_PX = 320;

const PACKET_BYTES_MAX = 16_384;

/**
 * Writes the thumbnail of `source` (a path, or bytes) to `target`, off the main thread. A file or link that has the
 * name already stays as it is.
 * It decodes the whole picture, so it is also the last proof that the picture is one.
 * May be called again after a crash. Only one caller per target at a time.
 * @throws {ProviderError} `unusable` when the picture can't be decoded; the file system's own error when it can't be
 * written; Error when the name is another file's.
 */
export async function makeThumbnail(source: string | Uint8Array, target: string): Promise<void> {
  const bytes = await thumbnailBytes(source);
  await ensureOwnFolder(dirname(target));
  if (await isTaken(target, bytes)) throw new Error(`${target} is another file's: it is left as it is`);
  const part = `${target}.${randomUUID()}.part`;
  try {
    await writeFile(part, bytes, { flag: 'wx' });
    await rename(part, target);
  } catch (error) {
    await removeIfThere(part);
    throw error;
  }
}

/** True when something else than this very thumbnail has the name: a link, a folder, another file. */
async function isTaken(target: string, bytes: Uint8Array): Promise<boolean> {
  const there = await lstat(target).catch(() => undefined);
  if (!there) return false;
  return !there.isFile() || there.size !== bytes.length || !(await readFile(target)).equals(bytes);
}

/**
 * The thumbnail itself, WebP.
 * @throws {ProviderError} `unusable` when the picture can't be decoded, or only with far more memory than others take.
 */
export async function thumbnailBytes(source: string | Uint8Array): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    return await decoded(sharp(source, { failOn: 'error', limitInputPixels: WHOLE_PX_MAX }));
  } catch (error) {
    try {
      const limitInputPixels = await pixelsMax(sharp, source);
      if (limitInputPixels > WHOLE_PX_MAX) return await decoded(sharp(source, { failOn: 'error', limitInputPixels }));
    } catch (again) {
      throw unusable(again);
    }
    throw unusable(error);
  }
}

async function decoded(picture: ReturnType<Sharp>): Promise<Uint8Array> {
  const { xmp = Buffer.alloc(0) } = await picture.metadata();
  const thumbnail = picture
    .timeout({ seconds: DECODE_SECONDS_MAX })
    .autoOrient()
    .resize({ width: THUMBNAIL_PX, height: THUMBNAIL_PX, fit: 'inside', withoutEnlargement: true, kernel: 'cubic' })
    .webp({ quality: 80, effort: 1 });
  // What made the picture made its thumbnail. What other tools wrote may be larger than that.
  const packet = xmp.length <= PACKET_BYTES_MAX ? xmp.toString('utf8') : '';
  return (isOurs(packet) ? thumbnail.withXmp(packet) : thumbnail).toBuffer();
}

function unusable(error: unknown): ProviderError {
  const why = error instanceof Error ? error.message : String(error);
  return new ProviderError(`The image can't be decoded: ${why}`, { failure: 'unusable', cause: error });
}
