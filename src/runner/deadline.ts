import { waitOut } from '../time-limit.ts';
import type { RunnerContext } from './context.ts';
import type { OpenAttempt } from './open-attempt.ts';

/** What goes in a batch, and comes of it, are large files: they take as long as they take. */
const BATCH_TIMEOUT_MS = 3_600_000;

/** How long one step of an attempt may take: the job's time-out, more for those of a batch. */
export function timeLimitOf({ job, attempt }: Pick<OpenAttempt, 'job' | 'attempt'>): number {
  const { timeoutMs } = job.settings;
  return attempt.request.batch ? Math.max(timeoutMs, BATCH_TIMEOUT_MS) : timeoutMs;
}

/** A signal that ends by itself; `clear` it when the call has ended, so that nothing of it stays behind. */
export interface Deadline {
  signal: AbortSignal;
  /** True when time ran out, false when one of the others was aborted. */
  passed: () => boolean;
  clear: () => void;
}

/**
 * Aborts after `ms` on the run's own clock, or with one of the other signals. An answer that has come by then is read
 * first.
 */
export function deadline(
  context: Pick<RunnerContext, 'elapsed' | 'sleep'>,
  ms: number,
  others: readonly AbortSignal[],
): Deadline {
  const stop = new AbortController();
  const cleared = new AbortController();
  let passed = false;
  const relay = () => stop.abort();
  for (const other of others) {
    if (other.aborted) relay();
    else other.addEventListener('abort', relay, { once: true, signal: cleared.signal });
  }
  const expire = async () => {
    await waitOut(ms, context, cleared.signal);
    if (cleared.signal.aborted || stop.signal.aborted) return;
    passed = true;
    stop.abort(new DOMException(`no answer within ${ms} ms`, 'TimeoutError'));
  };
  void expire();
  return { signal: stop.signal, passed: () => passed, clear: () => cleared.abort('cleared') };
}
