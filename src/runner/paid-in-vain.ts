import type { Job } from '../ledger/records.ts';
import type { RunnerContext, Stop } from './context.ts';
import type { AttemptEnd, OpenAttempt } from './open-attempt.ts';

/** So many answers without a picture in a row, paid or perhaps paid, are no accident. */
export const IN_A_ROW_MAX = 2;

/**
 * Counts paid answers that were no pictures, by job and model: the same is not bought over and over. In a row are
 * those whose requests followed each other, in whatever order the answers came.
 */
export class PaidInVain {
  /** By job and model: attempts in the order of their requests; undefined while one is under way. */
  private readonly rows = new Map<string, Map<number, 'picture' | 'in vain' | undefined>>();
  /** Jobs that stopped so before, of which no picture has come since: one at a time, as two more were agreed to. */
  private readonly stoppedBefore: Set<number>;

  constructor({ jobs: told }: Pick<RunnerContext['ledger'], 'jobs'>, jobs: readonly Job[]) {
    const stopped = jobs.filter(({ id, settings }) => told.endedInVain(id, settings.model));
    this.stoppedBefore = new Set(stopped.map(({ id }) => id));
  }

  /** An attempt has begun. */
  began({ job, attempt }: OpenAttempt): void {
    this.rowOf(job.id, attempt).set(attempt.id, undefined);
  }

  /** Takes the end of an attempt, and stops its job when it must. */
  note({ job, attempt, ready }: OpenAttempt, end: AttemptEnd, stop: (why: Stop) => void): void {
    const row = this.rowOf(job.id, attempt);
    const isInVain = end.kind === 'failed' && end.paidInVain;
    if (end.kind === 'done') this.stoppedBefore.delete(job.id);
    if (end.kind === 'done' || isInVain) row.set(attempt.id, isInVain ? 'in vain' : 'picture');
    else row.delete(attempt.id);
    const newest = newestFirst(row);
    const pictureAt = newest.findIndex(([, came]) => came === 'picture');
    // What was asked for before a picture came decides nothing any more.
    if (pictureAt >= 0) for (const [id] of newest.slice(pictureAt + 1)) row.delete(id);
    const since = pictureAt < 0 ? newest : newest.slice(0, pictureAt);
    if (since.length < IN_A_ROW_MAX || since.some(([, came]) => came === undefined)) return;
    const what = `${since.length} answers in a row that are no pictures (${attempt.model})`;
    const message = `${ready.provider.name} was paid, or perhaps paid, for ${what}`;
    stop({ reason: 'unusable', message });
  }

  /** True while the last paid answer of a job was no picture: one at a time then. */
  isSuspect(jobId: number): boolean {
    return (
      this.stoppedBefore.has(jobId) ||
      [...this.rows].some(
        ([of, row]) =>
          of.startsWith(`${jobId} `) && newestFirst(row).find(([, came]) => came !== undefined)?.[1] === 'in vain',
      )
    );
  }

  private rowOf(jobId: number, { provider, model }: OpenAttempt['attempt']) {
    const of = `${jobId} ${provider} ${model}`;
    const row = this.rows.get(of) ?? new Map<number, 'picture' | 'in vain' | undefined>();
    this.rows.set(of, row);
    return row;
  }
}

function newestFirst<T>(row: ReadonlyMap<number, T>): [number, T][] {
  return [...row].toSorted(([a], [b]) => b - a);
}
