/** The ends of an attempt that leave no picture. */
import { ProviderError } from '../errors.ts';
import type { ShotAfterFailure } from '../ledger/failures.ts';
import type { AttemptContext, OpenAttempt, Step } from './open-attempt.ts';
import { tellPhase } from './tell.ts';
import { decide, type Verdict } from './retry.ts';

/** Claimed, and told to stop before anything was sent: as if it had never been claimed. */
export function unsent(context: AttemptContext, open: OpenAttempt): Step {
  context.ledger.attempts.unsent(open.lease);
  return { end: { kind: 'unsent' } };
}

/** Lets go what goes on without us, with its money safe. @param asPlanned nothing is wrong with it. */
export function released(context: AttemptContext, open: OpenAttempt, why: string, asPlanned = false): Step {
  context.ledger.attempts.release(open.lease);
  context.trace('released', { shot: open.lease.shot, why });
  return { end: { kind: 'released', why, asPlanned } };
}

/** An answer that was paid for is gone from the disk, and nobody can bring another. */
export function answerGone(context: AttemptContext, open: OpenAttempt): Step {
  const why = 'the answer that was paid for is gone from the disk';
  return failed(context, open, new ProviderError(why, { failure: 'unusable', charged: 'yes' }));
}

/** Asks the table of `retry.ts` what follows a failure, and writes it into the ledger. */
export function failed(context: AttemptContext, open: OpenAttempt, error: ProviderError): Step {
  const { ledger } = context;
  const { scope } = open.ready;
  const paidAlready = open.attempt.state === 'generated';
  const verdict = decide({
    failure: error.expired ? 'unusable' : error.failure,
    charged: paidAlready || error.expired ? 'yes' : error.charged,
    retryAfterMs: error.retryAfterMs,
    attempts: open.shot.attempts,
    attemptsMax: open.job.settings.attemptsMax,
    providers: open.providers(),
    limitedInARow: ledger.attempts.limitedInARow(open.lease, scope),
    random: context.random(),
  });
  // Work that we have canceled ourselves says nothing of the service.
  const isCanceled = ledger.jobs.find(open.job.id)?.state === 'canceled';
  const saysNothing = isCanceled && verdict.observed === 'unavailable';
  // All requests of a batch fail at once, hours after they were sent.
  const observed = saysNothing || open.attempt.request.batch ? undefined : verdict.observed;
  const message = context.clean(error.message);
  const { failure, code, status } = error;
  context.trace('failed', { shot: open.lease.shot, failure, code, status, verdict: verdict.shot, message });
  ledger.attempts.failed(open.lease, {
    // Perhaps charged and not again by itself: that is doubt, whatever caused it.
    failure: verdict.shot === 'held' ? 'unknown' : failure,
    message,
    settlement: verdict.settlement === 'spent' ? { state: 'spent', micros: undefined } : { state: verdict.settlement },
    shot: isCanceled && isGivenUp(error, verdict) ? { state: 'canceled' } : shotAfter(verdict, context.now(), open),
    observed: observed && { scope, kind: observed, waitMs: verdict.waitMs },
  });
  const shotWaitMs = verdict.asksNext ? 0 : verdict.waitMs;
  if (verdict.shot === 'again')
    tellPhase(context, open, 'backoff', { until: new Date(context.now() + shotWaitMs).toISOString() });
  const isNoUse = failure === 'unusable' || failure === 'rejected';
  const paidInVain = isNoUse && !error.expired && verdict.settlement !== 'released';
  return { end: { kind: 'failed', verdict, message, paidInVain } };
}

/** Canceled at the service, and nothing was charged for it. */
function isGivenUp({ canceled }: ProviderError, verdict: Verdict): boolean {
  return canceled && verdict.shot === 'failed';
}

function shotAfter(verdict: Verdict, nowMs: number, { shot, job }: OpenAttempt): ShotAfterFailure {
  if (verdict.asksNext) {
    // The claim tells by this number whose turn it is.
    const { attemptsMax } = job.settings;
    return { state: 'queued', notBeforeMs: nowMs, attempts: Math.ceil(shot.attempts / attemptsMax) * attemptsMax };
  }
  if (verdict.shot === 'again')
    return { state: 'queued', notBeforeMs: nowMs + verdict.waitMs, uncounted: verdict.uncounted };
  if (verdict.shot === 'parked') return { state: 'queued', notBeforeMs: 0, uncounted: true, parked: true };
  return { state: verdict.shot };
}
