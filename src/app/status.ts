import type { Ledger } from '../ledger/ledger.ts';
import type { Maker, OpenRemote } from '../ledger/queries.ts';
import type { Job } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import { capsNeededUnasked } from './caps-needed.ts';
import { pictureOf, type Picture } from './gallery.ts';
import { knownJob, ownJobs } from './jobs.ts';
import { capsOf } from './opened.ts';
import type { Project } from './project.ts';
import type { CapsToGoOn, ShotFailure } from './result.ts';

/** How many failures are told. */
const FAILURES_SHOWN = 10;
/** How far back own jobs are looked for among those of others. */
const SEARCHED = 10_000;

/** A picture of a job. */
export type JobPicture = Pick<Picture, 'shot' | 'filename' | 'url' | 'createdAt'>;

/** A job in the history. Money in US dollars. */
export interface JobInfo {
  jobId: string;
  key: string | null;
  kind: string;
  characterId: string;
  state: 'open' | 'ended' | 'canceled';
  /** A running process works on it. One that is open and not running waits for `resume`. */
  running: boolean;
  /** The job's own provider. */
  provider: string;
  model: string;
  /** Its pictures go in batches, the avatar does not. */
  batch: boolean;
  /** Who really made its pictures, fallbacks included, the one with the most first. */
  madeBy: readonly Maker[];
  imageCount: number;
  /** Whole percent of its pictures that are made. */
  percentage: number;
  /** What is made now, else next: a shot's kind, or `uploading`; null: nothing is left to do. */
  currentStep: string | null;
  queued: number;
  inFlight: number;
  done: number;
  failed: number;
  refused: number;
  held: number;
  canceled: number;
  /** Failed and refused shots that a drawing stands in for. */
  placeholders: number;
  costUsd: number;
  /** ISO 8601. */
  createdAt: string;
  /** Of its first request. */
  startedAt: string | null;
  endedAt: string | null;
  /** What the first of its failures said. */
  errorMessage: string | null;
  /** At most 10. */
  failures: readonly ShotFailure[];
  pictures: readonly JobPicture[];
}

/** A batch at a provider with pictures of a job. */
export interface OpenBatch {
  /** Its id at the provider. */
  batchId: string;
  provider: string;
  pictures: number;
  /** When it ends at the latest (ISO 8601); null: not known. */
  until: string | null;
}

/** How a job stands. Spans in milliseconds. */
export interface JobStatus extends JobInfo {
  /** The processes that work on it. */
  workers: readonly { pid: number; host: string; startedAt: string }[];
  /** Names of the shots in the making. */
  making: readonly string[];
  /** Batches that a later run collects. */
  batches: readonly OpenBatch[];
  /** Place of its next shot in the queue of the processes that work on it, from 1; null: it is in no queue. */
  position: number | null;
  uploads: { pending: number; failed: number };
  /** Mean time from sending a request to the picture; null while nobody knows. */
  averageMs: number | null;
  /** null: nobody works on it, or it can't be told yet. */
  timeLeftMs: number | null;
  /** Its own, whatever the config says now. null: no cap. */
  concurrency: number;
  capsUsd: { perImage: number | null; perRun: number | null; perDay: number | null };
  reservedUsd: number;
  spentTodayUsd: number;
  /** Of a job that nobody works on: caps that are too low for the rest, with what is enough. */
  capsNeeded?: CapsToGoOn;
}

/** What these use-cases need of a project. */
type LookingProject = Pick<Project, 'ledger' | 'caller' | 'clean' | 'services'>;

/** How a job stands; without a name the only unfinished one, or the newest. @throws {UserError} */
export async function jobStatus(project: LookingProject, name?: string): Promise<JobStatus> {
  const ledger = project.ledger.openExisting();
  const job = knownJob(project, name);
  const info = await infoOf(project, ledger, job);
  const workers = ledger.standing.workers(job.id);
  const capsNeeded = info.running ? undefined : await capsNeededUnasked(project, ledger, job);
  return {
    ...info,
    workers: workers.map(({ startedAtMs, ...who }) => ({ ...who, startedAt: isoOf(startedAtMs) })),
    making: ledger.standing.current(job.id).flatMap((shot) => (shot.state === 'leased' ? [shot.name] : [])),
    batches: batchesOf(ledger.queries.openRemote(job.id)),
    position: info.running && info.queued > 0 ? ledger.standing.ahead(job.id) + 1 : null,
    uploads: ledger.uploads.open(job.id),
    ...paceOf(ledger, job, info.running ? info.queued + info.inFlight : 0),
    concurrency: job.settings.concurrency,
    capsUsd: capsOf(job),
    reservedUsd: usdOf(ledger.jobs.total(job.id).reservedMicros),
    spentTodayUsd: usdOf(ledger.queries.today().spentMicros),
    ...(capsNeeded && { capsNeeded }),
  };
}

