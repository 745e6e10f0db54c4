import { createHash } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureFolder } from '../images/folder.ts';
import { ForeignFiles, foreignIn, MANIFEST, TRIES_MAX, type Manifest } from './ours.ts';
import type { TrainingFile } from './training-file.ts';

/**
 * Writes a training set as a folder, in place of an earlier export: whole, or not at all. What was changed in that
 * meanwhile stays.
 * @param key unique for ever: names what is not whole yet.
 * @throws {ForeignFiles} when what is there is no export as it was; the file system's own error, or what reading a file
 * threw. The earlier export is as it was then.
 */
export async function writeFolder(target: string, files: readonly TrainingFile[], key: string): Promise<void> {
  await ensureFolder(dirname(target));
  const part = `${target}.${key}.part`;
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
    await replace(target, part, `${target}.${key}.old`);
  } catch (error) {
    await rm(part, { recursive: true, force: true });
    throw error;
  }
}

/** Puts the new folder in the place of the old one, which is looked at once nobody can change it under its name. */
async function replace(target: string, part: string, old: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const isMoved = await renamed(target, old);
    const problems = isMoved ? await foreignIn(old, false) : [];
    try {
      if (problems.length > 0) throw new ForeignFiles(problems);
      await rename(part, target);
    } catch (error) {
      const isBack =
        isMoved &&
        (await rename(old, target).then(
          () => true,
          () => false,
        ));
      if (!isTaken(error) || isBack || tries === TRIES_MAX) throw error;
      // Another export has put its own there meanwhile: that is as new as this one.
      if (isMoved) await rm(old, { recursive: true, force: true });
      continue;
    }
    // What can't be removed is removed by the next export.
    if (isMoved) await rm(old, { recursive: true }).catch(() => {});
    return;
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

function isTaken(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST');
}
