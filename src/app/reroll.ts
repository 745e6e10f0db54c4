import { UserError } from '../errors.ts';
import type { Image, JobSettings } from '../ledger/records.ts';
import { assertMadeHere, type Take } from '../ledger/reroll.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { changedSettings } from '../ledger/settings.ts';
import { takeSeed } from '../plan/seeds.ts';
import type { PlannedShot, ShotSettings } from '../shot.ts';
import { choiceNotice } from './choice.ts';
import { drawingOfTakesAsked } from './edit-source.ts';
import { namedImages } from './images.ts';
import { paidInVain, continuation, jobBasics } from './jobs.ts';
import { faceNeed } from './likeness.ts';
import { settingsFor, type MadeWith } from './made-with.ts';
import type { CreatingProject } from './making.ts';
import { alikeOf, assertFits, isEdit } from './preflight.ts';
import type { PlannedJob } from './planned-job.ts';
import type { Notice } from './notice.ts';
import { highestStored } from './store-numbers.ts';
import { assertOtherTakes, isWordless } from './without-prompt.ts';

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

/** What other takes are made with; `lora`: what is said when that leaves out the LoRA of the first ones. */
interface TakesMadeWith extends MadeWith {
  lora: Notice | undefined;
}

/** Other takes of pictures of one job, as planned: nothing is written yet. */
export interface RerollPlan extends TakesMadeWith {
  characterId: string;
  characterKey: number;
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
  const made = new Map<number, TakesMadeWith>();
  for (const job of jobs) {
    const own = images.filter(({ jobId }) => jobId === job);
    made.set(job, await takesMadeWith(project, job, own));
  }
  return plansOf(project.ledger.openExisting(), images, made);
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
  const { characterId, characterKey, settings, choice, alternatives, lora, shots } = plan;
  const { key, fresh, acceptUnreadStore: acceptUnread = false } = options;
  const ledger = project.ledger.openExisting();
  const highest = await highestStored(project, settings.store, { characterId, acceptUnread });
  const takes = shots.map(({ imageId, seedOf }) => ({ imageId, seedOf }));
  // In whatever order they were named.
  const replaces = takes.map(({ imageId }) => imageId).toSorted((a, b) => a - b);
  const wanted = { characterId, kind: 'reroll', settings, alternatives, what: replaces } as const;
  const basics = jobBasics(project.config, wanted, { key, fresh });
  const same = { ...basics, kind: 'reroll', characterKey, imageCount: takes.length, replaces } as const;
  const before = ledger.jobs.continued(same);
  const counts = before && ledger.jobs.counts(before.id);
  const asked = before ? changedSettings(before.settings, basics.changes ?? {}) : settings;
  const refusal = before && paidInVain(project.ledger.open(), before, asked);
  return {
    characterId,
    characterKey,
    makesAvatar: shots.some(({ kind }) => kind === 'avatar'),
    settings: asked,
    before,
    refusal,
    alike: before ? ledger.jobs.alike(before.id, ['queued']) : alikeOf(shots),
    paysAgain: true,
    notices: before ? [] : [choiceNotice(choice), lora],
    asks: before ? undefined : drawingOfTakesAsked(project, ledger, plan),
    notice: before && counts && continuation(before, counts.done, 'other takes'),
    open: () => {
      ledger.characters.numbersStartAfter(characterId, highest);
      return ledger.jobs.reroll({ ...basics, takes }).job;
    },
  };
}

/** Provider, model, size, quality and references as the first take had them, unless they were given this time. */
async function takesMadeWith(
  project: CreatingProject,
  jobId: number,
  images: readonly Image[],
): Promise<TakesMadeWith> {
  const job = project.ledger.openExisting().jobs.find(jobId);
  if (!job) throw new Error('a reroll of pictures without a job');
  const { references, pictures, negativePrompt, ...made } = job.settings;
  const { given } = project.config;
  const character = { references, pictures, negativePrompt };
  const ledger = project.ledger.openExisting();
  const alike = alikeOf(images.map((image) => ({ ...image, settings: ownOf(ledger, image) })));
  const face = faceNeed(project, { ...job, settings: character }, alike);
  const isSized = given.size !== undefined || given.aspectRatio !== undefined;
  const { width, height } = made;
  const sized = isSized ? project.config : { ...project.config, size: { width, height }, aspectRatio: undefined };
  const provider = given.provider ?? made.provider;
  const config = provider === 'auto' ? sized : project.config;
  const found = await settingsFor({ ...project, config }, { character, alike, face }, provider);
  const settings: JobSettings = {
    ...found.settings,
    ...(isSized ? {} : { width, height }),
    ...(provider === made.provider ? { model: given.model ?? made.model, quality: given.quality ?? made.quality } : {}),
    ...(provider === made.provider && given.model === undefined && made.lora && { lora: made.lora }),
  };
  const ready = await project.services.provider(settings.provider);
  const edits = alike.filter(isEdit);
  if (edits.some(isWordless)) await project.services.learn(ready, settings.model);
  assertFits(settings, ready, edits);
  assertOtherTakes(edits, ready.provider.capabilities(settings.model), settings);
  return { ...found, settings, lora: settings.lora ? undefined : withoutLora(made, settings) };
}

/** The prompts stay, and the trigger word says nothing to a model without the LoRA. */
function withoutLora({ lora }: Pick<JobSettings, 'lora'>, { model }: JobSettings): Notice | undefined {
  if (!lora) return undefined;
  const what = `${model} makes other takes without the LoRA of the first ones`;
  return { message: `${what}: its word ${lora.trigger} says nothing to it, so look whether they show the same face` };
}

/** One plan for all pictures of a character that are made in the same way. */
function plansOf(ledger: Ledger, images: readonly Image[], made: ReadonlyMap<number, TakesMadeWith>): RerollPlan[] {
  const plans = new Map<string, RerollPlan & { shots: RerollPlan['shots'][number][] }>();
  for (const image of images) {
    const how = made.get(image.jobId ?? 0);
    if (!how) throw new Error('a reroll of pictures without a job');
    const { characterId, characterKey } = image;
    const same = JSON.stringify([characterKey, how.settings]);
    const plan = plans.get(same) ?? { characterId, characterKey, ...how, shots: [] };
    plans.set(same, plan);
    plan.shots.push(shotOf(ledger, image));
  }
  return [...plans.values()];
}

function shotOf(ledger: Ledger, image: Image): RerollPlan['shots'][number] {
  const { id: imageId, shot: name, kind, prompt } = image;
  const seedOf = (take: number) => takeSeed(image.seed, take);
  const seed = seedOf(ledger.images.takes(imageId) + 1);
  return { imageId, name, kind, prompt, seed, seedOf, settings: ownOf(ledger, image) };
}

/** What the shot of a picture has of its own: size, and pictures that go along. */
function ownOf(ledger: Ledger, { shotId }: Image): ShotSettings {
  return (shotId === null ? undefined : ledger.queries.shot(shotId)?.settings) ?? {};
}
