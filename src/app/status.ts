import { abandoned } from './watch.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import { knownJob, ownJobs } from './jobs.ts';
import type { Project } from './project.ts';
import type { ShotFailure } from './result.ts';

/** How many failures are told. */
const FAILURES_SHOWN = 10;
/** How far back own jobs are looked for among those of others. */
const SEARCHED = 10_000;

/** How a job stands. Money in US dollars, spans in milliseconds. */
export interface JobStatus {
  jobId: string;
  key: string | null;
  kind: string;
  characterId: string;
  state: 'open' | 'ended' | 'canceled';
  /** A running process works on it. */
  running: boolean;
  provider: string;
  model: string;
  imageCount: number;
  queued: number;
  /** Shots of other jobs that are ahead in the queue. */
  position: number;
  inFlight: number;
  done: number;
  failed: number;
  refused: number;
  held: number;
  canceled: number;
  uploads: { pending: number; failed: number };
  /** Mean time from request to picture; null while nobody knows. */
  averageMs: number | null;
  /** null: nobody works on it, or it can't be told yet. */
  timeLeftMs: number | null;
  spentUsd: number;
  reservedUsd: number;
  spentTodayUsd: number;
  failures: readonly ShotFailure[];
}

/** A job in the history. */
export interface JobInfo {
  jobId: string;
  key: string | null;
  kind: string;
  characterId: string;
  state: 'open' | 'ended' | 'canceled';
  imageCount: number;
  done: number;
  failed: number;
  refused: number;
  held: number;
  provider: string;
  model: string;
  costUsd: number;
  /** ISO 8601. */
  createdAt: string;
  endedAt: string | null;
}

/** How a job stands; without a name the only unfinished one, or the newest. @throws {UserError} */
export function jobStatus(project: Pick<Project, 'ledger' | 'caller' | 'clean'>, name?: string): JobStatus {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  const counts = ledger.jobs.counts(job.id);
  const total = ledger.jobs.total(job.id);
  const running = !abandoned(ledger, job);
  return {
    jobId: String(job.id),
    key: job.key,
    kind: job.kind,
    characterId: job.characterId,
    state: job.state,
    running,
    provider: job.settings.provider,
    model: job.settings.model,
    imageCount: job.imageCount,
    queued: counts.queued,
    position: ledger.queries.ahead(job.id),
    inFlight: counts.leased,
    done: counts.done,
    failed: counts.failed,
    refused: counts.refused,
    held: counts.held,
    canceled: counts.canceled,
    uploads: ledger.uploads.open(job.id),
    ...paceOf(ledger, job, running ? counts.queued + counts.leased : 0),
    spentUsd: usdOf(total.spentMicros),
    reservedUsd: usdOf(total.reservedMicros),
    spentTodayUsd: usdOf(ledger.queries.today().spentMicros),
    failures: ledger.queries.failures(job.id, FAILURES_SHOWN).map((shot) => ({
      shot: shot.name,
      jobId: String(job.id),
      errorType: shot.outcome ?? shot.state,
      message: project.clean(shot.message ?? ''),
    })),
  };
}

function paceOf(ledger: Ledger, job: Job, left: number): Pick<JobStatus, 'averageMs' | 'timeLeftMs'> {
  const pace = ledger.queries.pace(job.id);
  const perMs = pace.spanMs > 0 ? pace.ended / pace.spanMs : 0;
  return {
    averageMs: pace.averageMs === null ? null : Math.round(pace.averageMs),
    timeLeftMs: left > 0 && perMs > 0 ? Math.round(left / perMs) : null,
  };
}

/** Jobs of the caller's own characters, newest first. */
export function jobHistory(project: Pick<Project, 'ledger' | 'caller'>, limit = 50): JobInfo[] {
  const ledger = project.ledger.openExisting();
  return ownJobs(ledger, project.caller, ledger.jobs.list(SEARCHED))
    .slice(0, limit)
    .map((job) => infoOf(ledger, job));
}

function infoOf(ledger: Ledger, job: Job): JobInfo {
  const counts = ledger.jobs.counts(job.id);
  return {
    jobId: String(job.id),
    key: job.key,
    kind: job.kind,
    characterId: job.characterId,
    state: job.state,
    imageCount: job.imageCount,
    done: counts.done,
    failed: counts.failed,
    refused: counts.refused,
    held: counts.held,
    provider: job.settings.provider,
    model: job.settings.model,
    costUsd: usdOf(ledger.jobs.total(job.id).spentMicros),
    createdAt: new Date(job.createdAtMs).toISOString(),
    endedAt: job.endedAtMs === null ? null : new Date(job.endedAtMs).toISOString(),
  };
}
