/** What exports have left whose process was killed: put back where it is the only set, else taken away. */
import { lstat, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { foreignIn } from './ours.ts';

/** Names what an export has not finished: which process made it, and which of its exports. */
export function exportKey(owner: string, key: string): string {
  return `${owner}.${key}`;
}

/** `<target>.<owner>.<key>.part` and `.old`: two ids of 36 characters. */
const LEFT = /^\.([\da-f-]{36})\.([\da-f-]{36})\.(part|old)$/;

/**
 * Finishes exports to this place whose process has ended: a set that was moved out of the way comes back where no other
 * is, and what is not whole is removed. What was changed by hand stays. Leaves alone what may belong to a process that
 * runs. @throws the file system's own error.
 */
export async function finishEarlier(target: string, isRunning: (owner: string) => boolean): Promise<void> {
  const folder = dirname(target);
  const names = await readdir(folder).catch(() => []);
  const left = names.flatMap((name) => {
    if (!name.startsWith(basename(target))) return [];
    const [, owner = '', , kind] = LEFT.exec(name.slice(basename(target).length)) ?? [];
    return kind === undefined || isRunning(owner) ? [] : [{ path: join(folder, name), kind }];
  });
  for (const { path } of left.filter(({ kind }) => kind === 'old')) {
    if (!(await isThere(target))) await rename(path, target);
    else if ((await foreignIn(path, false)).length === 0) await rm(path, { recursive: true, force: true });
  }
  for (const { path } of left.filter(({ kind }) => kind === 'part')) await rm(path, { recursive: true, force: true });
}

async function isThere(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
