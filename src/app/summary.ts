import { join } from 'node:path';
import type { UserErrorKind } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { comparesFaces } from '../ledger/settings.ts';
import { usdOf } from '../money.ts';
import type { Stop } from '../runner/context.ts';
import type { Refusal } from './refusals.ts';
import type { CapsToGoOn, JobResult, RunResult, RunStatus, ShotFailure } from './result.ts';
import { uncompared } from './uncompared.ts';

const FAILURES_SHOWN = 20;

/** A run as it ended. */
export interface EndedRun {
  stop: Stop | undefined;
  /** Why other jobs stopped that had to; default none. */
  otherStops?: readonly Stop[];
  /** The caps that are enough for what is left of the jobs that a cap stopped, by job; default not known. */
  capsNeeded?: ReadonlyMap<number, CapsToGoOn>;
  /** Jobs that did not go on; default none. */
  refusals?: readonly Refusal[];
  /** Providers whose pictures are no photographs; default none. */
  drawing?: ReadonlySet<string>;
  /** Of this run. */
  durationMs: number;
  /** Whether the provider of a job can be asked about an attempt whose answer was lost. */
  canAsk: (job: Job) => boolean;
}

/** What a run came to, from the ledger. */
export function summarize(ledger: Ledger, jobs: readonly Job[], run: EndedRun): RunResult {
  const results = jobs.map((job) => resultOf(ledger, job, run));
  const failures = jobs.flatMap((job) => failuresOf(ledger, job));
  const bad = results.reduce((sum, one) => sum + one.failed + one.refused + one.held, 0);
  const canceled = results.some((one) => one.state === 'canceled');
  const { otherStops = [] } = run;
  // What was collected may have been all that was left: then nothing was in the way of the job.
  const refusals = (run.refusals ?? []).filter(({ jobId }) => !isWhole(results.find((one) => one.jobId === jobId)));
  return {
    status: worst([
      ...[run.stop, ...otherStops].map((stop) => statusOf(results, stop?.reason, { canceled, refusals })),
      ...refusals.map((refusal) => statusOfRefusal(refusal, results)),
    ]),
    ...(run.stop === undefined ? {} : { stop: run.stop }),
    jobs: results,
    refusals,
    failures: failures.slice(0, FAILURES_SHOWN),
    failuresMore: Math.max(0, bad - Math.min(failures.length, FAILURES_SHOWN)),
  };
}

/** True for a job that has all its pictures. */
function isWhole(job: JobResult | undefined): boolean {
  return job !== undefined && job.completed === job.imageCount && job.uploadsLeft + job.uncompared === 0;
}

/** The worst first. */
const BY_WORST: readonly RunStatus[] = [
  'interrupted',
  'unsettled',
  'auth',
  'budget',
  'all-failed',
  'some-failed',
  'done',
];

/** The worst of these; `done` without any. */
export function worst(all: readonly RunStatus[]): RunStatus {
  return BY_WORST.find((status) => all.includes(status)) ?? 'done';
}

/** How a run ended of which a job did not go on, for that job's sake. Pure. */
export function statusOfRefusal({ jobId, kind }: Refusal, jobs: readonly JobResult[]): RunStatus {
  const known = STATUS_OF_REFUSAL[kind];
  if (known !== undefined) return known;
  const isMade = (jobs.find((job) => job.jobId === jobId)?.completed ?? 0) > 0;
  return isMade || jobs.length > 1 ? 'some-failed' : 'all-failed';
}

const STATUS_OF_REFUSAL: Partial<Record<UserErrorKind, RunStatus>> = {
  declined: 'interrupted',
  busy: 'unsettled',
  auth: 'auth',
  budget: 'budget',
};

/**
 * How a run ended, the most telling first. Pure. @param how.canceled a job was canceled, here or by another process;
 * `refusals`: jobs that did not go on, whose rest nobody waits for.
 */
