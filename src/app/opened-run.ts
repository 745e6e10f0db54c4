/** A run of jobs that are open in the ledger: runs them, and closes them. */
import type { RunEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import type { OpenRun } from '../ledger/runs.ts';
import { usdOf } from '../money.ts';
import type { RunnerOptions, RunnerResult, StopSignals } from '../runner/context.ts';
import { takeSeed } from '../plan/seeds.ts';
import { AFTER_SAVE, afterSave } from '../runner/after/index.ts';
import { canBeAsked } from '../runner/askable.ts';
import { Runner } from '../runner/runner.ts';
import { stopFor } from '../runner/stop-for.ts';
import { fillFailed } from './placeholders.ts';
import type { Prepared, PreparingProject } from './prepare.ts';
import type { Project } from './project.ts';
import { runnerContext } from './runner-context.ts';

/** What running jobs needs of a project. */
export type RunningProject = PreparingProject & Pick<Project, 'trace'>;

/** What is run. */
export interface Work extends Pick<RunnerOptions, 'lookFirst' | 'collectOnly'> {
  ledger: Ledger;
  jobs: readonly Job[];
  /** The run, as the ledger knows it. */
  opened: OpenRun;
  prepared: Prepared;
  startedAtMs: number;
  /** More is to be done with the jobs behind this: they are left, not closed. */
  goesOn?: boolean | undefined;
}

/** Where a run is told to stop, and where it tells what happens. */
export interface Outside {
  signals: StopSignals;
  emit: (event: RunEvent) => void;
}

/** Runs the jobs to their end, or until they are told to stop. */
export async function runOpened(project: RunningProject, work: Work, to: Outside): Promise<RunnerResult> {
  const { ledger, jobs, prepared, lookFirst, collectOnly } = work;
  const { drain, abort } = to.signals;
  const inFlight = () => jobs.reduce((sum, job) => sum + ledger.jobs.counts(job.id).leased, 0);
  const atProvider = () => jobs.reduce((sum, job) => sum + ledger.queries.openRemote(job.id).length, 0);
  const tellDraining = () =>
    to.emit({
      event: 'draining',
      signal: String(drain.reason),
      in_flight: inFlight(),
      at_provider: atProvider(),
      at_stake_usd: atStakeUsd(
        ledger,
        jobs.filter((job) => !canBeAsked(job, prepared.providers)),
      ),
    });
  if (drain.aborted) tellDraining();
  else drain.addEventListener('abort', tellDraining, { once: true });
  if ([...prepared.providers.values()].some((ready) => ready.provider.answersInline)) project.host.growHeap?.();
  const { drawing } = project.services;
  const { providers, faceless, stores, references } = prepared;
  const context = runnerContext(project, { ledger, providers, drawing, faceless }, to.emit);
  const jobIds = jobs.toSorted((a, b) => a.priority - b.priority || a.id - b.id).map((job) => job.id);
  const options = { jobIds, drain, abort, lookFirst, collectOnly };
  const faces = { startEmbedder: async () => new (await import('../faces/thread.ts')).FaceThread(), takeSeed };
  try {
    const after = await afterSave({ ...context, ...options, stores, faces }, AFTER_SAVE);
    const ended = await new Runner(context, options, { references, after }).run();
    // Of the jobs of a run that only collects, more is to be done before anything is failed for good.
    if (!work.goesOn) await fillFailed(project, context, { jobs, ended, signals: to.signals });
    return closeRun(work, ended, to.emit);
  } catch (error) {
    leaveRun(work.opened);
    throw error;
  } finally {
    drain.removeEventListener('abort', tellDraining);
  }
}

/** After a run that broke off: its jobs are not run any more. */
export function leaveRun(opened: OpenRun): void {
  try {
    opened.leave();
  } catch (error) {
    // The rows go with this process.
    if (!stopFor(error)) throw error;
  }
}

/** What is held for attempts of these jobs. */
function atStakeUsd(ledger: Ledger, jobs: readonly Job[]): number {
  return usdOf(jobs.reduce((sum, { id }) => sum + ledger.jobs.total(id).reservedMicros, 0));
}

/**
 * Closes the run in the ledger; a ledger that can't be written any more stops it like any full disk. The last event of
 * each job comes all the same.
 */
function closeRun(
  { jobs, opened, startedAtMs, goesOn }: Work,
  ended: RunnerResult,
  emit: Outside['emit'],
): RunnerResult {
  if (goesOn) {
    leaveRun(opened);
    return ended;
  }
  const open = new Set(jobs.map((job) => job.id));
  try {
    for (const jobId of open) {
      opened.close(jobId, startedAtMs);
      open.delete(jobId);
    }
    return ended;
  } catch (error) {
    const stop = stopFor(error);
    if (!stop) throw error;
    leaveRun(opened);
    for (const jobId of open) emit(opened.lastEvent(jobId, startedAtMs));
    return { ...ended, stop: ended.stop ?? stop };
  }
}
