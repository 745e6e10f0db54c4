import { ProviderError } from '../errors.ts';
import type { Submission } from '../providers/provider.ts';
import { accepted, generated } from './answer.ts';
import { deadline } from './deadline.ts';
import { failed, unsent } from './ends.ts';
import { canBeCleared } from './look-up.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';

/** Sends the one paid request of an attempt. Its row is in the ledger since the claim. */
export async function submit(context: AttemptContext, open: OpenAttempt): Promise<Step> {
  const { ready, request, lease, job } = open;
  if (context.drain.aborted) return unsent(context, open);
  tellPhase(context, open, 'sending');
  context.trace('intent', { shot: lease.shot, attempt: open.attempt.ordinal, provider: ready.provider.name });
  const limit = deadline(context, job.settings.timeoutMs, [context.abort]);
  let submission: Submission;
  try {
    submission = await ready.provider.submit(request, {
      signal: limit.signal,
      onPhase: (phase, progress) => tellPhase(context, open, phase, { progress }),
    });
  } catch (error) {
    return submitFailed(context, open, error);
  } finally {
    limit.clear();
  }
  context.trace('answered', { shot: lease.shot, state: submission.state });
  return submission.state === 'accepted'
    ? accepted(context, open, submission.remoteId)
    : generated(context, open, submission);
}

function submitFailed(context: AttemptContext, open: OpenAttempt, error: unknown): Step {
  if (!(error instanceof ProviderError)) throw error;
  if (error.failure === 'interrupted') return unsent(context, open);
  // Doubt that can be cleared up by asking is cleared up at once.
  if (error.failure === 'unknown' && canBeCleared(open.ready.provider) && !context.abort.aborted)
    return { open: { ...open, doubt: { why: error.message, sender: 'this process' } } };
  return failed(context, open, error);
}
