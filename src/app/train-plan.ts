/** What a training would be: the pictures that would be sent, what it costs at most, and what stands against it. */
import { createHash } from 'node:crypto';
import { lstatSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { LORA_FOLDER } from '../images/folder.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import type { Price } from '../providers/capabilities.ts';
import { usdOf } from '../money.ts';
import { knownCharacter } from './characters.ts';
import { exportTrainingSet, type Exported, type ExportOptions } from './export.ts';
import { loraInfo, type LoraInfo } from './trained.ts';
import { type ReadyTrainer, trainerOf, trainersOf, type TrainingProject } from './train-job.ts';

/** How a LoRA is trained. */
export interface TrainOptions extends Pick<ExportOptions, 'trigger' | 'className' | 'minScore' | 'gallery'> {
  characterId: string;
  /** Who trains it: a provider that does. Default: the config's where it trains, else the usual one of the list. */
  provider?: string | undefined;
  /** Default: 1,000. */
  steps?: number | undefined;
  /** The model at the service that gets a new version, `owner/name`: Replicate needs one that exists. */
  destination?: string | undefined;
  /** Names the job for ever: the same key never trains twice. */
  key?: string | undefined;
  /** Trains although a LoRA of the same pictures is there, or a training of them is unfinished. */
  fresh?: boolean | undefined;
}

/** What `train` would do. Money in US dollars. */
export interface TrainPlan {
  characterId: string;
  characterName: string;
  provider: string;
  trainer: string;
  trigger: string;
  className: string;
  steps: number;
  destination: string | null;
  /** What is sent to the service: file names in the zip, with their captions. */
  images: readonly { filename: string; caption: string }[];
  leftOut: Exported['leftOut'];
  /** What trainings suffer from. */
  warnings: readonly string[];
  /** About: of the pictures. */
  zipBytes: number;
  expectedUsd: number;
  worstUsd: number;
  /** Where the price is from, and when it was read. */
  priceSource: string;
  /** Where the worst case is no bound: a sentence. */
  priceNote: string | null;
  /** The LoRA that packs use now; null: none. */
  current: LoraInfo | null;
}

/** The same with what carrying it out needs. */
export interface PlannedTraining {
  told: TrainPlan;
  character: RegisteredCharacter;
  with: ReadyTrainer;
  price: Price;
  /** Hash of what is sent: pictures, captions, words. */
  setHash: string;
  /** Where its zip lies while it is needed. */
  zip: string;
}

/** Where the set would lie before its hash is known: no file has that name. */
const PLANNED = 'training.zip';
/** Beside a picture and its caption. */
const ZIP_ENTRY_BYTES = 1_000;

/** Plans a training; writes and sends nothing. @throws {UserError} with every problem of the options at once. */
export async function planTraining(project: TrainingProject, options: TrainOptions): Promise<PlannedTraining> {
  const character = knownCharacter(project, options.characterId);
  const name = options.provider ?? providerOf(project);
  const ready = await trainerOf(project, name);
  const { trainer } = ready;
  const { usual } = trainer.steps;
  const { steps = usual, destination, trigger, className, minScore, gallery } = options;
  assertOptions({ steps, destination }, ready);
  const set = { format: trainer.format, trigger, className, minScore, gallery };
  const folder = join(project.config.output, character.id, LORA_FOLDER);
  // Named so that an export of the user's own, wherever it lies, says nothing to this.
  const exported = await exportTrainingSet(project, character.id, { ...set, dryRun: true, to: join(folder, PLANNED) });
  const zipBytes = zipBytesOf(exported);
  if (zipBytes > trainer.zipMaxBytes) throw tooLarge(zipBytes, ready);
  const price = trainer.price(steps);
  const setHash = hashOf(exported);
  const current = project.ledger.open().loras.current(character.key, name);
  return {
    character,
    with: ready,
    price,
    setHash,
    zip: join(folder, `training-${setHash.slice(0, 12)}.zip`),
    told: {
      characterId: character.id,
      characterName: character.name,
      provider: name,
      trainer: trainer.model,
      trigger: exported.trigger,
      className: exported.className,
      steps,
      destination: destination ?? null,
      images: exported.images.map(({ file, caption }) => ({ filename: file, caption })),
      leftOut: exported.leftOut,
      warnings: exported.coverage.warnings,
      zipBytes,
      expectedUsd: usdOf(price.expectedMicros),
      worstUsd: usdOf(price.worstMicros),
      priceSource: `${price.source}, ${price.asOf}`,
      priceNote: trainer.priceNote ?? null,
      current: current === undefined ? null : loraInfo(current),
    },
  };
}

function providerOf({ config: { provider }, services }: TrainingProject): string {
  const trainers = trainersOf(services);
  return trainers.includes(provider) ? provider : (trainers[0] ?? provider);
}

/** @throws {UserError} with every bad option. */
function assertOptions(
  { steps, destination }: { steps: number; destination: string | undefined },
  { trainer, ready }: ReadyTrainer,
): void {
  const { min, max } = trainer.steps;
  const { destinationHelp } = trainer;
  const problems = [
    ...(Number.isInteger(steps) && steps >= min && steps <= max
      ? []
      : [`steps: expected a whole number from ${min} to ${max}, got ${Number.isNaN(steps) ? 'no number' : steps}`]),
    ...(destination === undefined || /^[\w.-]+\/[\w.-]+$/.test(destination)
      ? []
      : [`destination: expected owner/name, got ${JSON.stringify(destination)}`]),
    ...(destinationHelp !== undefined && destination === undefined ? [`destination: missing. ${destinationHelp}`] : []),
    ...(destinationHelp === undefined && destination !== undefined
      ? [`destination: ${ready.provider.name} takes none`]
      : []),
  ];
  if (problems.length > 0) throw new UserError('this can not be trained:', { problems, hint: 'nothing was sent' });
}

function zipBytesOf({ images }: Exported): number {
  return images.reduce((sum, { sizeBytes }) => sum + sizeBytes + ZIP_ENTRY_BYTES, 0);
}

/** @throws {UserError} when the zip that was written is larger than the service takes. */
export function assertZipFits(zip: string, ready: ReadyTrainer): void {
  const { size } = lstatSync(zip);
  if (size > ready.trainer.zipMaxBytes) throw tooLarge(size, ready);
}

function tooLarge(bytes: number, { trainer, ready }: ReadyTrainer): UserError {
  const [has, takes] = [bytes, trainer.zipMaxBytes].map((size) => `${Math.ceil(size / 1e6)} MB`);
  return new UserError(
    `the training set has ${has}, and ${ready.provider.name} takes ${takes} at most: nothing was sent`,
    {
      hint: 'reject some of the pictures, or make smaller ones',
    },
  );
}

function hashOf({ images, trigger, className }: Exported): string {
  const set = [trigger, className, images.map(({ sha256, file, caption }) => [sha256, file, caption])];
  return createHash('sha256').update(JSON.stringify(set)).digest('hex');
}
