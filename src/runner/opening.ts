import type { Claimed } from '../ledger/lease.ts';
import type { TakenOver } from '../ledger/recovery.ts';
import { answerFileOf } from './answer-file.ts';
import type { RunnerContext } from './context.ts';
import type { OpenAttempt } from './open-attempt.ts';
import type { Requests } from './request.ts';

/** What a run holds of a claimed or taken-over attempt; undefined when its provider is not there. */
export function openAttempt(
  all: RunnerContext['providers'],
  requests: Pick<Requests, 'rebuild' | 'routes'>,
  { lease, job, shot, attempt }: Claimed | TakenOver,
  answered: (attemptId: number) => void,
): OpenAttempt | undefined {
  const ready = all.get(attempt.provider);
  if (!ready) return undefined;
  const onAnswered = () => answered(lease.attemptId);
  const request = requests.rebuild(job, shot, attempt);
  const file = answerFileOf({ job, attempt, ready, request });
  const providers = () => Math.max(1, requests.routes(job, shot).length);
  return { lease, job, shot, attempt, ready, request, file, resent: false, providers, onAnswered };
}
