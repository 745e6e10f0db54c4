import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureFolder } from '../images/folder.ts';
import { MANIFEST, type Manifest } from './ours.ts';
import type { TrainingFile } from './training-file.ts';

/**
 * Writes a training set as a folder, in place of an earlier export: whole, or not at all. What it replaces must have
 * been looked at (`foreignIn`).
 * @param key unique for ever: names what is not whole yet.
 * @throws the file system's own error, or what reading a file threw; the earlier export is as it was then.
 */
export async function writeFolder(target: string, files: readonly TrainingFile[], key: string): Promise<void> {
  await ensureFolder(dirname(target));
  const part = `${target}.${key}.part`;
  const old = `${target}.${key}.old`;
  const sums: Record<string, string> = {};
  try {
    await mkdir(part);
    for (const file of files) {
      const path = join(part, ...file.name.split('/'));
      await mkdir(dirname(path), { recursive: true });
      const bytes = await file.read();
      sums[file.name] = createHash('sha256').update(bytes).digest('hex');
      await writeFile(path, bytes, { flag: 'wx' });
    }
    const manifest: Manifest = { files: sums };
    await writeFile(join(part, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, { flag: 'wx' });
    const replaced = await renamed(target, old);
    await rename(part, target);
    if (replaced) await rm(old, { recursive: true });
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** Moves what is there out of the way; false when nothing is. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
