/** The avatar and the training pictures of a character: what is planned, what there is, and what is missing. */
import type { Character } from '../character.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobBasics } from '../ledger/new-job.ts';
import type { Job, JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import type { MadeWith } from '../ledger/second-take.ts';
import { planAvatar } from '../plan/plan.ts';
import { takeSeed } from '../plan/seeds.ts';
import type { PlannedShot } from '../shot.ts';
import { rejectedAvatar } from './avatar.ts';
import { assertUnlocked, configuredCharacter, ownCharacter } from './characters.ts';
import { goesOnWith, hasFace, isFamily, madeElsewhere, type Maker } from './family.ts';
import { jobBasics } from './jobs.ts';
import { faceNeed } from './likeness.ts';
import { settingsFor, type MadeWith as Making } from './made-with.ts';
import type { CreatingProject, MakingOptions } from './making.ts';
import type { Notice } from './notice.ts';
import { alikeOf, assertFits } from './preflight.ts';
import { plannedTraining, type TrainingOptions } from './training.ts';

/** What `createCharacter` may be told beside the config. */
export type CreateOptions = MakingOptions & TrainingOptions;

/** A character and its job, as planned: nothing is written yet. */
export interface CharacterPlan {
  character: Character;
  settings: JobSettings;
  /** Of `auto`. */
  choice: Making['choice'];
  alternatives: Making['alternatives'];
  shots: readonly PlannedShot[];
  /** Of a training set that was asked for. */
  planHash: string | undefined;
}

/**
 * The avatar and the training pictures of the config's character. @throws {UserError} when its provider can't make
 * them.
 */
export async function planCreation(project: CreatingProject, options: CreateOptions = {}): Promise<CharacterPlan> {
  const { config, services, caller, ledger } = project;
  const character = configuredCharacter(config);
  const { negativePrompt } = character.attributes;
  const { training, planHash } = await plannedTraining(project, character, options);
  const shots = [planAvatar(character), ...training];
  const alike = alikeOf(shots);
  const known = ledger.exists ? ownCharacter(ledger.open(), caller.owner, character.id) : undefined;
  const own = { references: character.references, negativePrompt };
  const face = faceNeed(project, { characterId: character.id, characterKey: known?.key, settings: own }, alike);
  const made = await settingsFor(project, { character: own, alike, face });
  assertFits(made.settings, await services.provider(made.settings.provider), alike);
  return { character, ...made, shots, planHash };
}

/** What there is of a character's first pictures, and what is missing of them. */
export interface Existing {
  maker: Maker;
  /** What tells the job from others. */
  same: JobBasics & { kind: 'create'; imageCount: number };
  /** Undefined: it is new. */
  known: RegisteredCharacter | undefined;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  /** An avatar that was rejected, of which there is another take first; undefined: none. */
  rejected: string | undefined;
  /** A picture serves as the face, or will be there before: the avatar is not made. */
  isFaced: boolean;
  /** Shots of a new job. */
  missing: readonly PlannedShot[];
  /** What another provider or model made; undefined: nothing. */
  elsewhere: Notice | undefined;
}

/** Looks up what there is. @throws {UserError} for another seed or other attributes than are locked. */
export function existingOf(
  { config, services, caller, ledger: file }: CreatingProject,
  { character, settings, alternatives, shots, planHash }: CharacterPlan,
  { key, relock = false }: Pick<CreateOptions, 'key' | 'relock'>,
): Existing {
  const ledger = file.exists ? file.open() : undefined;
  const known = ledger && ownCharacter(ledger, caller.owner, character.id);
  assertUnlocked(known, character, relock);
  const kind = 'create';
  const wanted = { characterId: character.id, kind, settings, alternatives, what: shots.length, planHash } as const;
  const maker = { settings, drawing: services.drawing, given: config.given };
  const goesOn = goesOnWith(maker);
  const same = { ...jobBasics(config, wanted, { key }), kind, imageCount: shots.length, goesOn } as const;
  if (!known) {
    const nothing = { before: undefined, rejected: undefined, elsewhere: undefined };
    return { maker, same, known, isFaced: false, missing: shots, ...nothing };
  }
  const characterKey = known.key;
  const before = ledger.jobs.continued({ ...same, characterKey });
  const any = before ? undefined : ledger.jobs.continued({ ...same, characterKey, key: undefined, goesOn: undefined });
  const avatar = rejectedAvatar(ledger, characterKey);
  // A drawing and a photograph are no takes of each other.
  const rejected = avatar && avatar.shotId !== null && isFamily(maker, avatar.provider) ? avatar.filename : undefined;
  const isFaced = rejected !== undefined || hasFace(ledger, characterKey, maker);
  const own = before ? shots : besideOtherJobs(ledger, { ...settings, characterKey }, shots);
  const missing = isFaced ? own.filter(({ kind: of }) => of !== 'avatar') : own;
  const elsewhere = madeElsewhere(ledger, any, { settings, pictures: missing.length });
  return { maker, same, known, before, rejected, isFaced, missing, elsewhere };
}

/**
 * The shots of a new job, with seeds with which no other job of the character asks for their prompts: what is there, or
 * is still to be collected, is not paid again.
 */
function besideOtherJobs({ jobs }: Ledger, by: MadeWith, shots: readonly PlannedShot[]): PlannedShot[] {
  return shots.map((shot) => {
    let { seed } = shot;
    for (let take = 1; jobs.isAskedFor(by, { ...shot, seed }); take += 1) seed = takeSeed(shot.seed, take);
    return { ...shot, seed };
  });
}
