import { UserError } from '../errors.ts';
import type { Image, JobSettings } from '../ledger/records.ts';
import { assertMadeHere, type Take } from '../ledger/reroll.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { changedSettings } from '../ledger/settings.ts';
import { takeSeed } from '../plan/seeds.ts';
import type { PlannedShot } from '../shot.ts';
import type { CreatingProject } from './making.ts';
import { namedImages } from './images.ts';
import { assertNotInVain, continuation, jobBasics, settingsFor } from './jobs.ts';
import { alikeOf, assertFits } from './preflight.ts';
import type { PlannedJob } from './prepare.ts';
import { highestStored } from './store-numbers.ts';

/** Which pictures get another take. */
export interface RerollOptions {
  /** File names, or `mira-sol/3`. A picture that is named twice gets one take. */
  images: readonly string[];
  /** Names the job: the same key never makes a second one. Only where all pictures are made in the same way. */
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
  shots: readonly (Pick<PlannedShot, 'name' | 'kind' | 'prompt' | 'seed' | 'settings'> & Take)[];
}

/**
 * What making these pictures again would be: one plan for those of a character that are made in the same way.
 * @throws {UserError} that lists every name that is no picture, or was not made by this ledger.
 */
export async function planReroll(project: CreatingProject, { images: names }: RerollOptions): Promise<RerollPlan[]> {
  const named = namedImages(project, names).flatMap(({ images }) => images);
  const images = [...new Map(named.map((image) => [image.id, image])).values()];
  assertMadeHere(images);
  const jobs = new Set(images.map(({ jobId }) => jobId ?? 0));
  const settings = new Map<number, JobSettings>();
  for (const job of jobs) settings.set(job, await takeSettings(project, job));
  return plansOf(project.ledger.openExisting(), images, settings);
}

/** The jobs of other takes, to be run: one for each plan. @throws {UserError} */
export async function rerolling(project: CreatingProject, options: RerollOptions): Promise<PlannedJob[]> {
  const { key } = options;
  const plans = await planReroll(project, options);
  if (key !== undefined && plans.length > 1) {
    throw new UserError(`a key names one job, and these pictures need ${plans.length}: they are made in other ways`, {
      hint: 'reroll them one by one with a key each, or leave the key out',
    });
  }
  return Promise.all(plans.map((plan) => planned(project, plan, options)));
}

async function planned(project: CreatingProject, plan: RerollPlan, options: RerollOptions): Promise<PlannedJob> {
  const { characterId, characterKey, settings, shots } = plan;
  const { key, fresh, acceptUnreadStore: acceptUnread = false } = options;
  const ledger = project.ledger.openExisting();
  const highest = await highestStored(project, settings.store, { characterId, acceptUnread });
  const takes = shots.map(({ imageId, seedOf }) => ({ imageId, seedOf }));
  // In whatever order they were named.
  const replaces = takes.map(({ imageId }) => imageId).toSorted((a, b) => a - b);
  const wanted = { characterId, kind: 'reroll', settings, what: replaces } as const;
  const basics = jobBasics(project.config, wanted, { key, fresh });
  const same = { ...basics, kind: 'reroll', characterKey, imageCount: takes.length, replaces } as const;
  const before = ledger.jobs.continued(same);
  const counts = before && ledger.jobs.counts(before.id);
  const asked = before ? changedSettings(before.settings, basics.changes ?? {}) : settings;
  if (before) assertNotInVain(project.ledger.open(), before, asked);
  return {
    characterId,
    characterKey,
    makesAvatar: shots.some(({ kind }) => kind === 'avatar'),
    settings: asked,
    before,
    alike: before ? ledger.jobs.alike(before.id, ['queued']) : alikeOf(shots),
    paysAgain: true,
    notice: before && counts && continuation(before, counts.done, 'other takes'),
    open: () => {
      ledger.characters.numbersStartAfter(characterId, highest);
      return ledger.jobs.reroll({ ...basics, takes }).job;
    },
  };
}

/** Provider, model, size, quality and references as the first take had them, unless they were given this time. */
async function takeSettings({ config, services, ledger }: CreatingProject, jobId: number): Promise<JobSettings> {
  const job = ledger.openExisting().jobs.find(jobId);
  if (!job) throw new Error('a reroll of pictures without a job');
  const { references, pictures, negativePrompt, ...made } = job.settings;
  const { given } = config;
  const provider = given.provider === undefined ? made.provider : services.chosenProvider();
  const now = await settingsFor(config, services, { references, pictures, negativePrompt, provider });
  const settings: JobSettings = {
    ...now,
    ...(given.size === undefined && given.aspectRatio === undefined ? { width: made.width, height: made.height } : {}),
    ...(provider === made.provider ? { model: given.model ?? made.model, quality: given.quality ?? made.quality } : {}),
  };
  assertFits(settings, await services.provider(provider));
  return settings;
}

/** One plan for all pictures of a character that are made in the same way. */
function plansOf(ledger: Ledger, images: readonly Image[], settings: ReadonlyMap<number, JobSettings>): RerollPlan[] {
  const plans = new Map<string, RerollPlan & { shots: RerollPlan['shots'][number][] }>();
  for (const image of images) {
    const how = settings.get(image.jobId ?? 0);
    if (!how) throw new Error('a reroll of pictures without a job');
    const { characterId, characterKey } = image;
    const same = JSON.stringify([characterKey, how]);
    const plan = plans.get(same) ?? { characterId, characterKey, settings: how, shots: [] };
    plans.set(same, plan);
    plan.shots.push(shotOf(ledger, image));
  }
  return [...plans.values()];
}

function shotOf(ledger: Ledger, { id: imageId, shot: name, kind, prompt, seed }: Image): RerollPlan['shots'][number] {
  const seedOf = (take: number) => takeSeed(seed, take);
  return { imageId, name, kind, prompt, seed: seedOf(ledger.images.takes(imageId) + 1), seedOf };
}
