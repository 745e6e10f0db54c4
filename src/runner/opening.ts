import type { Claimed } from '../ledger/lease.ts';
import type { TakenOver } from '../ledger/recovery.ts';
import { answerFileOf } from './answer-file.ts';
import type { Batches } from './batches.ts';
import type { RunnerContext } from './context.ts';
import { inBatch, type SendInBatch } from './in-batch.ts';
import type { OpenAttempt } from './open-attempt.ts';
import type { Requests } from './request.ts';

/** What a run holds of a claimed or taken-over attempt; undefined when its provider is not there. */
export function openAttempt(
  { providers: all, batches }: Pick<RunnerContext, 'providers'> & { batches: Pick<Batches, 'submit'> },
  requests: Pick<Requests, 'rebuild' | 'routes'>,
  { lease, job, shot, attempt }: Claimed | TakenOver,
  answered: (attemptId: number) => void,
): OpenAttempt | undefined {
  const plain = all.get(attempt.provider);
  const sendWith: SendInBatch = (batch) => (request, call) => batches.submit(batch, { lease }, request, call);
  const ready = attempt.request.batch ? plain && inBatch(plain, sendWith) : plain;
  if (!ready) return undefined;
  const onAnswered = () => answered(lease.attemptId);
  const request = requests.rebuild(job, shot, attempt);
  const file = answerFileOf({ job, attempt, ready, request });
  const providers = () => Math.max(1, requests.routes(job, shot).length);
  return { lease, job, shot, attempt, ready, request, file, resent: false, providers, onAnswered };
}
