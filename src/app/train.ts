/** `imggen train`: plans, asks, writes the job, runs it. Before the yes nothing is sent, and nothing is written. */
import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { foreignIn } from '../dataset/ours.ts';
import { ensureOwnFolder } from '../images/folder.ts';
import { hashFile } from '../images/hash.ts';
import { freeBytes } from '../images/save.ts';
import type { JobBasics } from '../ledger/new-job.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobSettings } from '../ledger/records.ts';
import { exportTrainingSet } from './export.ts';
import { jobBasics } from './jobs.ts';
import type { Outside } from './opened-run.ts';
import { makeFolders } from './preflight.ts';
import type { RunOptions } from './run.ts';
import { agreeToTrain, givenCaps, changeCaps } from './train-agreement.ts';
import { spaceMissing } from '../training/run.ts';
import { runTrainingJob, type TrainingProject } from './train-job.ts';
import { assertZipFits, type PlannedTraining, planTraining, type TrainOptions } from './train-plan.ts';
import { type Trained, trainedOf } from './trained.ts';

/** Of a shot that is no picture. */
const NO_LOOK = {
  pose: '',
  angle: 'front',
  expression: 'neutral',
  framing: 'waist up',
  light: '',
  background: '',
  setting: 'plain',
} as const;

/**
 * Trains a LoRA of a character, or goes on with a training that is unfinished. Where one of the same pictures is there,
 * nothing is bought. @throws {UserError} for everything that can be known before paying, and when nobody agrees.
 */
export async function trainCharacter(
  project: TrainingProject,
  options: TrainOptions & Pick<RunOptions, 'confirm'>,
  to: Outside,
): Promise<Trained> {
  const planned = await planTraining(project, options);
  const ledger = project.ledger.open();
  const { key: characterKey } = planned.character;
  const basics = basicsOf(project.config, options, planned);
  const wanted = { ...basics, characterKey, kind: 'train', imageCount: 1 } as const;
  const before = ledger.jobs.continued(wanted);
  const isOver = before !== undefined && before.state !== 'open';
  const toSend = before === undefined || ledger.jobs.counts(before.id).queued > 0;
  const over = isOver ? before : toSend ? trainedBefore(ledger, wanted) : undefined;
  if (over) return trainedOf(ledger, over.id, { end: {}, isNew: false });
  if (toSend) await assertSpace(before?.settings.output ?? project.config.output, planned);
  if (toSend) await agreeToTrain(project, { planned, before, confirm: options.confirm }, to);
  const sum = toSend ? await written(project, { planned, options, before }) : undefined;
  const job = before ? changeCaps(project, before) : opened(project, { wanted, planned, zipSha256: sum ?? '' });
  // Another process has trained it while the question stood.
  if (job.state !== 'open') return trainedOf(ledger, job.id, { end: {}, isNew: false });
  assertSame(job, sum);
  return runTrainingJob(project, job, to);
}

/** @throws {UserError} where the weights have no space: no job is left behind that a later `resume` would buy. */
async function assertSpace(output: string, { with: { trainer } }: PlannedTraining): Promise<void> {
  const missing = spaceMissing(await freeBytes(output), output, trainer.weightsBytes);
  if (missing === undefined) return;
  throw new UserError(`${missing}: nothing was sent`, {
    hint: 'free some space for the weights, or choose another folder',
    advice: { code: 'choose-output' },
  });
}

/** Writes what will be sent. @returns its hash. @throws {UserError} when the pictures are others by now. */
async function written(
  project: TrainingProject,
  { planned, options, before }: { planned: PlannedTraining; options: TrainOptions; before: Job | undefined },
): Promise<string> {
  const { character, told } = planned;
  // One that goes on keeps its places, whatever the config says by now.
  const zip = before?.settings.training?.zip ?? planned.zip;
  const output = before?.settings.output ?? project.config.output;
  const { trainer } = planned.with;
  // The space for the weights is set aside right before the request.
  await makeFolders([{ output, characterId: character.id, reserveBytes: 0 }]);
  await ensureOwnFolder(dirname(zip));
  if ((await foreignIn(zip, true)).length > 0)
    throw new UserError(`${zip} is in the way: it is no training set as imggen wrote it, and nothing was sent`, {
      hint: 'move it away, then train again',
    });
  const { minScore, gallery } = options;
  const words = { trigger: told.trigger, className: told.className };
  const set = { format: trainer.format, ...words, minScore, gallery, to: zip };
  await exportTrainingSet(project, character.id, set);
  try {
    assertZipFits(zip, planned.with);
    const again = await planTraining(project, options);
    if (again.setHash !== planned.setHash)
      throw new UserError('the pictures have changed since the question: nothing was sent', { kind: 'incomplete' });
    return (await hashFile(zip)).sha256;
  } catch (error) {
    await rm(zip, { force: true });
    throw error;
  }
}

