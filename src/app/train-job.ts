/** Trainings that are in the ledger: run, gone on with, and what they came to. */
import { rm } from 'node:fs/promises';
import { trainersIn } from '../config/registries.ts';
import { UserError } from '../errors.ts';
import type { RunEvent } from '../events.ts';
import { hashFile } from '../images/hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import type { Training } from '../providers/trainer.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { runTraining } from '../training/run.ts';
import { ownProvider } from './own-provider.ts';
import { leaveRun, type Outside } from './opened-run.ts';
import type { Project } from './project.ts';
import { runnerContext } from './runner-context.ts';
import { type Trained, trainedOf } from './trained.ts';

/** What running a training needs of a project. */
export type TrainingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'host' | 'clean' | 'trace' | 'caller'>;

/** A provider that trains, and how. */
export interface ReadyTrainer {
  ready: ReadyProvider;
  trainer: NonNullable<ReadyProvider['provider']['trainer']>;
}

/** Names of the providers that train LoRAs, the usual one first. */
export function trainersOf(services: Pick<Project['services'], 'providerNames' | 'entry'>): string[] {
  return trainersIn(Object.fromEntries(services.providerNames.map((name) => [name, services.entry(name)])));
}

/** The trainer of a provider. @throws {UserError} `auth` without its key, `usage` for one that trains nothing. */
export async function trainerOf({ services }: Pick<Project, 'services'>, name: string): Promise<ReadyTrainer> {
  const ready = await ownProvider(services, name);
  const { trainer, trainerMissing } = ready.provider;
  if (trainer) return { ready, trainer };
  if (trainerMissing) throw new UserError(trainerMissing.why, { hint: `nothing was sent. ${trainerMissing.hint}` });
  const trainers = trainersOf(services);
  const [usual] = trainers;
  throw new UserError(`${name} trains no LoRA`, {
    hint: `${trainers.join(' and ')} do`,
    ...(usual !== undefined && { advice: { code: 'choose-trainer', provider: usual } }),
  });
}

/** The provider as it is asked for the training of a job. @throws {UserError} */
export async function askedFor(project: Pick<Project, 'services'>, job: Job): Promise<ReadyTrainer> {
  const { ready, trainer } = await trainerOf(project, job.settings.provider);
  return { ready: { ...ready, model: trainer.model, provider: trainer.asked(trainingOf(job)) }, trainer };
}

function trainingOf({ id, settings: { training } }: Job): Training {
  if (!training) throw new Error(`job ${id} is no training`);
  return training;
}

/** @throws {UserError} when what a training was to send is not on the disk any more as it was agreed to. */
export async function assertSetIsThere(job: Job): Promise<void> {
  const { zip, zipSha256 } = trainingOf(job);
  const sums = await hashFile(zip).catch(() => undefined);
  if (sums?.sha256 === zipSha256) return;
  const what = sums === undefined ? 'is gone' : 'was changed since it was agreed to';
  throw new UserError(`the training set of job ${job.id} ${what}: nothing was sent (${zip})`, {
    hint: 'train the character again: that makes the set anew',
  });
}

/** A set can be made again from the pictures: it goes once it is trained, unless another training is to send it. */
async function removeSet({ jobs }: Ledger, job: Job): Promise<void> {
  const { zip } = trainingOf(job);
  const isNeeded = jobs.open().some(({ id, settings }) => id !== job.id && settings.training?.zip === zip);
  if (!isNeeded) await rm(zip, { force: true });
}

/** How a training is run. */
export interface TrainingHow {
  /** Nothing is sent: what was sent before is collected. */
  collectOnly?: boolean | undefined;
}

/**
 * Runs a training that is in the ledger to its end, or until it is told to stop. @throws {UserError} where its provider
 * can't be asked: nothing has changed.
 */
export async function runTrainingJob(
  project: TrainingProject,
  job: Job,
  { signals, emit }: Outside,
  { collectOnly }: TrainingHow = {},
): Promise<Trained> {
  const { ready, trainer } = await askedFor(project, job);
  const ledger = project.ledger.open();
  const startedAtMs = project.host.now();
  const isNew = ledger.jobs.counts(job.id).done === 0;
  const told = (event: RunEvent) => {
    project.trace('event', { ...event });
    emit(event);
  };
  const off = project.ledger.listen((event) => {
    if ('job_id' in event && event.job_id === String(job.id)) told(event);
  });
  const opened = ledger.atOnce(() => {
    ledger.resetBreaker(ready.scope);
    return ledger.jobs.openRun([job.id]);
  });
  try {
    const providers = new Map([[ready.provider.name, ready]]);
    const context = runnerContext(project, { ledger, providers }, told);
    const { madeWith, weightsBytes } = trainer;
    const character = ledger.characters.get(job.characterKey).attributes;
    const work = { context, job, character, ready, madeWith, weightsBytes, collectOnly, ...signals };
    const end = await runTraining(work);
    opened.close(job.id, startedAtMs);
    const trained = trainedOf(ledger, job.id, { end, isNew });
    if (trained.lora) await removeSet(ledger, job);
    return trained;
  } catch (error) {
    leaveRun(opened);
    throw error;
  } finally {
    off();
  }
}
