import Sqlite from 'better-sqlite3';
import { UserError } from '../errors.ts';

/** How long SQLite itself waits for a lock, in ms: then it is said, and waited for again. */
export const BUSY_SLICE_MS = 3_000;
const BUSY_MAX_MS = 30_000;

/** The ledger was locked by another program for too long. Nothing of what was to be written is. */
export class LedgerBusy extends UserError {
  constructor(cause: unknown) {
    super(`the ledger is busy: another program has kept it locked for ${BUSY_MAX_MS / 1000} s`, {
      kind: 'busy',
      hint: 'nothing that was paid is lost. End that program, or wait for it, then run the command again',
      cause,
    });
    this.name = 'LedgerBusy';
  }
}

/** Waits for the locks of a ledger's file. The whole process stands still meanwhile: SQLite is called synchronously. */
export class LockWait {
  private readonly say: (message: string) => void;
  /** The last wait was in vain: the next ones are short, until something was written. */
  private gaveUp = false;

  /** @param say told every few seconds; must write at once. */
  constructor(say: (message: string) => void = () => {}) {
    this.say = say;
  }

  /**
   * Does something that SQLite refuses, with nothing done, while another connection holds a lock. @throws {LedgerBusy}
   */
  until<T>(action: () => T, what: 'read' | 'write' = 'write'): T {
    let waitedMs = 0;
    let toldMs = 0;
    for (let tries = 0; ; tries += 1) {
      const beganMs = performance.now();
      try {
        const result = action();
        if (what === 'write') this.gaveUp = false;
        return result;
      } catch (error) {
        if (!(error instanceof Sqlite.SqliteError) || !error.code.startsWith('SQLITE_BUSY')) throw error;
        // To some steps SQLite answers at once, whatever its time-out, when others open the same new file.
        Atomics.wait(PAUSE, 0, 0, 5 + (tries % 7) * 3);
        // A process that was stopped meanwhile has not waited.
        waitedMs += Math.min(performance.now() - beganMs, 2 * BUSY_SLICE_MS);
        if (waitedMs >= (this.gaveUp ? BUSY_SLICE_MS : BUSY_MAX_MS)) {
          this.gaveUp = true;
          throw new LedgerBusy(error);
        }
        if (waitedMs - toldMs < BUSY_SLICE_MS) continue;
        toldMs = waitedMs;
        this.say(
          `the ledger is busy: waiting for another program that has it locked (${Math.round(waitedMs / 1000)} s)`,
        );
      }
    }
  }
}

const PAUSE = new Int32Array(new SharedArrayBuffer(4));
