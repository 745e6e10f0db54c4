/** Jobs that are gone on with, pictures and trainings side by side: neither waits for the other. */
import type { EndedState } from '../ledger/jobs.ts';
import type { Job } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import { assertNotDeleted } from './characters.ts';
import { isUnfinished, knownJob, ownJobs } from './jobs.ts';
import { openedEvent } from './opened.ts';
import type { Outside, RunningProject } from './opened-run.ts';
import { Refusals } from './refusals.ts';
import {
  answeredOnDisk,
  assertNotCanceled,
  isOwed,
  resuming,
  retrying,
  SEARCHED,
  type RetryOptions,
} from './resume.ts';
import type { PlannedJob } from './planned-job.ts';
import type { RunResult } from './result.ts';
import { runJobs } from './run-jobs.ts';
import type { RunOptions } from './run.ts';
import { statusOfRefusal, worst } from './summary.ts';
import { agreeTo, assertUnderCaps, changeCaps } from './train-agreement.ts';
import { askedFor, assertSetIsThere, runTrainingJob, type TrainingProject } from './train-job.ts';
import type { Trained } from './trained.ts';

/** What going on needs of a project. */
export type GoingOnProject = RunningProject & TrainingProject;

/** Goes on with what is unfinished: all jobs, or one by number or key. */
export async function resumeJobs(
  project: GoingOnProject,
  options: Pick<RunOptions, 'confirm'> & { job?: string | undefined },
  to: Outside,
): Promise<RunResult> {
  const { job } = options;
  const training = job === undefined ? undefined : namedTraining(project, job);
  const planned = training ? [] : resuming(project, job);
  if (training) assertNotCanceled(project.ledger.openExisting(), training);
  const trainings = training ? [training] : job === undefined ? unfinishedTrainings(project) : [];
  const pictures = () => runJobs(project, planned, options, to);
  return besideEachOther(project, trainings, to, () => tellingRefusal(planned, trainings, pictures));
}

/** Beside trainings, what the one job of pictures is refused for is told with what became of them. */
async function tellingRefusal(
  [planned, ...others]: readonly PlannedJob[],
  trainings: readonly Job[],
  pictures: () => Promise<RunResult>,
): Promise<RunResult> {
  if (!planned || others.length > 0 || trainings.length === 0) return pictures();
  const refusals = new Refusals();
  const made = await refusals.attempt(planned, pictures);
  const told = refusals.told();
  if (made) return made;
  return { status: worst(told.map((one) => statusOfRefusal(one, []))), ...NOTHING_MADE, refusals: told };
}

const NOTHING_MADE = { jobs: [], failures: [], failuresMore: 0 };

/** Tries failed shots again, of a named job also a training: that is paid again, so it is asked first. */
export async function retryJobs(
  project: GoingOnProject,
  options: Pick<RunOptions, 'confirm'> & RetryOptions,
  to: Outside,
): Promise<RunResult> {
  const { job, unknown, confirm } = options;
  if (job !== undefined) assertNotDeleted(project.ledger.openExisting(), knownJob(project, job));
  const training = job === undefined ? undefined : namedTraining(project, job);
  if (!training) return runJobs(project, retrying(project, options), options, to);
  const again = await requeued(project, training, { unknown, confirm });
  return besideEachOther(project, again ? [again] : [], to, () => runJobs(project, [], options, to));
}

/** A job that was named, where it is a training. @throws {UserError} for a job that is not there. */
export function namedTraining(project: Pick<GoingOnProject, 'ledger' | 'caller' | 'clean'>, name: string) {
  const job = knownJob(project, name);
  return job.kind === 'train' ? job : undefined;
}

/** Trainings of the caller's that something is left of to do, or paid. */
export function unfinishedTrainings(project: GoingOnProject): Job[] {
  if (!project.ledger.exists) return [];
  const ledger = project.ledger.openExisting();
  const canceled = ledger.jobs.list(SEARCHED).filter(({ state }) => state === 'canceled');
  const trainings = [...ledger.jobs.open(), ...canceled].filter(({ kind }) => kind === 'train');
  return ownJobs(ledger, project.caller, trainings).filter((job) =>
    job.state === 'canceled' ? isOwed(ledger, job) : isUnfinished(ledger, job, project.services.drawing),
  );
}

/** Puts a training back into the queue, once it is agreed to. Undefined: nothing of it has failed. */
async function requeued(
  project: GoingOnProject,
  job: Job,
  { unknown = false, confirm }: Pick<RunOptions, 'confirm'> & { unknown?: boolean | undefined },
): Promise<Job | undefined> {
  const ledger = project.ledger.openExisting();
  const { jobs } = ledger;
  const states: EndedState[] = ['failed', 'refused', 'canceled', ...(unknown ? (['held'] as const) : [])];
  const counts = jobs.counts(job.id);
  if (states.every((state) => counts[state] === 0)) return undefined;
  const { trainer } = await askedFor(project, job);
  const { worstMicros } = trainer.price(job.settings.training?.steps ?? trainer.steps.usual);
  await assertSetIsThere(job);
  assertUnderCaps(project, { worstMicros, before: job });
  const doubt = counts.held > 0 ? ', though the last request was perhaps charged' : '';
  const question = `Train job ${job.id} (${job.characterId}) again for up to ${usdText(worstMicros)}${doubt}?`;
  await agreeTo(question, { confirm, worstMicros });
  const except = answeredOnDisk(ledger, job, project.config.output);
  jobs.requeue(job.id, states, { except });
  return jobs.find(job.id);
}

/** Both to their ends; what one of them throws is thrown when the other has ended. */
async function besideEachOther(
  project: GoingOnProject,
  wanted: readonly Job[],
  to: Outside,
  pictures: () => Promise<RunResult>,
): Promise<RunResult> {
  const refusals = new Refusals();
  const trainings = wanted.map((job) => changeCaps(project, job));
  for (const job of trainings) {
    to.emit(openedEvent(project.ledger.open(), job, project.clean));
    const message = `going on with job ${job.id}: a LoRA for ${job.characterId}`;
    to.emit({ event: 'notice', level: 'info', message });
  }
  const going = trainings.map((job) => refusals.attempt({ before: job }, () => runTrainingJob(project, job, to)));
  const [made, ...ended] = await Promise.allSettled([pictures(), ...going]);
  if (made.status === 'rejected') throw made.reason;
  const trained: Trained[] = [];
  for (const one of ended) {
    if (one.status === 'rejected') throw one.reason;
    if (one.value) trained.push(one.value);
  }
  if (trainings.length === 0) return made.value;
  const told = refusals.told();
  const result = made.value;
  const [only, ...others] = trainings;
  // Where there is one job, its refusal is all there is to tell.
  const refusal = only && refusals.of({ before: only });
  const isAlone = others.length === 0 && result.jobs.length + result.refusals.length === 0;
  if (refusal && isAlone) throw refusal;
  return {
    ...result,
    status: worst([
      ...(result.jobs.length + result.refusals.length > 0 ? [result.status] : []),
      ...trained.map(({ status }) => status),
      ...told.map((one) => statusOfRefusal(one, result.jobs)),
    ]),
    trainings: trained,
    refusals: [...result.refusals, ...told],
  };
}
