import { relative } from 'node:path';
import { EXIT, type ExitCode } from '../errors.ts';
import type { Job } from '../ledger/records.ts';
import type { RunResult } from '../runner/context.ts';
import { folderOf } from '../runner/save.ts';
import type { JobSummary, RunSummary, ShotFailure } from '../views/view.ts';
import type { House } from './house.ts';

const FAILURES_SHOWN = 20;

/** A run as it ended. */
export interface EndedRun {
  result: RunResult;
  /** Epoch ms. */
  startedAtMs: number;
  /** Providers that can be asked about a lost attempt: there `imggen resume` may clear up a doubt. */
  askable?: ReadonlySet<string>;
}

/** What a run came to, from the ledger. */
export function summarize(house: House, jobs: readonly Job[], run: EndedRun): RunSummary {
  const summaries = jobs.map((job) => summaryOf(house, job, run.startedAtMs));
  const failures = jobs.flatMap((job) => failuresOf(house, job));
  const total = (pick: (one: JobSummary) => number) => summaries.reduce((sum, one) => sum + pick(one), 0);
  const exitCode = exitCodeOf(house, jobs, run.result);
  return {
    exitCode,
    interrupted: run.result.stop?.reason === 'interrupted',
    folder: folderWords(house, jobs),
    jobs: summaries,
    failures: failures.slice(0, FAILURES_SHOWN),
    failuresMore: Math.max(
      0,
      total((one) => one.failed + one.refused + one.held) - Math.min(failures.length, FAILURES_SHOWN),
    ),
    warnings: warningsOf(house, jobs, run.result),
    next: nextCommands(house, jobs, { exitCode, askable: run.askable ?? new Set() }),
    headline: headline(run.result, { completed: total((one) => one.completed), all: total((one) => one.imageCount) }),
  };
}

/** The exit code of a run, most telling first (README, "Exit codes"). */
export function exitCodeOf(house: House, jobs: readonly Job[], result: RunResult): ExitCode {
  const ledger = house.ledger();
  const counts = jobs.map((job) => ledger.jobs.counts(job.id));
  const sum = (pick: (one: (typeof counts)[number]) => number) => counts.reduce((all, one) => all + pick(one), 0);
  const live = jobs.reduce((all, job) => all + ledger.queries.liveAtProvider(job.id), 0);
  const uploads = jobs
    .map((job) => ledger.uploads.open(job.id))
    .reduce((all, one) => all + one.pending + one.failed, 0);
  const left = sum((one) => one.queued + one.leased);
  const reason = result.stop?.reason;
  if (reason === 'interrupted' && left + uploads > 0) return EXIT.interrupted;
  // Stopped by `imggen cancel` from elsewhere.
  if (jobs.some((job) => ledger.jobs.find(job.id)?.state === 'cancelled') && sum((one) => one.cancelled) > 0)
    return EXIT.interrupted;
  if (sum((one) => one.hold) + live > 0) return EXIT.unknown;
  if (reason === 'auth') return EXIT.auth;
  if (reason === 'budget' || jobs.some((job) => ledger.queries.stoppedByBudget(job.id))) return EXIT.budget;
  const failed = sum((one) => one.failed + one.refused);
  const stopped = reason === 'down' || reason === 'disk' ? left : 0;
  if (failed + stopped > 0) return sum((one) => one.done) === 0 ? EXIT.allFailed : EXIT.someFailed;
  if (uploads > 0) return EXIT.someFailed;
  // Another process is still at work on the rest.
  return left > 0 ? EXIT.unknown : EXIT.ok;
}

function summaryOf(house: House, job: Job, startedAtMs: number): JobSummary {
  const ledger = house.ledger();
  const counts = ledger.jobs.counts(job.id);
  const total = ledger.jobs.total(job.id);
  return {
    jobId: String(job.id),
    characterId: job.characterId,
    characterName: house.clean(ledger.characters.find(job.characterId)?.name ?? job.characterId),
    kind: job.kind,
    imageCount: job.imageCount,
    completed: counts.done,
    failed: counts.failed,
    refused: counts.refused,
    held: counts.hold,
    cancelled: counts.cancelled,
    remaining: counts.queued + counts.leased,
    costUsd: total.spentMicros / 1e6,
    reservedUsd: total.reservedMicros / 1e6,
    durationMs: Math.max(0, house.host.now() - startedAtMs),
  };
}

function failuresOf(house: House, job: Job): ShotFailure[] {
  return house
    .ledger()
    .queries.failures(job.id, FAILURES_SHOWN)
    .map((shot) => ({
      shot: shot.name,
      jobId: String(job.id),
      errorType: shot.outcome ?? shot.state,
      message: shot.message ?? '',
    }));
}

function warningsOf(house: House, jobs: readonly Job[], result: RunResult): string[] {
  const warnings: string[] = [];
  const { stop } = result;
  if (stop && 'message' in stop) warnings.push(house.clean(stop.message));
  for (const job of jobs) {
    const live = house.ledger().queries.liveAtProvider(job.id);
    if (live > 0)
      warnings.push(
        `${live} ${live === 1 ? 'picture of job' : 'pictures of job'} ${job.id} still being made at the provider, or made and not fetched yet: run again to collect`,
      );
    const { pending, failed } = house.ledger().uploads.open(job.id);
    if (pending + failed > 0) warnings.push(`${pending + failed} of job ${job.id} safe on disk, not uploaded yet`);
  }
  return warnings;
}

function nextCommands(
  house: House,
  jobs: readonly Job[],
  { exitCode, askable }: { exitCode: ExitCode; askable: ReadonlySet<string> },
): string[] {
  const ledger = house.ledger();
  const next: string[] = [];
  for (const job of jobs) {
    const counts = ledger.jobs.counts(job.id);
    const uploads = ledger.uploads.open(job.id);
    const budget = exitCode === EXIT.budget ? ' --budget USD' : '';
    if (counts.queued + counts.leased + uploads.pending + uploads.failed > 0)
      next.push(`imggen resume ${job.id}${budget}`);
    if (counts.hold > 0)
      next.push(
        ...(askable.has(job.settings.provider) ? [`imggen resume ${job.id}`] : []),
        `imggen retry --unknown ${job.id}`,
      );
    if (counts.failed + counts.refused > 0)
      next.push(
        `imggen retry ${job.id}${budget && ledger.queries.stoppedByBudget(job.id) ? ' (after raising budget.perImageUsd)' : ''}`,
      );
  }
  return [...new Set(next)];
}

function folderWords(house: House, jobs: readonly Job[]): string {
  const folders = [...new Set(jobs.map(folderOf))];
  const shown = folders.map((folder) => {
    const near = relative(house.host.cwd, folder);
    return near !== '' && !near.startsWith('..') ? near : folder;
  });
  return shown.slice(0, 3).join(', ') + (shown.length > 3 ? ` and ${shown.length - 3} more` : '');
}

function headline(result: RunResult, made: { completed: number; all: number }): string {
  const pictures = `${made.completed} of ${made.all} pictures made`;
  switch (result.stop?.reason) {
    case 'interrupted':
      return `interrupted: ${pictures}, nothing lost`;
    case 'budget':
      return `stopped by the budget: ${pictures}`;
    case 'auth':
      return `stopped: the key was refused, or there is no credit: ${pictures}`;
    case 'down':
      return `stopped: the provider is down: ${pictures}`;
    case 'disk':
      return `stopped before paying for more: the disk: ${pictures}`;
    case undefined:
      if (made.completed < made.all) return pictures;
      return made.all === 1 ? 'the picture is made' : `all ${made.all} pictures made`;
  }
}
