import { UserError } from '../errors.ts';
import type { Image, Job, JobSettings } from '../ledger/records.ts';
import { changedSettings } from '../ledger/settings.ts';
import { takeSeed } from '../plan/plan.ts';
import type { PlannedShot } from '../shot.ts';
import type { CreatingProject } from './create.ts';
import { namedImages } from './images.ts';
import { jobBasics, settingsFor } from './jobs.ts';
import { assertFits } from './preflight.ts';
import type { PlannedJob } from './prepare.ts';
import { highestStored } from './store-numbers.ts';

/** Which pictures get another take. */
export interface RerollOptions {
  /** File names, or `mira-sol/3`. A picture that is named twice gets one take. */
  images: readonly string[];
  /** Names the job: the same key never makes a second one. Only where all pictures come from one job. */
  key?: string | undefined;
  /** Start another job although an identical one is unfinished. */
  fresh?: boolean | undefined;
  /** Go on although the store can't be asked which numbers are taken. */
  acceptUnreadStore?: boolean | undefined;
}

/** Other takes of pictures of one job, as planned: nothing is written yet. */
export interface RerollPlan {
  characterId: string;
  characterKey: number;
  settings: JobSettings;
  shots: readonly (Pick<PlannedShot, 'name' | 'kind' | 'prompt' | 'seed'> & { imageId: number })[];
}

/**
 * What making these pictures again would be, a plan for each job that they come from.
 * @throws {UserError} that lists every name that is no picture, or was not made by this ledger.
 */
export async function planReroll(project: CreatingProject, { images: names }: RerollOptions): Promise<RerollPlan[]> {
  const named = namedImages(project, names).flatMap(({ images }) => images);
  const images = [...new Map(named.map((image) => [image.id, image])).values()];
  const problems = images.flatMap(({ filename, shotId }) =>
    shotId === null ? [`${filename}: it was not made by this ledger`] : [],
  );
  if (images.length === 0 || problems.length > 0) {
    throw new UserError('these pictures can not be made again:', {
      problems: images.length === 0 ? ['no picture is named'] : problems,
      hint: 'name pictures that were made here; `imggen gallery <id>` lists them',
    });
  }
  const jobs = new Set(images.map(({ jobId }) => jobId ?? 0));
  return Promise.all(
    [...jobs].map((job) =>
      planOf(
        project,
        job,
        images.filter(({ jobId }) => jobId === job),
      ),
    ),
  );
}

/** The jobs of other takes, to be run: one for each job that the pictures come from. @throws {UserError} */
export async function rerolling(project: CreatingProject, options: RerollOptions): Promise<PlannedJob[]> {
  const { key } = options;
  const plans = await planReroll(project, options);
  if (key !== undefined && plans.length > 1) {
    throw new UserError(`--key names one job, and these pictures come from ${plans.length}`, {
      hint: 'reroll the pictures of each job with a key of its own, or leave --key out',
    });
  }
  return Promise.all(plans.map((plan) => planned(project, plan, options)));
}

async function planned(project: CreatingProject, plan: RerollPlan, options: RerollOptions): Promise<PlannedJob> {
  const { characterId, characterKey, settings, shots } = plan;
  const { key, fresh, acceptUnreadStore: acceptUnread = false } = options;
  const ledger = project.ledger.existing();
  const highest = await highestStored(project, settings.store, { characterId, acceptUnread });
  const takes = shots.map(({ imageId, seed }) => ({ imageId, seed }));
  const wanted = { characterId, kind: 'reroll', settings, what: takes.map(({ imageId }) => imageId) } as const;
  const basics = jobBasics(project.config, wanted, { key, fresh });
  const before = ledger.jobs.continued({ ...basics, kind: 'reroll', characterKey, imageCount: takes.length });
  const counts = before && ledger.jobs.counts(before.id);
  return {
    characterId,
    settings: before ? changedSettings(before.settings, basics.changes ?? {}) : settings,
    before,
    shots: counts ? counts.queued : takes.length,
    notice: before && counts && continuation(before, counts.done),
    open: () => {
      ledger.characters.numbersStartAfter(characterId, highest);
      return ledger.jobs.reroll({ ...basics, takes }).job;
    },
  };
}

/** Provider, model, size, quality and references as the first take had them, unless they were given this time. */
async function planOf(
  { config, services, ledger }: CreatingProject,
  jobId: number,
  images: readonly Image[],
): Promise<RerollPlan> {
  const [first] = images;
  const job = ledger.existing().jobs.find(jobId);
  if (!first || !job) throw new Error('a reroll of pictures without a job');
  const { references, negativePrompt, ...made } = job.settings;
  const { given } = config;
  const provider = given.provider === undefined ? made.provider : services.chosenProvider();
  const now = await settingsFor(config, services, { references, negativePrompt, provider });
  const settings: JobSettings = {
    ...now,
    ...(given.size === undefined ? { width: made.width, height: made.height } : {}),
    ...(provider === made.provider ? { model: given.model ?? made.model, quality: given.quality ?? made.quality } : {}),
  };
  assertFits(settings, await services.provider(provider));
  const { images: stored } = ledger.existing();
  const shots = images.map(({ id: imageId, shot: name, kind, prompt, seed }) => ({
    imageId,
    name,
    kind,
    prompt,
    seed: takeSeed(seed, stored.takes(imageId) + 1),
  }));
  return { characterId: first.characterId, characterKey: first.characterKey, settings, shots };
}

function continuation(job: Job, done: number): string {
  const how = job.key === null ? 'add --new to start another' : `it is named ${JSON.stringify(job.key)}`;
  return `going on with job ${job.id}: ${done} of ${job.imageCount} other takes are there (${how})`;
}
