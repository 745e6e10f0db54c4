/** What is outside of the program, handed in: nothing below reads the process, the clock or randomness by itself. */

/** The machine, the network and the clock, as a use-case sees them. */
export interface Host {
  /** Absolute path of the current folder. */
  cwd: string;
  /** The process environment, `.env` not merged yet. */
  env: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
  /** Epoch milliseconds: what is written down. May jump, in both directions. */
  now: () => number;
  /** Milliseconds since some moment, for waits within this process: never goes back, whatever becomes of the clock. */
  elapsed: () => number;
  /** Resolves after `ms`, or at once when the signal is aborted; never rejects. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** 0 … 1. */
  random: () => number;
  /** A key unique for ever. */
  newKey: () => string;
  /** Called once when answers are megabytes of text: the process may let its heap grow further before it collects. */
  growHeap?: () => void;
  /** Told why the whole process waits, while it does: must write at once. */
  onStandstill?: (message: string) => void;
}

/** A stream that may be a terminal. */
export type OutputStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

/** The streams of the command line, and the interrupts of its user. */
export interface Terminal {
  stdout: OutputStream;
  stderr: OutputStream;
  stdin: NodeJS.ReadableStream & { isTTY?: boolean };
  /** Calls back for every SIGINT, SIGTERM and SIGHUP until the returned function is called. */
  onInterrupt: (listener: (name: string) => void) => () => void;
}

/** A host made of this process: its clock, its randomness, its fetch. `parts` replace some of it. */
export function processHost(parts: Partial<Host> & Pick<Host, 'cwd' | 'env'>): Host {
  return {
    fetch: globalThis.fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep,
    random: Math.random,
    newKey: () => crypto.randomUUID(),
    ...parts,
  };
}

/** Longest timer of Node's, in ms. */
const TIMER_MAX_MS = 2_147_483_647;

/** By hand: that of `node:timers/promises` makes an error with its stack for each wait that ends early, as most do. */
function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve();
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, Math.min(Math.max(0, ms), TIMER_MAX_MS));
    signal?.addEventListener('abort', end, { once: true });
  });
}
