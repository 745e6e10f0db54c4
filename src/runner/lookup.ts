import type { Finding } from '../providers/provider.ts';
import type { RunnerContext, RunOptions } from './context.ts';
import { deadline } from './deadline.ts';
import type { Work } from './attempt.ts';

const FIND_AFTER_MS = 10_000;

/**
 * Asks the provider for an attempt whose answer was lost, once its request must have arrived if it ever will.
 * `interrupted`: told to stop meanwhile; it stays an open intent, and any later run looks it up.
 * @throws {ProviderError} the provider's own; also when the look-up takes longer than the time-out.
 */
export async function askFor(
  context: RunnerContext,
  options: RunOptions,
  work: Work,
): Promise<Finding | 'interrupted'> {
  const { provider } = work.ready;
  const waitMs = settlingMs(context, options, work);
  const limit = deadline(context, waitMs + options.timeoutMs, [options.abort, options.drain]);
  const lost = {
    request: work.request,
    sentAtMs: work.attempt.intentAtMs,
    isKnown: (remoteId: string) => context.ledger.attempts.knowsRemote(provider.name, remoteId),
  };
  try {
    if (waitMs > 0) await context.sleep(waitMs, limit.signal);
    if (limit.signal.aborted || !provider.find) return 'interrupted';
    return await provider.find(lost, { signal: limit.signal });
  } catch (error) {
    if (limit.signal.aborted && !limit.passed()) return 'interrupted';
    throw error;
  } finally {
    limit.clear();
  }
}

/**
 * How long a request that lost its sender may still be on its way in. It may have left just now, however old the attempt is;
 * only one older than two whole time-outs (sent, and once sent again) has surely arrived or not.
 */
function settlingMs(context: RunnerContext, options: RunOptions, work: Work): number {
  const afterMs = work.ready.provider.findAfterMs ?? FIND_AFTER_MS;
  const ageMs = context.now() - work.attempt.intentAtMs;
  return ageMs > 2 * (options.timeoutMs + afterMs) + afterMs ? 0 : afterMs;
}
