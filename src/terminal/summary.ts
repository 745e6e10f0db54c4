/** What a run came to, in words for a person at a command line. Pure. */
import { relative } from 'node:path';
import type { CapsToGoOn, JobResult, RunResult } from '../app/result.ts';
import { count } from '../views/format.ts';
import type { RunSummary } from '../views/view.ts';
import { raisedBy } from './cap-flags.ts';
import { exitCodeOf } from './exit-codes.ts';
import type { AsTyped } from './program-name.ts';
import { trainedLines } from './trained.ts';
import { batchNotice, refusalsOf, unmadeOf, warningsOf } from './warnings.ts';

/**
 * @param cwd absolute: paths are told relative to it where they are below it.
 * @param typed says a command as this user types it.
 */
export function summaryOf(result: RunResult, cwd: string, typed: AsTyped): RunSummary {
  const trained = (result.trainings ?? []).flatMap((one) => trainedLines(one, cwd, typed));
  // Without pictures a training is what there is to tell.
  const [first] = result.jobs.length === 0 ? [...trained.splice(0, 1), 'no training went on'] : [];
  return {
    exitCode: exitCodeOf(result),
    interrupted: result.status === 'interrupted',
    folder: foldersOf(result.jobs, cwd),
    jobs: result.jobs,
    failures: result.failures,
    failuresMore: result.failuresMore,
    notices: [...result.jobs.flatMap(batchNotice), ...trained],
    warnings: [...refusalsOf(result, typed), ...warningsOf(result)],
    next: nextCommands(result).map(typed),
    headline: first ?? headlineOf(result),
  };
}

/** Commands that go on with what is left, without the program's name. */
function nextCommands({ jobs, stop, failures, refusals }: RunResult): string[] {
  const commands = jobs.flatMap((job) => {
    if (job.state === 'canceled') return afterCancel(job);
    const inVain = failures.some(({ jobId, errorType }) => jobId === job.jobId && errorType === 'unusable');
    if (stop?.reason === 'unusable' && (inVain || jobs.length === 1)) return anotherModel([job]);
    const next: string[] = [];
    const begun = job.remaining - job.waitingForAvatar;
    // What to do about one that did not go on was told with the reason.
    const isRefused = refusals.some(({ jobId }) => jobId === job.jobId);
    if (!isRefused && begun + job.uploadsLeft + job.uncompared > 0)
      next.push(`resume ${job.jobId}${raised(job, 'resume')}`);
    if (job.held > 0) {
      next.push(...(job.canAsk ? [`resume ${job.jobId}`] : []), retryUnknown(job));
    }
    if (job.waitingForAvatar > 0 && inVain) next.push(...anotherModel([job]));
    else if (job.failed > 0 && !isRefused) next.push(`retry ${job.jobId}${raised(job, 'retry')}`);
    const makers = job.avatarsMissing.filter((avatar) => avatar.jobId !== job.jobId && avatar.state !== 'held');
    next.push(...makers.map((avatar) => `retry ${avatar.jobId}`));
    return next;
  });
  return [...new Set(commands)];
}

function retryUnknown(job: JobResult): string {
  return `retry --unknown ${job.jobId}${raised(job, 'retryUnknown')}`;
}

function raised({ capsNeeded }: JobResult, way: keyof CapsToGoOn): string {
  return capsNeeded ? raisedBy(capsNeeded[way]) : '';
}

/** What was paid in vain is not advised to be bought again; what was not asked for yet may go to another model. */
function anotherModel(jobs: readonly JobResult[]): string[] {
  return jobs
    .filter((job) => job.remaining > job.takesLeft)
    .map((job) =>
      job.kind === 'create'
        ? 'create-character --model MODEL'
        : `pack ${job.characterId} --count ${job.remaining - job.takesLeft} --model MODEL`,
    );
}

/** A canceled job is not resumed but for what the provider still makes, or has ready. */
function afterCancel(job: JobResult): string[] {
  const { jobId } = job;
  const next: string[] = [];
  if (job.liveAtProvider > 0) next.push(`resume ${jobId}`);
  if (unmadeOf(job) + job.failed > 0) {
    next.push(`retry ${jobId}${raised(job, 'retry')}`);
  }
  if (job.held > 0) next.push(retryUnknown(job));
  if (job.uploadsLeft > 0) next.push(`upload ${job.characterId}`);
  return next;
}

function foldersOf(jobs: readonly JobResult[], cwd: string): string {
  const shown = [...new Set(jobs.map((job) => job.folder))].map((folder) => {
    const near = relative(cwd, folder);
    return near !== '' && !near.startsWith('..') ? near : folder;
  });
  return shown.slice(0, 3).join(', ') + (shown.length > 3 ? ` and ${shown.length - 3} more` : '');
}

function headlineOf({ stop, jobs }: RunResult): string {
  const sum = (pick: (one: JobResult) => number) => jobs.reduce((all, one) => all + pick(one), 0);
  const completed = sum((one) => one.completed);
  const all = sum((one) => one.imageCount);
  const pictures = `${completed} of ${count(all, 'picture')} made`;
  // A stop that came when all was done stopped nothing.
  switch (stop?.reason === 'interrupted' && completed === all ? undefined : stop?.reason) {
    case 'interrupted':
      return `interrupted: ${pictures}, nothing lost`;
    case 'budget':
      return `stopped by the budget: ${pictures}`;
    case 'auth':
      return `stopped: the key was refused, or there is no credit: ${pictures}`;
    case 'down':
      return `stopped: the provider is down: ${pictures}`;
    case 'unusable':
      return `stopped before paying for more of the same: ${pictures}`;
    case 'ledger':
      return `stopped before paying for more: the ledger is gone: ${pictures}`;
    case 'busy':
      return `stopped: the ledger stays locked by another program: ${pictures}`;
    case 'disk':
      return `stopped before paying for more: the disk: ${pictures}`;
    case undefined:
      if (completed < all) return pictures;
      return all === 1 ? 'the picture is made' : `all ${count(all, 'picture')} are there`;
  }
}
