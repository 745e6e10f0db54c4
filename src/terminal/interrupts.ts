import type { Run } from '../app/run.ts';
import type { Terminal } from '../host.ts';

/** Without a terminal nobody sends a second signal, and a kill follows the first soon (CI systems give 7–10 s). */
const DRAIN_MS = 8_000;

/**
 * Passes Ctrl-C and SIGTERM on to a run: the first stops it, the second aborts it. Without a terminal (CI sends one
 * signal and kills soon after), or with `drainMs`, the abort follows by itself.
 * @returns stops passing them on.
 */
export function passInterrupts(
  run: Pick<Run, 'stop' | 'abort'>,
  { stdout, onInterrupt }: Pick<Terminal, 'stdout' | 'onInterrupt'>,
  drainMs: number | undefined,
): () => void {
  const limitMs = drainMs ?? (stdout.isTTY ? undefined : DRAIN_MS);
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;
  const off = onInterrupt((name) => {
    if (stopped) {
      run.abort();
      return;
    }
    stopped = true;
    run.stop(name);
    if (limitMs !== undefined) timer = setTimeout(() => run.abort(), limitMs);
  });
  return () => {
    clearTimeout(timer);
    off();
  };
}
