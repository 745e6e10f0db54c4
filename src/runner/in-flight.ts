import type { Job, Lease } from '../ledger/records.ts';
import type { RunnerContext, StopSignals, Time } from './context.ts';
import { Places } from './places.ts';

/** The longest wait before looking again. */
const WAIT_MAX_MS = 5_000;

/** Shots of a job that goes in batches: as many as there are. */
const BATCH_PLACES = 100_000;

type Context = Pick<Time, 'now' | 'sleep'> & Pick<StopSignals, 'drain'> & Pick<RunnerContext, 'ledger'>;

/** The shots that a run is at, from their claim to their end. */
export class InFlight {
  private readonly context: Context;
  /** By attempt: a shot may be claimed again before the end of its last attempt is heard of. */
  private readonly ends = new Map<number, Promise<void>>();
  /** Their shots, by attempt. */
  private readonly shotOf = new Map<number, number>();
  private readonly most: ReadonlyMap<number, number>;
  private readonly batched: ReadonlySet<number>;
  private readonly taken: Places;
  private readonly brokenOff: Lease[] = [];
  private wake: () => void = () => {};

  constructor(context: Context, jobs: readonly Job[]) {
    this.context = context;
    this.most = new Map(jobs.map((job) => [job.id, job.settings.concurrency]));
    this.batched = new Set(jobs.filter((job) => job.settings.batch).map((job) => job.id));
    this.taken = new Places(this.most);
  }

  /** How many. */
  get size(): number {
    return this.ends.size;
  }

  /** Ids of the shots: what becomes of one that is given up is heard of only at its end. */
  shots(): Iterable<number> {
    return this.shotOf.values();
  }

  /** How many more shots of a job may begin now; `oneByOne`: none while one is under way. */
  places(jobId: number, oneByOne = false): number {
    // What goes in batches is claimed as a whole.
    if (this.batched.has(jobId)) return BATCH_PLACES;
    const free = this.taken.of(jobId);
    return oneByOne ? Math.max(0, free + 1 - (this.most.get(jobId) ?? 0)) : free;
  }

  /** A shot has begun; `end` resolves when it has ended, and never rejects. */
  add({ attemptId, jobId, shotId }: Pick<Lease, 'attemptId' | 'jobId' | 'shotId'>, end: Promise<void>): void {
    const tracked = end.finally(() => {
      this.ends.delete(attemptId);
      this.shotOf.delete(attemptId);
      this.taken.end(attemptId);
      this.wake();
    });
    this.ends.set(attemptId, tracked);
    this.shotOf.set(attemptId, shotId);
    if (!this.batched.has(jobId)) this.taken.begin(attemptId, jobId);
  }

  /** A provider has done its part of a shot: its place there is free. */
  answered(attemptId: number): void {
    this.taken.answered(attemptId);
    this.wake();
  }

  /** Waits until a shot ends, a provider is done with one, that moment comes or somebody stops the run; never spins. */
  async change(untilMs?: number): Promise<void> {
    const { now, sleep, drain } = this.context;
    if (drain.aborted) return;
    const over = new AbortController();
    const woken = new Promise<void>((resolve) => {
      this.wake = resolve;
    });
    // Taken away again: the signal may be used by many runs.
    const stopped = (): void => this.wake();
    drain.addEventListener('abort', stopped, { once: true });
    const waitMs = untilMs === undefined ? WAIT_MAX_MS : Math.min(Math.max(5, untilMs - now()), WAIT_MAX_MS);
    await Promise.race([sleep(waitMs, over.signal), woken]);
    // A reason that is no error: the default one records a stack, each time.
    over.abort('over');
    drain.removeEventListener('abort', stopped);
  }

  /** The work on a shot broke off before its end was written: the disk was full, or it is a bug. */
  broke(lease: Lease): void {
    this.brokenOff.push(lease);
  }

  /** Lets go what broke off: a later run, also of this process, goes on with it. */
  letGoBroken(): void {
    for (const lease of this.brokenOff) {
      try {
        this.context.ledger.attempts.release(lease);
      } catch {
        // The disk is still full, or somebody else has it: it is taken over when this process has ended.
      }
    }
  }

  /** Resolves when all of them have ended. */
  async ended(): Promise<void> {
    await Promise.all(this.ends.values());
  }
}
