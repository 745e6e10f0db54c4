/**
 * The crash-safe steps from bytes to a file under its final name (docs/ledger.md, "Write order"). Each step may be done
 * again after a crash at any point. Knows nothing of the ledger: the caller commits between the steps.
 */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, link as hardLink, lstat, open, rename, statfs } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ensureOwnFolder } from './folder.ts';
import { hashFile } from './hash.ts';
import { fsyncFolder, removeIfThere } from './part-file.ts';
import { systemCode } from '../errors.ts';

/**
 * What became of naming a file: it has its name, or another file has it (`same`: that file is ours, from before a
 * crash).
 */
export type LinkResult = { linked: true } | { exists: true; same: boolean };

/** File systems that can't link say one of these (FAT, exFAT, some network and FUSE mounts). */
const CANNOT_LINK = new Set(['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK']);

/** Waits until a file's bytes are on the disk. */
export async function fsyncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/**
 * Gives a staged file its final name and takes the staged one away. Never overwrites: a file that has the name stays,
 * and the answer says whether it is this very picture (a crash between link and unlink, or after a copy), in which case
 * the rest is done. `link` is an argument so that tests can be a file system without hard links.
 * @throws the file system's own error, ENOENT when nothing is staged.
 */
export async function linkFinal(
  partPath: string,
  finalPath: string,
  link: typeof hardLink = hardLink,
): Promise<LinkResult> {
  await ensureOwnFolder(dirname(finalPath));
  try {
    await link(partPath, finalPath);
  } catch (error) {
    const code = systemCode(error);
    if (code === 'EEXIST') return existing(partPath, finalPath);
    if (code === 'EXDEV') return copyNear(partPath, finalPath, link);
    if (!CANNOT_LINK.has(code)) throw error;
    return moveInto(partPath, finalPath);
  }
  await fsyncFolder(dirname(finalPath));
  await removeIfThere(partPath);
  return { linked: true };
}

/** Staged on another disk than the output: copies the picture beside its final name first, where it can be linked. */
async function copyNear(partPath: string, finalPath: string, link: typeof hardLink): Promise<LinkResult> {
  const near = join(dirname(finalPath), `.${basename(finalPath)}.${randomUUID()}.part`);
  await copyFile(partPath, near, constants.COPYFILE_EXCL);
  await fsyncFile(near);
  const result = await linkFinal(near, finalPath, link);
  await removeIfThere(near);
  if ('linked' in result || result.same) await removeIfThere(partPath);
  return result;
}

/**
 * Without hard links: takes the name with an empty file that only one can create, then moves the picture over it. A
 * crash between leaves an empty file, which is no picture of anyone's and is taken over. A copy would leave half a
 * picture under a final name.
 */
async function moveInto(partPath: string, finalPath: string): Promise<LinkResult> {
  await lstat(partPath); // nothing staged: no name is taken
  try {
    await (await open(finalPath, 'wx', 0o644)).close();
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
    const there = await lstat(finalPath);
    if (!there.isFile() || there.size > 0) return existing(partPath, finalPath);
  }
  await rename(partPath, finalPath);
  await fsyncFolder(dirname(finalPath));
  return { linked: true };
}

async function existing(partPath: string, finalPath: string): Promise<LinkResult> {
  const [part, final] = await Promise.all([lstat(partPath), lstat(finalPath)]);
  const same =
    (part.dev === final.dev && part.ino === final.ino) ||
    (final.isFile() &&
      part.size === final.size &&
      (await hashFile(partPath)).sha256 === (await hashFile(finalPath)).sha256);
  if (same) {
    await fsyncFolder(dirname(finalPath));
    await removeIfThere(partPath);
  }
  return { exists: true, same };
}

/** Bytes that this user can still write on the folder's file system. Looks at the nearest parent that exists. */
export async function freeBytes(folder: string): Promise<number> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    if (systemCode(error) !== 'ENOENT' || dirname(folder) === folder) throw error;
    return freeBytes(dirname(folder));
  }
}
