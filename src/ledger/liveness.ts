import { chownSync, existsSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { isUnreadable } from './whose.ts';

/**
 * Which processes run, without clocks: each holds `BEGIN EXCLUSIVE` on its own small lock file for as long as it
 * runs; the kernel gives the lock back when it ends, however it ends. A stopped process counts as running; a reused
 * pid does not matter.
 */
export interface Liveness {
  /** This process's id in leases. */
  readonly owner: string;
  /**
   * True while the process with that id runs, or when that can't be told: nothing is taken from a process that may
   * run.
   */
  isRunning(owner: string): boolean;
  /** The lock of a process, where this user may not read it: whether that runs can't be told. */
  unreadable?(owner: string): string | undefined;
  close(): void;
}

/** Takes this process's lock in `folder` (made if absent, for its user alone). */
export function holdLock(folder: string, owner: string): Liveness {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = lockFile(folder, owner);
  const lock = new Sqlite(file, { timeout: 0 });
  lock.exec('BEGIN EXCLUSIVE');
  giveTo(file, folder);
  return {
    owner,
    // Never opens our own file: closing any second handle on it would drop the lock.
    isRunning: (other) => other === owner || isHeld(lockFile(folder, other)),
    unreadable: (other) => (isUnreadable(lockFile(folder, other)) ? lockFile(folder, other) : undefined),
    close: () => {
      lock.close();
      rmSync(file, { force: true });
    },
  };
}

/** Root's lock in a user's folder is the user's, who must be able to test it. */
function giveTo(file: string, folder: string): void {
  const { uid, gid } = statSync(folder);
  if (process.geteuid?.() === 0 && uid !== 0) chownSync(file, uid, gid);
}

function lockFile(folder: string, owner: string): string {
  if (!/^[a-z0-9-]+$/i.test(owner)) throw new Error(`not an owner id: ${owner}`);
  return join(folder, `${owner}.lock`);
}

function isHeld(file: string): boolean {
  if (!existsSync(file)) return false;
  let probe: Sqlite.Database | undefined;
  try {
    probe = new Sqlite(file, { timeout: 0, fileMustExist: true });
    probe.exec('BEGIN EXCLUSIVE');
    probe.exec('ROLLBACK');
    return false;
  } catch (error) {
    // Busy: held. Anything else (permissions, I/O): can't be told, so taken for running. No file any more: ended.
    return existsSync(file) || (error instanceof Sqlite.SqliteError && error.code === 'SQLITE_BUSY');
  } finally {
    probe?.close();
  }
}
