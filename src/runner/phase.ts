import type { ShotPhase } from '../events.ts';
import type { Reporter } from './context.ts';
import type { OpenAttempt } from './open-attempt.ts';

/** Tells the live views where a shot is; `progress` 0 … 1, `until` as ISO time. */
export function tellPhase(
  { tell }: Pick<Reporter, 'tell'>,
  { job, lease }: Pick<OpenAttempt, 'job' | 'lease'>,
  phase: ShotPhase,
  more: { progress?: number | undefined; until?: string } = {},
): void {
  tell({ event: 'shot_phase', job_id: String(job.id), shot: lease.shot, phase, ...more });
}
