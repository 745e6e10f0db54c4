import type { RunEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import type { OpenRun } from '../ledger/runs.ts';
import { usdOf } from '../money.ts';
import type { RunnerResult, StopSignals } from '../runner/context.ts';
import { afterSave } from '../runner/after/index.ts';
import { askableNames, canBeCleared } from '../runner/askable.ts';
import { Runner } from '../runner/runner.ts';
import { stopFor } from '../runner/stop-for.ts';
import { openedEvent } from './opened.ts';
import { prepare, type PlannedJob, type Prepared, type PreparingProject } from './prepare.ts';
import type { Project } from './project.ts';
import type { RunResult } from './result.ts';
import type { RunOptions } from './run.ts';
import { runnerContext } from './runner-context.ts';
import { summarize } from './summary.ts';
import { withFaces } from './without-face.ts';

/** What running jobs needs of a project. */
export type RunningProject = PreparingProject & Pick<Project, 'trace'>;

type Emit = (event: RunEvent) => void;

/**
 * Makes jobs or goes on with them, to their end: checks, writes the jobs, runs them, sums up. Without jobs the result
 * has none.
 * @throws {UserError} for everything that can be known before paying: nothing is left behind.
 */
export async function runJobs(
  project: RunningProject,
  planned: readonly PlannedJob[],
  options: Pick<RunOptions, 'confirm'>,
  { signals, emit }: { signals: StopSignals; emit: Emit },
): Promise<RunResult> {
  if (planned.length === 0) return { status: 'done', jobs: [], failures: [], failuresMore: 0 };
  const startedAtMs = project.host.now();
  const startedMs = project.host.elapsed();
  const prepared = await prepare(project, planned, options);
  const ledger = project.ledger.open();
  const told = tellingTo(project, emit);
  const ids = new Set<string>();
  const early: RunEvent[] = [];
  const off = project.ledger.listen((event) => {
    // While the jobs are opened nothing else can be recorded: that is synchronous.
    if (ids.size === 0) early.push(event);
    else if (!('job_id' in event) || ids.has(event.job_id)) told(event);
  });
  try {
    const { jobs, opened } = openAll(ledger, prepared, project.services.drawing);
    for (const job of jobs) ids.add(String(job.id));
    for (const job of jobs)
      told({
        ...openedEvent(ledger, job, project.clean),
        uploads: prepared.storage !== undefined,
        can_ask: canAsk(prepared, job),
      });
    for (const event of [...early, ...prepared.notices]) told(event);
    const ended = await run(project, { ledger, jobs, opened, prepared, startedAtMs }, { signals, emit: told });
    return summarize(ledger, jobs, {
      stop: ended.stop,
      durationMs: project.host.elapsed() - startedMs,
      askable: new Set(askableNames(prepared.providers)),
    });
  } finally {
    off();
  }
}

function tellingTo({ trace }: RunningProject, emit: Emit): Emit {
  return (event) => {
    trace('event', { ...event });
    emit(event);
  };
}

/** True when the provider of a job can be asked about an attempt whose answer was lost. */
function canAsk({ providers }: Prepared, { settings }: Job): boolean {
  const ready = providers.get(settings.provider);
  return ready !== undefined && canBeCleared(ready.provider);
}

/** All jobs or none: what one of them throws leaves nothing that `resume` would buy. */
function openAll(
  ledger: Ledger,
  { jobs: planned, providers, needNoFace: agreed }: Prepared,
  drawing: ReadonlySet<string>,
): { jobs: Job[]; opened: OpenRun } {
  return ledger.atOnce(() => {
    // Who was down is asked again: it is another run.
    for (const ready of providers.values()) ledger.resetBreaker(ready.scope);
    const jobs = withFaces(
      ledger,
      planned.map((job) => job.open()),
      { agreed, drawing },
    );
    for (const job of jobs) ledger.uploads.retryFailed(job.id);
    return { jobs, opened: ledger.jobs.openRun(jobs.map((job) => job.id)) };
  });
}

/** What is run. */
interface Work {
  ledger: Ledger;
  jobs: readonly Job[];
  /** The run, as the ledger knows it. */
  opened: OpenRun;
  prepared: Prepared;
  startedAtMs: number;
}

async function run(
  project: RunningProject,
  work: Work,
  to: { signals: StopSignals; emit: Emit },
): Promise<RunnerResult> {
  const { ledger, jobs, prepared } = work;
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
        jobs.filter((job) => !canAsk(prepared, job)),
      ),
    });
  if (drain.aborted) tellDraining();
  else drain.addEventListener('abort', tellDraining, { once: true });
  if ([...prepared.providers.values()].some((ready) => ready.provider.answersInline)) project.host.growHeap?.();
  const { drawing } = project.services;
  const { providers, faceless } = prepared;
  const context = runnerContext(project, { ledger, providers, drawing, faceless }, to.emit);
  const jobIds = jobs.toSorted((a, b) => a.priority - b.priority || a.id - b.id).map((job) => job.id);
  const options = { jobIds, drain, abort, lookFirst: prepared.lookFirst };
  const after = afterSave({ ...context, ...options, storage: prepared.storage });
  const runner = new Runner(context, options, { references: prepared.references, after });
  try {
    return closeRun(work, await runner.run(), to.emit);
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
function closeRun({ jobs, opened, startedAtMs }: Work, ended: RunnerResult, emit: Emit): RunnerResult {
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
    return { stop: ended.stop ?? stop };
  }
}