/** @throws {UserError} when what an unfinished training was agreed to send can't be made again. */
function assertSame({ id, settings }: Job, sum: string | undefined): void {
  if (sum === undefined || sum === settings.training?.zipSha256) return;
  throw new UserError(`job ${id} was to send another training set: nothing was sent`, {
    hint: 'start another training',
    advice: { code: 'start-another-job' },
  });
}

type WantedTraining = JobBasics & { characterKey: number; kind: 'train'; imageCount: number };

/** The training that made a LoRA of the same pictures and words; undefined: none has, or another one is wanted. */
function trainedBefore({ jobs, loras }: Ledger, wanted: WantedTraining): Job | undefined {
  const lora = wanted.fresh ? undefined : loras.ofSame(wanted);
  return lora && jobs.find(lora.jobId);
}

/** Writes the job; the one of another process where that has begun it, or ended it, meanwhile. */
function opened(
  project: TrainingProject,
  { wanted, planned, zipSha256 }: { wanted: WantedTraining; planned: PlannedTraining; zipSha256: string },
): Job {
  const { settings } = wanted;
  const { training } = settings;
  if (!training) throw new Error('a training without one');
  const { told, character } = planned;
  const prompt = `LoRA of ${character.id}: ${told.trigger} ${told.className}`;
  const shot = { name: 'train', kind: 'train', look: NO_LOOK, prompt, seed: character.seed } as const;
  const ledger = project.ledger.open();
  const request = { ...wanted, settings: { ...settings, training: { ...training, zipSha256 } }, plan: () => [shot] };
  return ledger.atOnce(() => trainedBefore(ledger, wanted) ?? ledger.jobs.openOrCreate(request).job);
}

function basicsOf(config: Config, { key, fresh }: TrainOptions, planned: PlannedTraining): JobBasics {
  const { character, told } = planned;
  const settings = settingsOf(config, planned);
  const wanted = { characterId: character.id, kind: 'train', settings, what: told.steps } as const;
  // What a key can't name another time: the pictures and words, how long, and into what.
  const planHash = [planned.setHash, told.steps, told.destination ?? ''].join(' ');
  // The same pictures make the same LoRA wherever it lies: the folder does not tell one training from another.
  const anywhere = { ...settings, output: dirname(config.ledger) };
  const basics = jobBasics(config, { ...wanted, settings: anywhere, planHash }, { key, fresh });
  return { ...basics, settings, changes: { caps: givenCaps(config) } };
}

/** The cap of one picture does not hold for a training (docs/decisions.md). */
function settingsOf(config: Config, { told, zip, with: { trainer } }: PlannedTraining): JobSettings {
  const { perRunMicros, perDayMicros } = config.caps;
  return {
    provider: told.provider,
    fallback: [],
    model: trainer.model,
    width: 0,
    height: 0,
    output: config.output,
    store: 'none',
    thumbnails: false,
    requireSeed: false,
    references: [],
    caps: { perRunMicros, perDayMicros },
    concurrency: 1,
    staggerMs: 0,
    attemptsMax: config.attemptsMax,
    timeoutMs: Math.max(config.timeoutMs, trainer.waitMs),
    allowUnknownPrice: false,
    training: {
      zip,
      zipSha256: '',
      images: told.images.length,
      trigger: told.trigger,
      className: told.className,
      steps: told.steps,
      destination: told.destination ?? undefined,
    },
  };
}
