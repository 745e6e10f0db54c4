import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { changedSettings } from '../ledger/settings.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { hasAnswerOnDisk } from '../runner/askable.ts';
import { changesOf, isUnfinished, knownJob, ownJobs } from './jobs.ts';
import type { PlannedJob } from './planned-job.ts';
import type { Project } from './project.ts';
import { assertStillMissing } from './without-prompt.ts';

/** What these use-cases need of a project. */
type ResumingProject = Pick<Project, 'config' | 'ledger' | 'caller' | 'clean' | 'services'>;

/** Which shots `retry` tries again. */
export interface RetryOptions {
  /** A job's number or key; default: all of the caller's jobs. */
  job?: string | undefined;
  /** Also shots that were perhaps charged: pays again, on purpose. */
  unknown?: boolean | undefined;
}

/** How many jobs are looked through when none is named. */
export const SEARCHED = 1_000;

/**
 * The jobs of pictures to go on with: one, or all that are unfinished. Empty: nothing is. Trainings are none of them.
 * @throws {UserError} for a job that is not there, was canceled, or is a training.
 */
export function resuming(project: ResumingProject, name?: string): PlannedJob[] {
  if (name === undefined && !project.ledger.exists) return [];
  const ledger = project.ledger.openExisting();
  const { drawing } = project.services;
  const jobs =
    name === undefined ? ownJobs(ledger, project.caller, unfinished(ledger, drawing)) : [knownPictures(project, name)];
  for (const job of jobs) assertNotCanceled(ledger, job);
  return jobs
    .filter((job) => isUnfinished(ledger, job, drawing) || isOwed(ledger, job))
    .map((job) => {
      const settings = changedSettings(job.settings, changesOf(project.config));
      const pictures = job.imageCount === 1 ? '1 picture' : `${job.imageCount} pictures`;
      return {
        characterId: job.characterId,
        makesAvatar: job.kind === 'create' || job.kind === 'avatar',
        settings,
        before: job,
        alike: ledger.jobs.alike(job.id, ['queued']),
        paidInVain: ledger.jobs.endedInVain(job.id, settings.model),
        notice: { message: `resuming job ${job.id}: ${job.kind} of ${pictures} for ${job.characterId}` },
        open: () => ledger.jobs.change(job.id, changesOf(project.config)),
      };
    });
}

/** @throws {UserError} for a job that was canceled, with nothing of it at a provider. */
export function assertNotCanceled(ledger: Ledger, job: Job): void {
  if (job.state !== 'canceled' || isOwed(ledger, job)) return;
  const { held, failed, refused, canceled: dropped } = ledger.jobs.counts(job.id);
  const jobId = String(job.id);
  // A retry alone would find nothing to try.
  const isHeld = held > 0 && failed + refused + dropped === 0;
  throw new UserError(`job ${jobId} was canceled`, {
    hint: isHeld
      ? 'what is left of it was perhaps charged: only a retry of those pays again, on purpose'
      : 'a retry takes it up again',
    advice: { code: isHeld ? 'retry-unknown' : 'retry', jobId },
  });
}

/** The jobs with shots to be tried again: failed and refused ones, of a named job also canceled ones. Empty: none. */
export function retrying(project: ResumingProject, options: RetryOptions = {}): PlannedJob[] {
  const { job: name, unknown = false } = options;
  if (name === undefined && !project.ledger.exists) return [];
  const ledger = project.ledger.openExisting();
  const jobs =
    name === undefined
      ? ownJobs(ledger, project.caller, ledger.jobs.list(SEARCHED).toReversed())
      : [knownPictures(project, name)];
  const tried = new Map<string, number>();
  return jobs.filter(makesPictures).flatMap((job) => {
    if (job.state === 'canceled' && name === undefined) return [];
    const states = statesToRetry(name !== undefined, unknown);
    const counts = ledger.jobs.counts(job.id);
    const again = states.reduce((sum, state) => sum + counts[state], 0);
    if (again + ledger.uploads.open(job.id).failed === 0 && !isOwed(ledger, job)) return [];
    return [retried(project.config, ledger, { job, states, tried })];
  });
}

/** What is sent for a training, and what becomes of the answer, is no picture's: the runner must not get it. */
function makesPictures({ kind }: Job): boolean {
  return kind !== 'train';
}

/** @throws {UserError} for a training, too. */
function knownPictures(project: ResumingProject, name: string): Job {
  const job = knownJob(project, name);
  if (makesPictures(job)) return job;
  throw new UserError(`job ${job.id} is a training: no pictures are made by it`);
}

function statesToRetry(named: boolean, unknown: boolean): EndedState[] {
  return ['failed', 'refused', ...(named ? (['canceled'] as const) : []), ...(unknown ? (['held'] as const) : [])];
}

function retried(
  config: Config,
  ledger: Ledger,
  { job, states, tried }: { job: Job; states: readonly EndedState[]; tried: Map<string, number> },
): PlannedJob {
  const settings = changedSettings(job.settings, changesOf(config));
  const except = states.includes('held') ? answeredOnDisk(ledger, job, config.output) : [];
  return {
    characterId: job.characterId,
    makesAvatar: job.kind === 'create' || job.kind === 'avatar',
    settings,
    before: job,
    alike: ledger.jobs.alike(job.id, ['queued', ...states], { except }),
    requeues: states,
    except,
    assertMissing: (can) => assertStillMissing(ledger, { job, settings, states, tried }, can),
    paysAgain: true,
    open: () => {
      // What was counted out stays out, and so does what has come to light since.
      ledger.jobs.requeue(job.id, states, { except: [...except, ...answeredOnDisk(ledger, job, config.output)] });
      return ledger.jobs.change(job.id, changesOf(config));
    },
  };
}

/** Held shots whose answer lies on the disk: they are collected, not asked for again. */
export function answeredOnDisk(ledger: Ledger, job: Job, output: string): number[] {
  const outputs = () => [output, ...ledger.maintenance.outputs()];
  const held = ledger.recovery.held(job.id);
  return held.filter((attempt) => hasAnswerOnDisk({ outputs, ledger }, { job, attempt })).map(({ shotId }) => shotId);
}

/** True for a canceled job with work that was sent and not collected: it is paid for. */
export function isOwed(ledger: Ledger, job: Job): boolean {
  return job.state === 'canceled' && ledger.jobs.counts(job.id).leased > 0;
}

/**
 * Open jobs, ended ones whose pictures wait for the store or to be compared, and canceled ones with paid work to be
 * collected.
 */
function unfinished(ledger: Ledger, drawing: ReadonlySet<string>): Job[] {
  const open = ledger.jobs.open().filter(makesPictures);
  const known = new Set(open.map((job) => job.id));
  const others = ledger.jobs.list(SEARCHED).filter((job) => makesPictures(job) && !known.has(job.id));
  return [
    ...open,
    ...others.filter((job) => (job.state === 'ended' ? isUnfinished(ledger, job, drawing) : isOwed(ledger, job))),
  ];
}
