/** Time limits that an answer beats which has come already. */
import type { Host } from './host.ts';

/** Later than this, the process was stopped (Ctrl-Z, a laptop that slept) or could not keep up. */
const STOPPED_MS = 100;
/** The end of every limit is a wait of its own, in which an answer that came is read: timers are first in the loop. */
const READ_MS = 20;
const AGAIN_MAX_MS = 30_000;
const AGAIN_MIN_MS = 3_000;

/**
 * Resolves when `ms` have passed, or at once when the signal is aborted. Where the process was stopped while they
 * passed, an answer may wait unread: there is some more time then to read it.
 */
export async function waitOut(ms: number, time: Pick<Host, 'elapsed' | 'sleep'>, signal: AbortSignal): Promise<void> {
  const beforeMs = Math.max(0, ms - READ_MS);
  const dueMs = time.elapsed() + beforeMs;
  await time.sleep(beforeMs, signal);
  const stopped = time.elapsed() - dueMs > STOPPED_MS;
  const moreMs = stopped ? Math.min(Math.max(ms / 10, AGAIN_MIN_MS), AGAIN_MAX_MS) : ms - beforeMs;
  if (!signal.aborted) await time.sleep(moreMs, signal);
}

/** Like `AbortSignal.timeout`, with the time that `waitOut` adds: what is read late is read all the same. */
export function timeLimit(ms: number): AbortSignal {
  const stop = new AbortController();
  const sleep = (forMs: number) => new Promise<void>((resolve) => void setTimeout(resolve, forMs).unref());
  const expire = () => stop.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
  void waitOut(ms, { elapsed: () => performance.now(), sleep }, stop.signal).then(expire);
  return stop.signal;
}
