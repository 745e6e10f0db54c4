import { closeSync, openSync, writeSync } from 'node:fs';
import { UserError } from '../errors.ts';
import type { Reporter } from '../runner/context.ts';

/** A structured log: one JSON object a line, what the views don't show. */
export interface Log {
  /** Takes facts that hold no secret any more. */
  trace: Reporter['trace'];
  close: () => void;
}

/** Opens the file of `--log` for appending, for its user alone. @throws {UserError} when that is impossible. */
export function openLog(file: string, now: () => number): Log {
  let descriptor: number;
  try {
    descriptor = openSync(file, 'a', 0o600);
  } catch (error) {
    throw new UserError(`the log can't be written: ${file} (${(error as { code?: string }).code})`, { cause: error });
  }
  return {
    trace: (point, facts) => {
      const line = JSON.stringify({ at: new Date(now()).toISOString(), pid: process.pid, point, ...facts });
      writeSync(descriptor, `${line}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
