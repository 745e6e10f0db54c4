import { lstatSync, rmdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { StorageError } from '../errors.ts';
import { LORA_FOLDER } from '../images/folder.ts';
import type { Image } from '../ledger/records.ts';
import { parseImageNumber } from '../names.ts';
import type { Storage } from '../storage/storage.ts';
import type { Project } from './project.ts';

/** What went of one picture. */
export interface Removed {
  filename: string;
  characterId: string;
  row: boolean;
  file: boolean;
  thumbnail: boolean;
  asset: boolean;
  /** Bytes freed on disk. */
  sizeBytes: number;
  /** What could not be removed, and why. */
  problem?: string;
}

/**
 * Removes a picture everywhere. The row goes first: from then on no process uploads the picture, and what a crash
 * leaves behind is found by `imggen clean`.
 */
export async function removePicture(
  { ledger, services, clean }: Pick<Project, 'ledger' | 'services' | 'clean'>,
  image: Image,
): Promise<Removed> {
  const gone: Removed = {
    filename: image.filename,
    characterId: image.characterId,
    row: false,
    file: false,
    thumbnail: false,
    asset: false,
    sizeBytes: 0,
  };
  const store = image.upload === null ? undefined : await services.store(image.upload.store);
  if (!ledger.open().maintenance.remove(image.id)) return { ...gone, problem: 'a running process is uploading it' };
  gone.row = true;
  if (image.path !== null) {
    Object.assign(gone, unlinkPicture(image.path, image.characterId));
  }
  try {
    if (store) gone.asset = await removeAsset(store, image);
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    return { ...gone, problem: `still in ${store?.name}: ${clean(error.message)}` };
  }
  return gone;
}

/** Deletes a picture's file with what lies beside it: its sidecar and its thumbnail. */
export function unlinkPicture(path: string, characterId: string): Pick<Removed, 'sizeBytes' | 'file' | 'thumbnail'> {
  const sizeBytes = unlinkOurs(path, characterId) ?? 0;
  const [folder, name] = [dirname(path), basename(path).replace(/\.[a-z]+$/, '')];
  unlinkOurs(join(folder, `${name}.xmp`), characterId);
  const thumbnail = unlinkOurs(join(folder, 'thumbnails', `${name}.webp`), characterId) !== undefined;
  return { sizeBytes, file: sizeBytes > 0, thumbnail };
}

async function removeAsset(store: Storage, image: Image): Promise<boolean> {
  const signal = AbortSignal.timeout(60_000);
  const key = image.upload?.key ?? null;
  if (key !== null) return (await store.remove([key], signal)) > 0;
  // A process may have ended between the upload and its row.
  const found = await store.find(image.characterId, image.filename.replace(/\.[a-z]+$/, ''), signal);
  const ours = found !== undefined && (found.md5 === image.md5 || found.context['sha256'] === image.sha256);
  return ours && (await store.remove([found.key], signal)) > 0;
}

/**
 * Deletes a plain file that is named like a picture of the character and lies in its folder (or the thumbnails' below
 * it); returns its size, undefined when it is no such file. Links are never followed.
 */
export function unlinkOurs(path: string, characterId: string): number | undefined {
  const folder = basename(dirname(path)) === 'thumbnails' ? dirname(dirname(path)) : dirname(path);
  if (basename(folder) !== characterId || parseImageNumber(characterId, basename(path)) === undefined) return undefined;
  if (!isFolder(folder) || !isFolder(dirname(path))) return undefined;
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (!stats?.isFile()) return undefined;
  unlinkSync(path);
  return stats.size;
}

/** True for a real folder, no link to one. */
export function isFolder(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/**
 * After its last picture: takes a character's gallery page away, and its folder if nothing of anybody else's is in it.
 */
export function removeFolder(folder: string): void {
  if (!isFolder(folder)) return;
  const page = join(folder, 'gallery.html');
  if (lstatSync(page, { throwIfNoEntry: false })?.isFile()) unlinkSync(page);
  for (const path of [...['thumbnails', '.parts', LORA_FOLDER].map((name) => join(folder, name)), folder]) {
    try {
      rmdirSync(path);
    } catch {
      // Not there, or not empty: not ours to take.
    }
  }
}
