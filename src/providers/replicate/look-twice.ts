/** Looks in a list of the service that lags behind. */
import type { CallContext, Finding } from '../provider.ts';

/** How sure an absence must be. */
export interface Looking {
  /** Work may turn up in the list this long after its request has ended, in milliseconds. */
  settleMs: number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  elapsed: () => number;
}

/**
 * Looks, and looks again when the request may have ended too recently to be listed: `absent` is only told by a list
 * that was asked for after that time, however long the first look took.
 */
export async function lookTwice(
  look: () => Promise<Finding>,
  { settleMs, sleep, elapsed }: Looking,
  { signal }: CallContext,
): Promise<Finding> {
  // The process that sent it may have ended just now, also when this one began long after the request.
  const endedMs = elapsed();
  const first = await look();
  if (first.state !== 'absent' || settleMs === 0) return first;
  await sleep(Math.max(0, endedMs + settleMs - elapsed()), signal).catch(() => undefined);
  return signal.aborted ? { state: 'unsure', message: 'stopped looking for it' } : look();
}
