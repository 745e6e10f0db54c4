import type { Ledger } from '../ledger/ledger.ts';
import type { Lease } from '../ledger/records.ts';
import type { RunnerOptions } from './context.ts';

/** Shots that a run let go, with their jobs: not to be taken over again by itself. */
export class LetGo {
  private readonly jobOf = new Map<number, number>();
  private readonly collectOnly: ReadonlySet<number>;

  constructor({ collectOnly = new Set() }: Pick<RunnerOptions, 'collectOnly'>) {
    this.collectOnly = collectOnly;
  }

  add({ shotId, jobId }: Pick<Lease, 'shotId' | 'jobId'>): void {
    this.jobOf.set(shotId, jobId);
  }

  /** Their ids. */
  shots(): ReadonlySet<number> {
    return new Set(this.jobOf.keys());
  }

  /** True when something of a job of which nothing is sent can still be collected. */
  isCollectable({ recovery }: Pick<Ledger, 'recovery'>, jobId: number): boolean {
    return this.collectOnly.has(jobId) && recovery.isLeftBehind(jobId, this.shots());
  }

  /** True when every leased shot of these jobs was let go by this run, and what is queued waits for those. */
  isAllThatIsLeft(ledger: Pick<Ledger, 'jobs' | 'queries' | 'recovery'>, jobIds: readonly number[]): boolean {
    if (this.jobOf.size === 0) return false;
    return jobIds.every((jobId) => {
      if (this.collectOnly.has(jobId)) return !this.isCollectable(ledger, jobId);
      const { leased } = ledger.jobs.counts(jobId);
      const ours = [...this.jobOf.values()].filter((id) => id === jobId).length;
      return leased <= ours && ledger.queries.queuedBeside(jobId, [...this.jobOf.keys()]) === 0;
    });
  }
}
