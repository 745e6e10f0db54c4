import type { Character } from '../character.ts';
import { UserError } from '../errors.ts';
import type { Job, JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import { changedSettings } from '../ledger/settings.ts';
import { planAvatar } from '../plan/plan.ts';
import { takeSeed } from '../plan/seeds.ts';
import type { PlannedShot } from '../shot.ts';
import { assertUnlocked, configuredCharacter, ownCharacter, registerCharacter } from './characters.ts';
import { assertNotInVain, jobBasics, settingsFor } from './jobs.ts';
import { alikeOf, assertFits } from './preflight.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import type { Notice, PlannedJob } from './prepare.ts';
import type { Project } from './project.ts';
import { rejectedAvatar } from './avatar.ts';
import { goesOnWith, hasFace, madeElsewhere, type Maker } from './family.ts';
import { rerolling } from './reroll.ts';
import { highestStored } from './store-numbers.ts';
import { plannedTraining, type TrainingOptions } from './training.ts';

/** What `createCharacter` may be told beside the config. */
export type CreateOptions = MakingOptions & TrainingOptions;

/** A character and its job, as planned: nothing is written yet. */
export interface CharacterPlan {
  character: Character;
  settings: JobSettings;
  shots: readonly PlannedShot[];
  /** Of a training set that was asked for. */
  planHash: string | undefined;
}

/**
 * The avatar and the training pictures of the config's character. @throws {UserError} when its provider can't make
 * them.
 */
export async function planCreation(
  project: Pick<Project, 'config' | 'services' | 'host'>,
  options: CreateOptions = {},
): Promise<CharacterPlan> {
  const { config, services } = project;
  const character = configuredCharacter(config);
  const { negativePrompt } = character.attributes;
  const settings = await settingsFor(config, services, { references: character.references, negativePrompt });
  const { training, planHash } = await plannedTraining(project, character, options);
  const shots = [planAvatar(character), ...training];
  assertFits(settings, await services.provider(settings.provider), alikeOf(shots));
  return { character, settings, shots, planHash };
}

/**
 * The jobs of the characters of several configs, to be made in one run with the ledger of the first.
 * @throws {UserError} when the configs do not go together.
 */
export async function creations(projects: readonly CreatingProject[], options: CreateOptions): Promise<PlannedJob[]> {
  assertTogether(projects);
  if (options.key !== undefined && projects.length > 1) {
    throw new UserError('a key names one job, and each config makes a job of its own', {
      hint: 'run the configs one by one with a key each, or leave the key out',
    });
  }
  const jobs: PlannedJob[] = [];
  const [first] = projects;
  for (const project of projects)
    jobs.push(...(await creation({ ...project, ledger: first?.ledger ?? project.ledger }, options)));
  return jobs;
}

/**
 * The job of the config's character, to be run: a new one, or what is missing of it. Of an avatar that was rejected
 * there is another take first. @throws {UserError}
 */
async function creation(project: CreatingProject, options: CreateOptions): Promise<PlannedJob[]> {
  const { config, caller } = project;
  const { character, settings, shots, planHash } = await planCreation(project, options);
  const ledger = project.ledger.exists ? project.ledger.open() : undefined;
  const known = ledger && ownCharacter(ledger, caller.owner, character.id);
  assertUnlocked(known, character, options.relock === true);
  const highest = await highestStored(project, settings.store, {
    characterId: character.id,
    acceptUnread: options.acceptUnreadStore === true,
  });
  const kind = 'create';
  const wanted = { characterId: character.id, kind, settings, what: shots.length, planHash } as const;
  const basics = jobBasics(config, wanted, { key: options.key });
  const maker = { settings, drawing: project.services.drawing, given: config.given };
  const same = { ...basics, kind, imageCount: shots.length, goesOn: goesOnWith(maker) } as const;
  const before = known && ledger.jobs.continued({ ...same, characterKey: known.key });
  const anyBefore =
    known && ledger.jobs.continued({ ...same, characterKey: known.key, key: undefined, goesOn: undefined });
  const counts = before && ledger?.jobs.counts(before.id);
  // Only `retry` and `reroll` pay for a picture again.
  const inVain = (before && ledger?.jobs.paidInVain(before.id)) ?? { shots: 0, micros: 0 };
  const asked = before ? changedSettings(before.settings, basics.changes ?? {}) : settings;
  if (before) assertNotInVain(project.ledger.open(), before, asked);
  const takes = known ? await otherAvatar(project, { character: known, maker }, options) : [];
  const isFaced =
    takes.length > 0 || (ledger !== undefined && known !== undefined && hasFace(ledger, known.key, maker));
  const missing = isFaced ? shots.filter((shot) => shot.kind !== 'avatar') : shots;
  if (takes.length > 0 && before && counts?.done === before.imageCount) return takes;
  const job: PlannedJob = {
    characterId: character.id,
    characterKey: known?.key,
    makesAvatar: !isFaced,
    settings: asked,
    before,
    alike:
      before && ledger
        ? ledger.jobs.alike(before.id, ['queued', 'failed', 'canceled'], { unpaid: true })
        : alikeOf(missing),
    notice:
      before && counts
        ? goingOn(before, counts.done, inVain)
        : known && madeElsewhere(ledger, anyBefore, { settings, pictures: missing.length }),
    open: () => {
      const opened = project.ledger.open();
      const registered = registerCharacter(opened, character, { owner: caller.owner, output: settings.output });
      opened.characters.numbersStartAfter(registered.id, highest);
      const request = { ...same, imageCount: missing.length, characterKey: registered.key, plan: () => missing };
      const { job: opening, created } = opened.jobs.openOrCreate(request);
      if (!created) {
        opened.jobs.renewSeeds(opening.id, takeSeed);
        opened.jobs.requeue(opening.id, ['failed', 'canceled'], { unpaid: true });
      }
      if (takes.length > 0) opened.jobs.waitForAvatar(opening.id);
      return opening;
    },
  };
  return [...takes, job];
}

/** Another take of an avatar that was rejected, where no other one serves. */
async function otherAvatar(
  project: CreatingProject,
  { character: { key, id }, maker }: { character: RegisteredCharacter; maker: Maker },
  { acceptUnreadStore }: CreateOptions,
): Promise<PlannedJob[]> {
  const rejected = rejectedAvatar(project.ledger.openExisting(), key);
  if (!rejected || rejected.shotId === null) return [];
  // A drawing and a photograph are no takes of each other.
  const { drawing, settings } = maker;
  if (drawing.has(rejected.provider) !== drawing.has(settings.provider)) return [];
  const jobs = await rerolling(project, { images: [rejected.filename], acceptUnreadStore });
  const message = `the avatar of ${id} is rejected (${rejected.filename}): making another take of it`;
  return jobs.map((job) => ({ ...job, notice: { message } }));
}

function goingOn(job: Job, done: number, inVain: { shots: number; micros: number }): Notice {
  const {
    id,
    characterId,
    imageCount,
    settings: { provider },
  } = job;
  const there = `${done} of ${imageCount} pictures`;
  if (done < imageCount) {
    const message = `going on with job ${id} at ${provider}: ${there} of ${characterId} are there`;
    if (inVain.shots === 0) return { message };
    const left = `${inVain.shots} more ${inVain.shots === 1 ? 'was' : 'were'} paid and brought no picture`;
    return {
      message: `${message}; ${left} (${usdText(inVain.micros)}), and not asked for again`,
      advice: { code: 'retry-paid', jobId: String(id) },
    };
  }
  const complete = `${characterId} is complete: ${there}, made with ${provider}`;
  return { message: `${complete}: nothing to make`, advice: { code: 'reroll' } };
}

/**
 * Several characters are one run: their configs must agree on where things are and on how providers are asked.
 * @throws {UserError} that names what differs.
 */
function assertTogether(projects: readonly Pick<Project, 'config' | 'services'>[]): void {
  const ledgers = new Set(projects.map(({ config }) => config.ledger));
  if (ledgers.size > 1) {
    throw new UserError('these configs keep different ledgers:', {
      problems: [...ledgers],
      hint: 'put the configs into one folder, or name one ledger for all',
      advice: { code: 'choose-ledger' },
    });
  }
  const fallbacks = projects.flatMap(({ config }) => config.fallback);
  const names = new Set([...projects.map(({ services }) => services.chosenProvider()), ...fallbacks]);
  const different = [...names].filter((name) => {
    const how = { model: fallbacks.includes(name) };
    return new Set(projects.map(({ services }) => services.askedAs(name, how))).size > 1;
  });
  const stores = new Set(projects.map(({ config }) => JSON.stringify(config.storage)));
  const problems = [
    ...different.map((name) => `providers.${name}, or its key`),
    ...(stores.size > 1 ? ['storage'] : []),
  ];
  if (problems.length === 0) return;
  throw new UserError('these configs ask their services in different ways:', {
    problems,
    hint: 'make these sections the same, or run the configs one by one',
  });
}
