/** A small WebP of a picture, for galleries. */
import { rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProviderError } from '../errors.ts';
import { ensureFolder, removeIfThere } from './save.ts';
import { loadSharp } from './sharp.ts';

/** Pixels of the thumbnail's long side. Smaller pictures keep their size. */
export const THUMBNAIL_PX = 320;

/**
 * Writes the thumbnail of `source` (a path, or bytes) to `target`, replacing what is there, off the main thread.
 * It decodes the whole picture, so it is also the last proof that the picture is one.
 * May be called again after a crash. Only one caller per target at a time.
 * @throws {ProviderError} `unusable` when the picture can't be decoded; the file system's own error when it can't be
 * written.
 */
export async function makeThumbnail(source: string | Uint8Array, target: string): Promise<void> {
  const bytes = await thumbnailBytes(source);
  await ensureFolder(dirname(target));
  const part = `${target}.part`;
  try {
    await writeFile(part, bytes);
    await rename(part, target);
  } catch (error) {
    await removeIfThere(part);
    throw error;
  }
}

/** The thumbnail itself, WebP. @throws {ProviderError} `unusable` when the picture can't be decoded. */
export async function thumbnailBytes(source: string | Uint8Array): Promise<Uint8Array> {
  const sharp = await loadSharp();
  try {
    return await sharp(source, { failOn: 'error' })
      .autoOrient()
      .resize({ width: THUMBNAIL_PX, height: THUMBNAIL_PX, fit: 'inside', withoutEnlargement: true, kernel: 'cubic' })
      .webp({ quality: 80, effort: 1 })
      .toBuffer();
  } catch (error) {
    throw new ProviderError(`The image can't be decoded: ${error instanceof Error ? error.message : String(error)}`, {
      failure: 'unusable',
      cause: error,
    });
  }
}