export function statusOf(
  jobs: readonly JobResult[],
  stop: Stop['reason'] | undefined,
  { canceled, refusals }: { canceled: boolean; refusals: readonly Refusal[] },
): RunStatus {
  const sum = (pick: (one: JobResult) => number) => jobs.reduce((all, one) => all + pick(one), 0);
  const isRefused = ({ jobId }: JobResult) => refusals.some((refusal) => refusal.jobId === jobId);
  const left = sum((one) => (isRefused(one) ? 0 : one.remaining));
  // What waits for an avatar that ended without a picture is as far from being made as that one.
  const stuck = sum((one) => (isRefused(one) ? 0 : stuckOf(one)));
  // What follows the pictures.
  const behind = sum((one) => one.uploadsLeft + one.uncompared);
  if (stop === 'interrupted' && left + behind > 0) return 'interrupted';
  if (canceled && sum((one) => one.canceled) > 0) return 'interrupted';
  // With a full disk that is the reason to tell: what was sent is collected once there is space.
  if (sum((one) => one.held + (stop === 'disk' || stop === 'ledger' ? 0 : one.liveAtProvider)) > 0) return 'unsettled';
  if (stop === 'busy') return 'unsettled';
  if (stop === 'ledger') return sum((one) => one.completed) === 0 ? 'all-failed' : 'some-failed';
  if (stop === 'auth') return 'auth';
  if (stop === 'budget' || jobs.some((one) => one.imageCapReached)) return 'budget';
  const failed = sum((one) => one.failed + one.refused) + stuck;
  const stopped = stop === 'down' || stop === 'disk' || stop === 'unusable' ? left : 0;
  if (failed + stopped > 0) return sum((one) => one.completed) === 0 ? 'all-failed' : 'some-failed';
  if (behind > 0 || jobs.some((one) => one.isInconsistent)) return 'some-failed';
  // Another process is still at work on the rest.
  return left > 0 ? 'unsettled' : 'done';
}

function stuckOf({ avatarsMissing }: JobResult): number {
  return avatarsMissing.reduce((sum, { state, pictures }) => (state === 'held' ? sum : sum + pictures), 0);
}

function resultOf(ledger: Ledger, job: Job, run: EndedRun): JobResult {
  const counts = ledger.jobs.counts(job.id);
  const total = ledger.jobs.total(job.id);
  const uploads = ledger.uploads.open(job.id);
  const waiting = ledger.jobs.waitingForFace(job.id);
  const capsNeeded = run.capsNeeded?.get(job.id);
  const { score: consistency, lowest } = ledger.scores.consistency(job.id);
  return {
    jobId: String(job.id),
    characterId: job.characterId,
    characterName: ledger.characters.get(job.characterKey).name,
    kind: job.kind,
    state: ledger.jobs.find(job.id)?.state ?? job.state,
    imageCount: job.imageCount,
    completed: counts.done,
    failed: counts.failed,
    placeholders: ledger.placeholders.count(job.id),
    refused: counts.refused,
    held: counts.held,
    canceled: counts.canceled,
    remaining: counts.queued + counts.leased,
    takesLeft: ledger.takes.left(job.id),
    waitingForAvatar: waiting.reduce((sum, { shots }) => sum + shots, 0),
    avatarsMissing: waiting.map(({ avatar, avatarJobId, shots }) => ({
      jobId: String(avatarJobId),
      state: avatar,
      pictures: shots,
    })),
    uploadsLeft: uploads.pending + uploads.failed,
    liveAtProvider: ledger.queries.liveAtProvider(job.id),
    inBatches: ledger.queries.openRemote(job.id).filter(({ batch }) => batch).length,
    canAsk: run.canAsk(job),
    imageCapReached: ledger.queries.stoppedByBudget(job.id),
    ...(capsNeeded && { capsNeeded }),
    consistency,
    lowest,
    isInconsistent: isInconsistent(ledger.jobs.find(job.id) ?? job, consistency),
    uncompared: job.settings.allowInconsistent ? 0 : uncompared(ledger, job, run.drawing ?? new Set()),
    costUsd: usdOf(total.spentMicros),
    reservedUsd: usdOf(total.reservedMicros),
    durationMs: Math.max(0, run.durationMs),
    folder: join(job.settings.output, job.characterId),
  };
}

/** A pack without any score is neither: it shows no faces, or was not compared yet (`uncompared`). */
function isInconsistent({ settings }: Job, consistency: number | null): boolean {
  const { minConsistency, allowInconsistent } = settings;
  if (!comparesFaces(settings)) return false;
  return allowInconsistent !== true && consistency !== null && consistency < (minConsistency ?? 0);
}

function failuresOf(ledger: Ledger, job: Job): ShotFailure[] {
  return ledger.queries.failures(job.id, FAILURES_SHOWN).map((shot) => ({
    shot: shot.name,
    jobId: String(job.id),
    errorType: shot.outcome ?? shot.state,
    message: shot.message ?? '',
  }));
}
