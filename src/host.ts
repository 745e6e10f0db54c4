import type { ViewOutput } from './views/view.ts';

/** The outside host, handed in by `cli.ts`: nothing below reads the process, the clock or randomness by itself. */
export interface Host {
  /** Absolute path of the current folder. */
  cwd: string;
  /** The process environment, `.env` not merged yet. */
  env: Readonly<Record<string, string | undefined>>;
  stdout: ViewOutput;
  stderr: ViewOutput;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  fetch: typeof fetch;
  /** Epoch milliseconds. */
  now: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
  /** A key unique for ever. */
  newKey: () => string;
  /** Calls back for every SIGINT and SIGTERM until the returned function is called. */
  onSignal: (listener: (signal: string) => void) => () => void;
}
