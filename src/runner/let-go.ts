import type { Ledger } from '../ledger/ledger.ts';
import type { Lease } from '../ledger/records.ts';

/** Shots that a run let go, with their jobs: not to be taken over again by itself. */
export class LetGo {
  private readonly jobOf = new Map<number, number>();

  add({ shotId, jobId }: Pick<Lease, 'shotId' | 'jobId'>): void {
    this.jobOf.set(shotId, jobId);
  }

  /** Their ids. */
  shots(): ReadonlySet<number> {
    return new Set(this.jobOf.keys());
  }

  /** True when every leased shot of these jobs was let go by this run, and nothing else waits. */
  isAllThatIsLeft(ledger: Pick<Ledger, 'jobs'>, jobIds: readonly number[]): boolean {
    if (this.jobOf.size === 0) return false;
    return jobIds.every((jobId) => {
      const { queued, leased } = ledger.jobs.counts(jobId);
      const ours = [...this.jobOf.values()].filter((id) => id === jobId).length;
      return queued === 0 && leased <= ours;
    });
  }
}
