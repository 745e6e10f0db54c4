/** Works off open jobs: those that are there, and those that come. */
import { UserError } from '../errors.ts';
import type { Job } from '../ledger/records.ts';
import type { Stop } from '../runner/context.ts';
import { resumeJobs, unfinishedTrainings, type GoingOnProject } from './go-on.ts';
import type { Outside } from './opened-run.ts';
import type { Refusal } from './refusals.ts';
import type { JobResult, RunResult } from './result.ts';
import { resuming } from './resume.ts';
import { runJobs } from './run-jobs.ts';
import type { RunOptions } from './run.ts';
import { summarize, worst } from './summary.ts';
import type { Trained } from './trained.ts';

/** How jobs are worked off. */
export interface WorkOptions {
  /** Until nothing can go on now; default: until it is told to stop. */
  once?: boolean | undefined;
}

/** How often new jobs are looked for. */
const LOOK_EVERY_MS = 1_000;
/** A job that can't go on, or has not ended, is tried again after this long: longer each time that nothing changes. */
const WAIT_FIRST_MS = 30_000;
const WAIT_MAX_MS = 600_000;

/** What became of a job so far. */
interface Known {
  /** Of its last round; undefined: it was refused before. */
  result?: JobResult | undefined;
  stop?: Stop | undefined;
  refusal?: Refusal | undefined;
  waitMs: number;
  /** By the clock that never goes back. */
  dueMs: number;
}

/**
 * Goes on with all open jobs that no other process works on, the most urgent first, and with those that come
 * meanwhile, until it is told to stop; what can't go on now is tried again later. Failed pictures are not.
 * Nobody is asked: what was not agreed to is named and left, unless `confirm` says yes.
 */
export async function workOff(
  project: GoingOnProject,
  options: WorkOptions & Pick<RunOptions, 'confirm'>,
  to: Outside,
): Promise<RunResult> {
  return new Work(project, options, to).run();
}

class Work {
  private readonly project: GoingOnProject;
  private readonly options: WorkOptions & Pick<RunOptions, 'confirm'>;
  private readonly to: Outside;
  private readonly known = new Map<number, Known>();
  private readonly rounds = new Set<Promise<void>>();
  private readonly trained = new Map<string, Trained>();
  private wake: () => void = () => {};
  /** Ends the work: a bug, or a ledger that is gone. */
  private end: { error: unknown } | { stop: Stop } | undefined;

  constructor(project: GoingOnProject, options: Work['options'], to: Outside) {
    this.project = project;
    this.options = options;
    this.to = to;
  }

  async run(): Promise<RunResult> {
    const { host } = this.project;
    const { drain } = this.to.signals;
    const startedMs = host.elapsed();
    this.begin();
    if (this.rounds.size === 0 && !this.options.once)
      this.to.emit({ event: 'notice', level: 'info', message: 'nothing can go on now: waiting for jobs' });
    while (!drain.aborted && !this.end) {
      this.begin();
      if (this.options.once && this.rounds.size === 0) break;
      await this.change();
    }
    await Promise.all(this.rounds);
    if (this.end && 'error' in this.end) throw this.end.error;
    return this.result(host.elapsed() - startedMs);
  }

  /** Waits until a round ends, it is time to look for new jobs, or it is told to stop. */
  private async change(): Promise<void> {
    const { drain } = this.to.signals;
    const over = new AbortController();
    this.wake = () => over.abort('woken');
    drain.addEventListener('abort', this.wake, { once: true });
    await this.project.host.sleep(LOOK_EVERY_MS, over.signal);
    drain.removeEventListener('abort', this.wake);
  }

  /** Begins a round with what is due. Rounds go on beside each other: a new job waits for no older one. */
  private begin(): void {
    if (!this.project.ledger.exists) return;
    const planned = resuming(this.project).filter(({ before }) => before && this.isDue(before));
    if (planned.length > 0)
      this.round(
        planned.flatMap(({ before }) => before ?? []),
        () => runJobs(this.project, planned, this.options, this.to),
      );
    for (const job of unfinishedTrainings(this.project).filter((one) => this.isDue(one)))
      this.round([job], () => resumeJobs(this.project, { ...this.options, job: String(job.id) }, this.to));
  }

