import { lstatSync, realpathSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { UserError } from '../errors.ts';

/**
 * Where a ledger lies, links followed: all who open it by any name share its locks.
 * @throws {UserError} for a link that leads nowhere, and for a file with several names (hard links): its journal and
 *   its locks lie beside one name only.
 */
export function realFile(file: string): string {
  if (file === ':memory:') return file;
  if (!isThere(file)) return file;
  const real = realPathOf(file);
  if (real === undefined) {
    throw new UserError(`the ledger is a link that leads nowhere: ${file}`, {
      hint: 'remove the link, or name the file that was meant',
      advice: { code: 'choose-ledger' },
    });
  }
  const stats = statSync(real);
  if (stats.isFile() && stats.nlink > 1) {
    throw new UserError(`the ledger has ${stats.nlink} names (hard links), its journal and locks only one: ${file}`, {
      hint: 'keep one of them; from elsewhere, use a symbolic link, or name that one',
      advice: { code: 'choose-ledger' },
    });
  }
  return real;
}

/** What SQLite and the locks of processes put beside a ledger. */
const BESIDE = ['-wal', '-shm', '-journal'];

/** @throws {UserError} when what is written beside a ledger would be written through a link, somewhere else. */
export function assertNoLinksBeside(file: string): void {
  for (const path of [...BESIDE.map((end) => file + end), join(dirname(file), 'owners')]) {
    if (!lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink()) continue;
    throw new UserError(`a link lies where the ledger writes: ${path}`, {
      hint: 'nothing was sent. Remove the link, or name another ledger',
      advice: { code: 'choose-ledger' },
    });
  }
}

/** Returns what tells whether the file at that path is still the one that is there now. Asks the system each time. */
export function sameFile(file: string): () => boolean {
  if (file === ':memory:') return () => true;
  const { dev, ino } = statSync(file);
  return () => {
    const now = statSync(file, { throwIfNoEntry: false });
    return now?.dev === dev && now.ino === ino;
  };
}

/** Also true for a link that leads nowhere. */
function isThere(file: string): boolean {
  try {
    return lstatSync(file, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // In an impossible place: opening says so.
    return false;
  }
}

function realPathOf(file: string): string | undefined {
  try {
    return realpathSync(file);
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    // A folder that can't be entered: opening says so.
    return file;
  }
}
