import type { ProviderError } from '../errors.ts';
import type { FailureRecord } from '../ledger/attempts.ts';
import { LostLease } from '../ledger/connection.ts';
import type { RunnerContext, RunOptions } from './context.ts';
import { decide, type Verdict } from './retry.ts';
import type { Work } from './attempt.ts';

/** The attempt failed and is booked. `parked`: the run must stop asking, with the provider's words. */
export interface FailureEnd {
  kind: 'failed';
  verdict: Verdict;
  failure: string;
  message: string;
}

/** Asks the table what follows and writes it into the ledger. */
export function bookFailure(
  context: RunnerContext,
  options: RunOptions,
  work: Work,
  error: ProviderError,
): FailureEnd | { kind: 'lost' } {
  const { ledger } = context;
  const { scope } = work.ready;
  const paidAlready =
    work.attempt.state === 'generated' || ledger.attempts.find(work.attempt.id)?.state === 'generated';
  const verdict = decide({
    failure: error.expired ? 'unusable' : error.failure,
    charged: paidAlready || error.expired ? 'yes' : error.charged,
    retryAfterMs: error.retryAfterMs,
    attempts: work.shot.attempts,
    attemptsMax: options.attemptsMax,
    limitedInARow: ledger.attempts.limitedInARow(work.lease, scope),
    random: context.random(),
  });
  const message = context.clean(error.message);
  context.trace('failed', {
    shot: work.lease.shot,
    failure: error.failure,
    code: error.code,
    status: error.status,
    verdict: verdict.shot,
    message,
  });
  const record: FailureRecord = {
    // Perhaps charged and not again by itself: that is doubt, whatever caused it.
    failure: verdict.shot === 'hold' ? 'unknown' : error.failure,
    message,
    settlement: verdict.settlement === 'spent' ? { state: 'spent', micros: undefined } : { state: verdict.settlement },
    shot: shotAfter(verdict, context.now()),
    lesson: verdict.lesson && { scope, kind: verdict.lesson, waitMs: verdict.waitMs },
  };
  try {
    ledger.attempts.failed(work.lease, record);
  } catch (failed) {
    if (failed instanceof LostLease) return { kind: 'lost' };
    throw failed;
  }
  if (verdict.shot === 'again') {
    context.signal({
      event: 'shot_phase',
      job_id: String(work.job.id),
      shot: work.lease.shot,
      phase: 'backoff',
      until: new Date(context.now() + verdict.waitMs).toISOString(),
    });
  }
  return { kind: 'failed', verdict, failure: error.failure, message };
}

function shotAfter(verdict: Verdict, nowMs: number): FailureRecord['shot'] {
  if (verdict.shot === 'again')
    return { state: 'queued', notBeforeMs: nowMs + verdict.waitMs, forgiven: verdict.forgiven };
  if (verdict.shot === 'parked') return { state: 'queued', notBeforeMs: 0, forgiven: true, parked: true };
  return { state: verdict.shot };
}
