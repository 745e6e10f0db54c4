import type { LiveEvent, RunEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import type { Worker } from '../ledger/standing.ts';
import { usdOf } from '../money.ts';
import { capsNeededUnasked } from './caps-needed.ts';
import { knownJob } from './jobs.ts';
import { openedEvent } from './opened.ts';
import type { Project } from './project.ts';
import type { RunResult } from './result.ts';
import { summarize } from './summary.ts';
import { trainedOf } from './trained.ts';

const LOOK_EVERY_MS = 250;

/** What watching needs of a project. */
type WatchingProject = Pick<Project, 'ledger' | 'caller' | 'clean' | 'host'>;

/**
 * The events of a job that another process commits, from its first one on, until the job has nothing left to do, nobody
 * works on it any more, or the signal is aborted.
 */
export async function* watchJob(
  project: WatchingProject,
  name: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<RunEvent> {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  const workers = ledger.standing.workers(job.id);
  yield { ...openedEvent(ledger, job, project.clean), already_done: 0, watched: true, ...sinceOf(workers) };
  let after = 0;
  while (!signal.aborted) {
    // Read first: a run ends in the transaction of its last event, which then is among the news.
    const over = abandoned(ledger, job);
    const news = ledger.queries.eventsAfter(job.id, after);
    for (const { id, event } of news) {
      yield event;
      after = id;
    }
    if (news.length > 0) yield spendOf(ledger, job);
    if (news.length > 0) continue;
    if (over) return;
    await project.host.sleep(LOOK_EVERY_MS, signal);
  }
}

/** Since when the processes of now work on it; without: nobody does. */
function sinceOf(workers: readonly Worker[]): { worked_since?: string } {
  const [first] = workers;
  return first === undefined ? {} : { worked_since: new Date(first.startedAtMs).toISOString() };
}

function spendOf(ledger: Ledger, job: Job): Extract<LiveEvent, { event: 'spend' }> {
  const total = ledger.jobs.total(job.id);
  return {
    event: 'spend',
    job_id: String(job.id),
    spent_usd: usdOf(total.spentMicros),
    reserved_usd: usdOf(total.reservedMicros),
    spent_day_usd: usdOf(ledger.queries.today().spentMicros),
  };
}

/** How a watched job stands, as a run of it would sum it up; it took from its making to its end, or until now. */
export async function watchedResult(
  project: WatchingProject & Pick<Project, 'services'>,
  name: string | undefined,
): Promise<RunResult> {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  if (job.kind === 'train') {
    const trained = trainedOf(ledger, job.id, { end: {}, isNew: true });
    return { status: trained.status, jobs: [], trainings: [trained], refusals: [], failures: [], failuresMore: 0 };
  }
  const durationMs = (job.endedAtMs ?? project.host.now()) - job.createdAtMs;
  const needed = await capsNeededUnasked(project, ledger, job);
  return summarize(ledger, [job], {
    stop: undefined,
    durationMs,
    capsNeeded: new Map(needed ? [[job.id, needed]] : []),
    canAsk: () => false,
  });
}

/** True when no running process works on a job. */
function abandoned(ledger: Ledger, job: Job): boolean {
  return !ledger.queries.isRun(job.id);
}
