import { closeSync, openSync, writeSync } from 'node:fs';
import { EXIT, UserError } from '../errors.ts';
import type { Trace } from '../runner/context.ts';

/** A structured log: one JSON object a line, redacted, what the views don't show. */
export interface Log {
  trace: Trace;
  close: () => void;
}

/** Opens the file of `--log` for appending, for its user alone; without one, a log that keeps nothing. @throws {UserError} */
export function openLog(file: string | undefined, now: () => number, clean: (text: string) => string): Log {
  if (file === undefined) return { trace: () => {}, close: () => {} };
  let descriptor: number;
  try {
    descriptor = openSync(file, 'a', 0o600);
  } catch (error) {
    throw new UserError(`the log can't be written: ${file} (${(error as { code?: string }).code})`, {
      exitCode: EXIT.usage,
      cause: error,
    });
  }
  return {
    trace: (point, facts) => {
      const line = JSON.stringify({ at: new Date(now()).toISOString(), pid: process.pid, point, ...facts });
      writeSync(descriptor, `${clean(line)}\n`);
    },
    close: () => closeSync(descriptor),
  };
}
