/** What the live views are told between the events of the ledger. */
import type { ShotPhase } from '../events.ts';
import type { Job } from '../ledger/records.ts';
import type { Reporter, RunnerContext } from './context.ts';
import type { OpenAttempt, TellOnce } from './open-attempt.ts';
import { usdOf } from '../money.ts';

/** Tells the live views where a shot is; `progress` 0 … 1, `until` as ISO time. */
export function tellPhase(
  { tell }: Pick<Reporter, 'tell'>,
  { job, lease }: Pick<OpenAttempt, 'job' | 'lease'>,
  phase: ShotPhase,
  more: { progress?: number | undefined; until?: string } = {},
): void {
  tell({ event: 'shot_phase', job_id: String(job.id), shot: lease.shot, phase, ...more });
}

/** Tells the live views what jobs and the day have cost by now. */
export function tellSpend({ ledger, tell }: Pick<RunnerContext, 'ledger' | 'tell'>, jobs: readonly Job[]): void {
  const today = ledger.queries.today();
  for (const { id } of jobs) {
    const total = ledger.jobs.total(id);
    tell({
      event: 'spend',
      job_id: String(id),
      spent_usd: usdOf(total.spentMicros),
      reserved_usd: usdOf(total.reservedMicros),
      spent_day_usd: usdOf(today.spentMicros),
    });
  }
}

/** Tells each warning once a run. */
export function warningOnce({ tell }: Pick<Reporter, 'tell'>): TellOnce {
  const told = new Set<string>();
  return (message, level = 'warn') => {
    if (!told.has(message)) tell({ event: 'notice', level, message });
    told.add(message);
  };
}