  private isDue({ id }: Job): boolean {
    const dueMs = this.known.get(id)?.dueMs ?? 0;
    return this.project.host.elapsed() >= dueMs && !this.project.ledger.openExisting().queries.isRun(id);
  }

  private round(jobs: readonly Job[], start: () => Promise<RunResult>): void {
    // Until its run is in the ledger nobody else sees that it has begun.
    for (const { id } of jobs) this.known.set(id, { waitMs: 0, ...this.known.get(id), dueMs: Infinity });
    const round: Promise<void> = start()
      .then((result) => this.ended(jobs, result))
      .catch((error: unknown) => this.failed(jobs, error))
      .finally(() => {
        this.rounds.delete(round);
        this.wake();
      });
    this.rounds.add(round);
  }

  private ended(jobs: readonly Job[], { stop, jobs: results, refusals, trainings = [] }: RunResult): void {
    if (stop?.reason === 'ledger') this.end ??= { stop };
    for (const one of trainings) this.trained.set(one.jobId, one);
    for (const { id } of jobs) {
      const result = results.find(({ jobId }) => jobId === String(id));
      const refusal = refusals.find(({ jobId }) => jobId === String(id));
      this.wait(id, { result, stop, refusal });
    }
  }

  /** What the only job of a round is refused for is thrown, and what all are. */
  private failed(jobs: readonly Job[], error: unknown): void {
    if (!(error instanceof UserError)) {
      this.end ??= { error };
      return;
    }
    const { kind, message, hint, advice } = error;
    const named = jobs.map(({ id }) => `job ${id}`).join(', ');
    this.to.emit({ event: 'notice', level: 'warn', message: `${named} can not go on now: ${message}`, hint, advice });
    for (const { id } of jobs) this.wait(id, { refusal: { jobId: String(id), kind, message, hint, advice } });
  }

  private wait(id: number, now: Pick<Known, 'result' | 'stop' | 'refusal'>): void {
    const before = this.known.get(id);
    const isChanged = JSON.stringify(factsOf(before)) !== JSON.stringify(factsOf(now));
    const waitMs = isChanged || !before ? WAIT_FIRST_MS : Math.min(WAIT_MAX_MS, before.waitMs * 2);
    this.known.set(id, { ...now, waitMs, dueMs: this.project.host.elapsed() + waitMs });
  }

  private result(durationMs: number): RunResult {
    const { ledger } = this.project;
    const all = [...this.known].filter(([, { result, refusal }]) => result ?? refusal);
    const trainings = [...this.trained.values()];
    const ofTrainings = trainings.length > 0 ? { trainings } : {};
    const statuses = trainings.map(({ status }) => status);
    if (all.length === 0)
      return { status: worst(statuses), jobs: [], refusals: [], failures: [], failuresMore: 0, ...ofTrainings };
    const stops = [...new Set(all.flatMap(([, { stop }]) => stop ?? []))];
    const interrupted: Stop[] = this.to.signals.drain.aborted ? [{ reason: 'interrupted' }] : [];
    const [stop, ...otherStops] = [...interrupted, ...stops.filter(({ reason }) => reason !== 'interrupted')];
    const capsNeeded = new Map(
      all.flatMap(([id, { result }]) => (result?.capsNeeded ? [[id, result.capsNeeded]] : [])),
    );
    const jobs = all
      .flatMap(([id]) => ledger.openExisting().jobs.find(id) ?? [])
      .filter(({ kind }) => kind !== 'train');
    const result = summarize(ledger.openExisting(), jobs, {
      stop,
      otherStops,
      capsNeeded,
      refusals: all.flatMap(([, { refusal }]) => refusal ?? []),
      durationMs,
      canAsk: ({ id }) => this.known.get(id)?.result?.canAsk ?? false,
    });
    return { ...result, status: worst([result.status, ...statuses]), ...ofTrainings };
  }
}

/** What changes when a job gets on. */
function factsOf({ result, stop, refusal }: Pick<Known, 'result' | 'stop' | 'refusal'> = {}) {
  const { completed, remaining, held, liveAtProvider, uploadsLeft } = result ?? {};
  return { completed, remaining, held, liveAtProvider, uploadsLeft, stop, refusal: refusal?.message };
}
