import type { Host } from '../host.ts';

/** Without a terminal nobody sends a second signal, and a kill follows the first soon (CI systems give 7–10 s). */
const DRAIN_MS = 8_000;

/** Ctrl-C and SIGTERM as the runner sees them. */
export interface SignalWatch {
  /** Aborted by the first. */
  drain: AbortSignal;
  /** Aborted by the second, or `drainMs` after the first. */
  abort: AbortSignal;
  close: () => void;
}

/**
 * The first signal stops claiming and drains, the second aborts. With `drainMs` (no terminal: CI sends one signal and kills
 * soon after) the abort follows by itself.
 */
export function watchSignals(
  host: Host,
  options: { drainMs: number | undefined; onDrain: (signal: string) => void },
): SignalWatch {
  const drain = new AbortController();
  const abort = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const drainMs = options.drainMs ?? (host.stdout.isTTY ? undefined : DRAIN_MS);
  const off = host.onSignal((signal) => {
    if (drain.signal.aborted) {
      abort.abort();
      return;
    }
    drain.abort();
    options.onDrain(signal);
    if (drainMs !== undefined) timer = setTimeout(() => abort.abort(), drainMs);
  });
  return {
    drain: drain.signal,
    abort: abort.signal,
    close: () => {
      clearTimeout(timer);
      off();
    },
  };
}
