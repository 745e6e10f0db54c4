import { ProviderError } from '../errors.ts';
import type { SentRecord, Submission } from '../providers/provider.ts';
import { accepted, generated } from './answer.ts';
import { deadline, timeLimitOf } from './deadline.ts';
import { failed, released, unsent } from './ends.ts';
import { canBeCleared } from './askable.ts';
import { changedReference } from './references.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';

const DOUBT = { failure: 'unknown' } as const;

/** Sends the one paid request of an attempt. Its row is in the ledger since the claim. */
export async function submit(context: AttemptContext, open: OpenAttempt): Promise<Step> {
  const { ready, request, lease, job } = open;
  if (isStopped(context, job.id)) return notSent(context, open);
  await reserve(context, open);
  const changed = await changedReference(request.references);
  // What was perhaps sent before, with the same key, stays in doubt.
  if (changed) return failed(context, open, open.resent ? new ProviderError(changed.message, DOUBT) : changed);
  tellPhase(context, open, 'sending');
  context.trace('intent', { shot: lease.shot, attempt: open.attempt.ordinal, provider: ready.provider.name });
  const limit = deadline(context, timeLimitOf(open), [context.abort]);
  const announcement = new Announcement(context, open);
  let submission: Submission;
  try {
    submission = await ready.provider.submit(request, {
      signal: limit.signal,
      onPhase: (phase, progress) => tellPhase(context, open, phase, { progress }),
      onSending: (sent) => announcement.make(sent ?? {}),
    });
  } catch (error) {
    if (announcement.refused) return notSent(context, open);
    return submitFailed(context, announcement.check() ?? open, error);
  } finally {
    limit.clear();
  }
  const sent = announcement.check() ?? announcement.late();
  context.trace('answered', { shot: lease.shot, state: submission.state });
  return submission.state === 'accepted'
    ? accepted(context, sent, submission.remoteId, { sent: submission.sent })
    : generated(context, sent, submission);
}

/** The run was told to send nothing more, or nothing of this job, or its ledger is gone. */
function isStopped(
  { drain, ledger, collectOnly }: Pick<AttemptContext, 'drain' | 'ledger' | 'collectOnly'>,
  jobId: number,
): boolean {
  return drain.aborted || collectOnly?.has(jobId) === true || !ledger.isThere();
}

/** Nothing was sent now. What was perhaps sent before, with the same key, stays in doubt. */
function notSent(context: AttemptContext, open: OpenAttempt): Step {
  return open.resent ? released(context, open, 'interrupted') : unsent(context, open);
}

/** The commit that a request is about to leave. */
class Announcement {
  /** The run was stopped, or the job canceled, while the request was made ready: it must not leave. */
  refused = false;
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
      const { lease } = this.open;
      const attempt = isStopped(this.context, lease.jobId)
        ? undefined
        : this.context.ledger.attempts.sending(lease, sent);
      this.refused = attempt === undefined;
      if (attempt === undefined) throw new ProviderError('stopped before it was sent', { failure: 'interrupted' });
      this.sent = { ...this.open, attempt };
    } catch (error) {
      this.failure = { error };
      throw error;
    }
    this.context.trace('sending', { shot: this.open.lease.shot });
  }

  /** For a provider that forgot to announce: its answer is paid, so it is announced now, and said. */
  late(): OpenAttempt {
    const { context, open } = this;
    context.warnOnce(`${open.ready.provider.name} did not call onSending: after a crash it may be paid twice`);
    return { ...open, attempt: context.ledger.attempts.sending(open.lease, {}, 'late') ?? open.attempt };
  }

  /** The attempt as it then is; undefined when nothing was announced. @throws what the commit threw. */
  check(): OpenAttempt | undefined {
    if (this.failure) throw this.failure.error;
    return this.sent;
  }
}

/**
 * The file that will hold the answer is there, with its space, before the request leaves.
 * @throws {NoSpace} and file system errors.
 */
async function reserve(context: AttemptContext, open: OpenAttempt): Promise<void> {
  try {
    if (open.attempt.ordinal > 1) await open.file.giveBack(context.ledger.attempts.earlierKeys(open.attempt));
    // The answers of a batch come to a later run.
    if (!open.attempt.request.batch) await open.file.reserve(context.space);
  } catch (error) {
    notSent(context, open);
    throw error;
  }
}

function submitFailed(context: AttemptContext, open: OpenAttempt, error: unknown): Step {
  if (!(error instanceof ProviderError)) throw error;
  if (error.failure === 'interrupted') return notSent(context, open);
  // Doubt that can be cleared up by asking is cleared up at once.
  if (error.failure === 'unknown' && canBeCleared(open.ready.provider) && !context.abort.aborted)
    return { open: { ...open, doubt: { why: error.message, sender: 'this process' } } };
  return failed(context, open, error);
}