function batchesOf(open: readonly OpenRemote[]): OpenBatch[] {
  const batches = new Map<string, OpenBatch>();
  for (const { provider, remoteId, untilMs, batch } of open) {
    if (!batch) continue;
    const batchId = remoteId.slice(0, remoteId.lastIndexOf('/'));
    const pictures = (batches.get(batchId)?.pictures ?? 0) + 1;
    batches.set(batchId, { batchId, provider, pictures, until: untilMs === null ? null : isoOf(untilMs) });
  }
  return [...batches.values()];
}

function paceOf(ledger: Ledger, job: Job, left: number): Pick<JobStatus, 'averageMs' | 'timeLeftMs'> {
  const pace = ledger.standing.pace(job.id);
  const perMs = pace.spanMs > 0 ? pace.ended / pace.spanMs : 0;
  return {
    averageMs: pace.averageMs === null ? null : Math.round(pace.averageMs),
    timeLeftMs: left > 0 && perMs > 0 ? Math.round(left / perMs) : null,
  };
}

/** Jobs of the caller's own characters, newest first. */
export async function jobHistory(project: LookingProject, limit = 50): Promise<JobInfo[]> {
  const ledger = project.ledger.openExisting();
  const jobs = ownJobs(ledger, project.caller, ledger.jobs.list(SEARCHED)).slice(0, limit);
  return Promise.all(jobs.map((job) => infoOf(project, ledger, job)));
}

async function infoOf(project: LookingProject, ledger: Ledger, job: Job): Promise<JobInfo> {
  const { queued, leased, ...counts } = ledger.jobs.counts(job.id);
  const startedAtMs = ledger.standing.startedAtMs(job.id);
  const failures = ledger.queries.failures(job.id, FAILURES_SHOWN).map((shot) => ({
    shot: shot.name,
    jobId: String(job.id),
    errorType: shot.outcome ?? shot.state,
    message: project.clean(shot.message ?? ''),
  }));
  return {
    jobId: String(job.id),
    key: job.key,
    kind: job.kind,
    characterId: job.characterId,
    state: job.state,
    running: ledger.queries.isRun(job.id),
    provider: job.settings.provider,
    model: job.settings.model,
    batch: job.settings.batch === true,
    madeBy: ledger.queries.makers(job.id),
    imageCount: job.imageCount,
    percentage: Math.floor((counts.done * 100) / Math.max(1, job.imageCount)),
    currentStep: currentStep(ledger, job),
    queued,
    inFlight: leased,
    ...counts,
    placeholders: ledger.placeholders.count(job.id),
    costUsd: usdOf(ledger.jobs.total(job.id).spentMicros),
    createdAt: isoOf(job.createdAtMs),
    startedAt: startedAtMs === null ? null : isoOf(startedAtMs),
    endedAt: job.endedAtMs === null ? null : isoOf(job.endedAtMs),
    errorMessage: failures[0]?.message ?? null,
    failures,
    pictures: await picturesOf(project, ledger, job),
  };
}

async function picturesOf(project: LookingProject, ledger: Ledger, job: Job): Promise<JobPicture[]> {
  const images = ledger.images.gallery({ characterKey: job.characterKey, jobId: job.id }).toReversed();
  const pictures = await Promise.all(images.map((image) => pictureOf(image, project.services)));
  return pictures.map(({ shot, filename, url, createdAt }) => ({ shot, filename, url, createdAt }));
}

function currentStep(ledger: Ledger, job: Job): string | null {
  const uploads = ledger.uploads.open(job.id);
  return ledger.standing.current(job.id)[0]?.kind ?? (uploads.pending + uploads.failed > 0 ? 'uploading' : null);
}

function isoOf(atMs: number): string {
  return new Date(atMs).toISOString();
}
