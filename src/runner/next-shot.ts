import { earlier, type Candidate, type None, type Wait } from '../ledger/candidates.ts';
import type { ClaimResult } from '../ledger/claims.ts';
import type { Claimed } from '../ledger/lease.ts';
import type { Job } from '../ledger/records.ts';
import type { RunnerContext, RunnerOptions, Stop } from './context.ts';
import type { LetGo } from './let-go.ts';
import type { Requests } from './request.ts';

/** Claims the next shot of a run's jobs, and knows the jobs that the run begins nothing of any more. */
export class NextShot {
  private readonly context: Pick<RunnerContext, 'ledger' | 'elapsed' | 'sleep'>;
  private readonly drain: AbortSignal;
  private readonly collectOnly: ReadonlySet<number>;
  private readonly letGo: Pick<LetGo, 'isCollectable'>;
  private readonly requests: Pick<Requests, 'routes'>;
  private readonly jobs: readonly Job[];
  private readonly stops = new Map<number, Stop>();
  /** Claims by job: how many, and when the last was. */
  private readonly claims = new Map<number, { count: number; atMs: number }>();

  constructor(
    context: Pick<RunnerContext, 'ledger' | 'elapsed' | 'sleep'>,
    options: Pick<RunnerOptions, 'drain' | 'collectOnly'>,
    parts: { requests: Pick<Requests, 'routes'>; jobs: readonly Job[]; letGo: Pick<LetGo, 'isCollectable'> },
  ) {
    this.context = context;
    this.drain = options.drain;
    this.collectOnly = options.collectOnly ?? new Set();
    this.letGo = parts.letGo;
    this.requests = parts.requests;
    this.jobs = parts.jobs;
  }

  /** Jobs that may go on, the most urgent first. */
  openJobIds(): number[] {
    return this.jobs.filter((job) => !this.stops.has(job.id)).map((job) => job.id);
  }

  /** Why jobs had to stop, the first of them first. */
  whyStopped(): Stop[] {
    return [...this.stops.values()];
  }

  /** Ids of the jobs that a cap stopped. */
  get capped(): Set<number> {
    return new Set([...this.stops].flatMap(([id, { reason }]) => (reason === 'budget' ? id : [])));
  }

  /** Begins nothing more of this job. */
  stop(jobId: number, why: Stop): void {
    if (!this.stops.has(jobId)) this.stops.set(jobId, why);
  }

  /** Begins nothing more of the jobs that use this provider first. */
  stopProvider(provider: string, why: Stop): void {
    for (const job of this.jobs) if (job.settings.provider === provider) this.stop(job.id, why);
  }

  /** Claims a shot of these jobs; else how long to wait for one, or that none is left. A drained run claims nothing. */
  async claim(jobIds: readonly number[]): Promise<Claimed | Wait | None> {
    const asked = new Set(jobIds.filter((id) => !this.collectOnly.has(id)));
    let wait = this.collecting(jobIds);
    while (asked.size > 0) {
      const candidate = this.context.ledger.claims.candidate([...asked]);
      if (candidate.kind === 'wait') wait = earlier(wait, candidate);
      if (candidate.kind !== 'candidate') break;
      await this.stagger(candidate.job);
      if (this.drain.aborted) break;
      const result = this.claimCandidate(candidate);
      if (result.kind === 'claimed') return result;
      if (result.kind === 'changed') continue;
      if (result.kind === 'wait') wait = earlier(wait, result);
      // One job that waits, or has to stop, leaves the others their turn.
      asked.delete(candidate.job.id);
    }
    return wait ?? { kind: 'none' };
  }

  /** What is left behind of jobs of which nothing is sent is taken over as soon as there is a place for it. */
  private collecting(jobIds: readonly number[]): Wait | undefined {
    const isLeft = jobIds.some((id) => this.letGo.isCollectable(this.context.ledger, id));
    return isLeft ? { kind: 'wait', untilMs: undefined, reason: 'others' } : undefined;
  }

  private claimCandidate(candidate: Candidate): ClaimResult {
    const { job, shot } = candidate;
    const routes = this.requests.routes(job, shot);
    if (routes.length === 0) {
      this.stop(job.id, { reason: 'down', message: `no provider of job ${job.id} can make ${shot.name}` });
      return { kind: 'down', provider: job.settings.provider };
    }
    const result = this.context.ledger.claims.claim(candidate, routes);
    if (result.kind === 'claimed') this.note(job.id);
    if (result.kind === 'budget') {
      this.context.ledger.budgetReached(result.jobId, result.cap, result);
      this.stop(job.id, { reason: 'budget', cap: result.cap });
    }
    if (result.kind === 'down') {
      const message = `${result.provider} is down: it did not answer well, again and again, also after waits`;
      this.stop(job.id, { reason: 'down', message });
    }
    return result;
  }

  private note(jobId: number): void {
    this.claims.set(jobId, { count: (this.claims.get(jobId)?.count ?? 0) + 1, atMs: this.context.elapsed() });
  }

  /** Spreads the first sends of a job; before the claim, so that no attempt is committed long before it is sent. */
  private async stagger({ id, settings: { batch, concurrency, staggerMs } }: Job): Promise<void> {
    const last = this.claims.get(id);
    if (!last || last.count >= concurrency || staggerMs === 0 || batch) return;
    const waitMs = Math.min(staggerMs, last.atMs + staggerMs - this.context.elapsed());
    if (waitMs > 0) await this.context.sleep(waitMs, this.drain);
  }
}
