import { UserError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import type { OpenRemote } from '../ledger/queries.ts';
import type { Job } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { knownJob } from './jobs.ts';
import { resuming } from './resume.ts';
import { makerOf } from '../runner/in-batch.ts';
import type { RunningProject } from './opened-run.ts';
import { runJobs } from './run-jobs.ts';
import { askedFor, runTrainingJob, type TrainingProject } from './train-job.ts';

/** What the use-case needs of a project. */
type CancelingProject = RunningProject & TrainingProject;

/** How long a provider may take to stop one piece of work. */
const CANCEL_TIMEOUT_MS = 20_000;
/** How long the work that it has stopped may take to say how it ended; finished pictures are fetched meanwhile. */
const SETTLE_TIMEOUT_MS = 30_000;
const FETCH_TIMEOUT_MS = 300_000;

/** What canceling came to. */
export interface Canceled {
  jobId: string;
  /** `create`, `pack`, `train` … */
  kind: string;
  /** Shots that waited and are dropped. */
  canceled: number;
  /** Pieces of work that the provider stopped, and will not bill. */
  canceledAtProvider: number;
  /** Pictures that were finished at the provider: fetched, and on disk now. */
  collected: number;
  /** Shots that were sent, and nobody knows whether they are charged … */
  perhapsCharged: number;
  /** … and what they count as. */
  perhapsChargedUsd: number;
  /** Shots that were sent and have not ended: perhaps paid. */
  underWay: number;
  /** True while a process works on them; otherwise `resume` collects them. */
  running: boolean;
  /** Why some could not be stopped, a sentence each. */
  problems: readonly string[];
}

/**
 * Stops a job, also one that another process runs, asks the providers to stop, and fetches what is finished there.
 * @throws {UserError} for a job that is not there, or has ended.
 */
export async function cancelJob(project: CancelingProject, name: string): Promise<Canceled> {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  if (job.state === 'ended') throw new UserError(`job ${job.id} has ended already`);
  const canceled = ledger.jobs.cancel(job.id);
  // Of a batch each problem once, not for each of its pictures.
  const told = new Set<string>();
  let stopped = 0;
  for (const open of ledger.queries.openRemote(job.id)) {
    try {
      const { provider } = await askedOf(project, job, open);
      const free = await provider.cancel?.(open.remoteId, { signal: AbortSignal.timeout(CANCEL_TIMEOUT_MS) });
      if (free) stopped += 1;
    } catch (error) {
      const why = project.clean((error as Error).message);
      const what = open.batch ? `batch ${open.remoteId.slice(0, open.remoteId.lastIndexOf('/'))}` : open.shot;
      told.add(`${project.clean(what)}: ${open.provider} could not be asked to stop: ${why}`);
    }
  }
  const problems = [...told];
  const before = ledger.jobs.counts(job.id);
  if (before.leased > 0 && !ledger.queries.isRun(job.id)) problems.push(...(await collect(project, job)));
  const after = ledger.jobs.counts(job.id);
  const doubtful = ledger.jobs.doubtful(job.id);
  return {
    jobId: String(job.id),
    kind: job.kind,
    canceled,
    canceledAtProvider: stopped,
    collected: after.done - before.done,
    perhapsCharged: doubtful.attempts,
    perhapsChargedUsd: usdOf(doubtful.micros),
    underWay: after.leased,
    running: ledger.queries.isRun(job.id),
    problems,
  };
}

/** Who is asked to stop: the provider, its batches, or its trainer. */
async function askedOf(project: CancelingProject, job: Job, open: OpenRemote): Promise<ReadyProvider> {
  if (job.kind === 'train') return (await askedFor(project, job)).ready;
  return makerOf(await project.services.provider(open.provider), open);
}

/** Settles what was sent: paid pictures are fetched, stopped work says how it ended. Returns what went wrong. */
async function collect(project: CancelingProject, job: Job): Promise<string[]> {
  const signals = { drain: AbortSignal.timeout(SETTLE_TIMEOUT_MS), abort: AbortSignal.timeout(FETCH_TIMEOUT_MS) };
  const problems = new Set<string>();
  const emit = (event: RunEvent) => {
    if (event.event === 'notice' && event.level === 'warn') problems.add(event.message);
  };
  try {
    if (job.kind === 'train') {
      const { message } = await runTrainingJob(project, job, { signals, emit }, { collectOnly: true });
      if (message !== null) problems.add(message);
      return [...problems];
    }
    const { stop } = await runJobs(project, resuming(project, String(job.id)), {}, { signals, emit });
    if (stop && 'message' in stop) problems.add(stop.message);
    return [...problems];
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return [...problems, `what is finished could not be fetched now: ${project.clean(error.message)}`];
  }
}
