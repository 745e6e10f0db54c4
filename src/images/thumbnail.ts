/** A small WebP of a picture, for galleries. */
import { randomUUID } from 'node:crypto';
import { lstat, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProviderError } from '../errors.ts';
import { ensureOwnFolder } from './folder.ts';
import { removeIfThere } from './part-file.ts';
import { loadSharp, type Sharp } from './sharp.ts';

/** Pixels of the thumbnail's long side. Smaller pictures keep their size. */
export const THUMBNAIL_PX = 320;

/**
 * Pixels of a picture that may be decoded as a whole, and of one that is decoded line by line. Measured with 16,000 x
 * 16,000 pixels: 80 MiB by line; 800 MiB as a whole, for an interlaced PNG or a progressive JPEG.
 */
const WHOLE_PX_MAX = 25_000_000;
const BY_LINE_PX_MAX = 16_384 * 16_384;
const DECODE_SECONDS_MAX = 60;

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
      if (await isHugeByLine(sharp, source))
        return await decoded(sharp(source, { failOn: 'error', limitInputPixels: BY_LINE_PX_MAX }));
    } catch (again) {
      throw unusable(again);
    }
    throw unusable(error);
  }
}

function decoded(picture: ReturnType<Sharp>): Promise<Uint8Array> {
  return picture
    .timeout({ seconds: DECODE_SECONDS_MAX })
    .autoOrient()
    .resize({ width: THUMBNAIL_PX, height: THUMBNAIL_PX, fit: 'inside', withoutEnlargement: true, kernel: 'cubic' })
    .webp({ quality: 80, effort: 1 })
    .toBuffer();
}

/**
 * True for a picture with many pixels that is decoded line by line. @throws for one that is decoded as a whole: an
 * interlaced PNG, a progressive JPEG, any WebP.
 */
async function isHugeByLine(sharp: Sharp, source: string | Uint8Array): Promise<boolean> {
  const { width, height, format, isProgressive } = await sharp(source, { limitInputPixels: false }).metadata();
  if (width * height <= WHOLE_PX_MAX) return false;
  if ((format === 'png' || format === 'jpeg') && isProgressive !== true) return true;
  throw new Error(`${width}x${height} pixels are too many where they are decoded as a whole`);
}

function unusable(error: unknown): ProviderError {
  const why = error instanceof Error ? error.message : String(error);
  return new ProviderError(`The image can't be decoded: ${why}`, { failure: 'unusable', cause: error });
}
