import type { Stop } from './context.ts';
import type { AttemptEnd, OpenAttempt } from './open-attempt.ts';

/** So many paid answers without a picture in a row are no accident. */
export const IN_A_ROW_MAX = 2;

/** Counts paid answers that were no pictures, by job and model: the same is not bought over and over. */
export class PaidInVain {
  private readonly inARow = new Map<string, number>();

  /** Takes the end of an attempt, and stops its job when it must. */
  note({ job, attempt, ready }: OpenAttempt, end: AttemptEnd, stop: (why: Stop) => void): void {
    const of = `${job.id} ${attempt.provider} ${attempt.model}`;
    if (end.kind === 'done') this.inARow.delete(of);
    if (end.kind !== 'failed' || !end.paidInVain) return;
    const count = (this.inARow.get(of) ?? 0) + 1;
    this.inARow.set(of, count);
    if (count < IN_A_ROW_MAX) return;
    const what = `${count} answers in a row that are no pictures (${attempt.model})`;
    const message = `${ready.provider.name} was paid for ${what}`;
    stop({ reason: 'unusable', message });
  }

  /** True while the last paid answer of a job was no picture: one at a time then. */
  isSuspect(jobId: number): boolean {
    return [...this.inARow.keys()].some((of) => of.startsWith(`${jobId} `));
  }
}
