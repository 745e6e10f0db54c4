import { ProviderError } from '../errors.ts';
import type { Accepted, Collected } from '../providers/provider.ts';
import { generated } from './answer.ts';
import { deadline, timeLimitOf } from './deadline.ts';
import { failed, answerGone, released } from './ends.ts';
import { FOREIGN, isForeign, type AttemptContext, type OpenAttempt, type Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';

/** Waits for accepted work under its remote id, which the ledger knows. */
export async function collect(context: AttemptContext, open: OpenAttempt): Promise<Step> {
  const { provider } = open.ready;
  const accepted = acceptedOf(open);
  if (!accepted) return answerGone(context, open);
  if (!provider.collect) throw new Error(`${provider.name} accepted a job it can't collect`);
  tellPhase(context, open, 'waiting');
  // The work goes on at the provider without us: the first Ctrl-C lets it go, any later run collects it.
  const limit = deadline(context, timeLimitOf(open), [context.abort, context.drain]);
  let collected: Collected;
  try {
    collected = await provider.collect(accepted, open.request, {
      signal: limit.signal,
      onPhase: (phase, progress) => tellPhase(context, open, phase, { progress }),
    });
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    // Another account knows nothing of it, and a wait that did not end says nothing: the work is accepted, stays open.
    const foreign = isForeign(open) && error.expired;
    const running = limit.signal.aborted || error.failure === 'unknown' || error.failure === 'interrupted';
    if (!running && !foreign) return failed(context, open, error);
    collected = { state: 'running', why: foreign ? FOREIGN : error.message };
  } finally {
    limit.clear();
  }
  if (collected.state === 'generated') return generated(context, open, collected);
  if (limit.signal.aborted && !limit.passed()) return released(context, open, 'interrupted');
  return released(context, open, `${provider.name}: ${context.clean(collected.why)}`, collected.asPlanned);
}

/** What a provider knows the attempt by, once it has accepted it. */
export function acceptedOf({ attempt }: Pick<OpenAttempt, 'attempt'>): Accepted | undefined {
  const { remoteId, acceptedAtMs, sentAtMs, intentAtMs, sent } = attempt;
  return remoteId === null ? undefined : { remoteId, acceptedAtMs: acceptedAtMs ?? sentAtMs ?? intentAtMs, sent };
}
