import { ProviderError } from '../errors.ts';
import type { SentRecord, Submission } from '../providers/provider.ts';
import { accepted, generated } from './answer.ts';
import { deadline } from './deadline.ts';
import { failed, unsent } from './ends.ts';
import { canBeCleared } from './look-up.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';

/** Sends the one paid request of an attempt. Its row is in the ledger since the claim. */
export async function submit(context: AttemptContext, open: OpenAttempt): Promise<Step> {
  const { ready, request, lease, job } = open;
  if (context.drain.aborted || !context.ledger.isThere()) return unsent(context, open);
  await reserve(context, open);
  tellPhase(context, open, 'sending');
  context.trace('intent', { shot: lease.shot, attempt: open.attempt.ordinal, provider: ready.provider.name });
  const limit = deadline(context, job.settings.timeoutMs, [context.abort]);
  const announcement = new Announcement(context, open);
  let submission: Submission;
  try {
    submission = await ready.provider.submit(request, {
      signal: limit.signal,
      onPhase: (phase, progress) => tellPhase(context, open, phase, { progress }),
      onSending: (sent) => announcement.make(sent ?? {}),
    });
  } catch (error) {
    return submitFailed(context, announcement.check() ?? open, error);
  } finally {
    limit.clear();
  }
  const sent = announcement.check();
  if (!sent) throw new Error(`${ready.provider.name} did not call onSending before it sent a request`);
  context.trace('answered', { shot: lease.shot, state: submission.state });
  return submission.state === 'accepted'
    ? accepted(context, sent, submission.remoteId)
    : generated(context, sent, submission);
}

/** The commit that a request is about to leave. */
class Announcement {
  private sent: OpenAttempt | undefined;
  private failure: { error: unknown } | undefined;
  private readonly context: AttemptContext;
  private readonly open: OpenAttempt;

  constructor(context: AttemptContext, open: OpenAttempt) {
    this.context = context;
    this.open = open;
  }

  /** @throws what the ledger throws: nothing may be sent then. */
  make(sent: SentRecord): void {
    try {
      this.sent = { ...this.open, attempt: this.context.ledger.attempts.sending(this.open.lease, sent) };
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    this.context.trace('sending', { shot: this.open.lease.shot });
  }

  /** The attempt as it then is; undefined when nothing was announced. @throws what the commit threw. */
  check(): OpenAttempt | undefined {
    if (this.failure) throw this.failure.error;
    return this.sent;
  }
}

/** The file that will hold the answer is there, with its space, before the request leaves. @throws {NoSpace} */
async function reserve(context: AttemptContext, open: OpenAttempt): Promise<void> {
  try {
    if (open.attempt.ordinal > 1) await open.file.giveBack(context.ledger.attempts.earlierKeys(open.attempt));
    await open.file.reserve(context.space);
  } catch (error) {
    // What was perhaps sent before stays in doubt.
    if (!open.resent) unsent(context, open);
    throw error;
  }
}

function submitFailed(context: AttemptContext, open: OpenAttempt, error: unknown): Step {
  if (!(error instanceof ProviderError)) throw error;
  if (error.failure === 'interrupted') return unsent(context, open);
  // Doubt that can be cleared up by asking is cleared up at once.
  if (error.failure === 'unknown' && canBeCleared(open.ready.provider) && !context.abort.aborted)
    return { open: { ...open, doubt: { why: error.message, sender: 'this process' } } };
  return failed(context, open, error);
}
