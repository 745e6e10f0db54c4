/**
 * The plan: which shots to make of a character, with their prompts and seeds. Pure and deterministic: the same
 * subject gives the same shots for ever, in every process.
 *
 * Gallery pictures take one entry of each list of the catalogue (`combinations.ts`): two that follow each other differ
 * in everything, and no combination comes twice before each has come once.
 */
import type { CharacterAttributes } from '../character.ts';
import type { StoryContext } from '../scene.ts';
import { ANGLES, EXPRESSIONS } from '../shot.ts';
import type { PlannedShot, ShotLook } from '../shot.ts';
import { LIGHTS_PER_PLACE, PLACES } from './catalogue/places.ts';
import { POSES } from './catalogue/poses.ts';
import { AVATAR_LOOK, trainingLook } from './catalogue/training.ts';
import { buildPrompt } from './prompt.ts';
import { settingOf } from './setting.ts';
import { derivedSeed, takeSeed } from './seeds.ts';
import { at, combinationAt } from './combinations.ts';

/** Who is to be pictured, with the locked seed (0 … 2^32 − 1), and what all the pictures have in common. */
export interface Subject {
  attributes: CharacterAttributes;
  seed: number;
  /** Worn in place of the character's own clothes. */
  outfit?: string | undefined;
  context?: StoryContext | undefined;
}

const SIZES = [PLACES.length, POSES.length, EXPRESSIONS.length, ANGLES.length, LIGHTS_PER_PLACE] as const;

const PLACED_SIZES = [POSES.length, EXPRESSIONS.length, ANGLES.length] as const;

/** The combination of the first picture: past the plain frontal close-up, which the training set has. */
const START = 2;

/** How many gallery pictures differ in their look; after that many, looks repeat and seeds are derived. */
export const GALLERY_LOOKS = SIZES.reduce((product, size) => product * size, 1);
const PLACED_LOOKS = PLACED_SIZES.reduce((product, size) => product * size, 1);

/** The face that all later pictures are compared with; it has the character's own seed. */
export function planAvatar({ attributes, seed }: Subject): PlannedShot {
  return { name: 'avatar', kind: 'avatar', look: AVATAR_LOOK, prompt: buildPrompt(attributes, AVATAR_LOOK), seed };
}

/**
 * Candidates of the avatar: `avatar`, `avatar-02` … with the same prompt and a seed each, the character's own first.
 * `isTaken`: tells whether a prompt was asked for with a seed.
 */
export function planAvatars(
  subject: Subject,
  count: number,
  isTaken: (prompt: string, seed: number) => boolean,
): PlannedShot[] {
  const first = planAvatar(subject);
  const used = new Set<number>();
  return Array.from({ length: count }, (_, index): PlannedShot => {
    let seed = subject.seed;
    for (let take = 1; used.has(seed) || isTaken(first.prompt, seed); take += 1) seed = takeSeed(subject.seed, take);
    used.add(seed);
    return { ...first, name: index === 0 ? first.name : `avatar-${String(index + 1).padStart(2, '0')}`, seed };
  });
}

/** `training-01` … `training-10`, or as many as asked for (1 to 100). All have the character's own seed. */
export function planTraining({ attributes, seed }: Subject, count = 10): PlannedShot[] {
  return Array.from({ length: count }, (_, index): PlannedShot => {
    const look = trainingLook(index);
    const name = `training-${String(index + 1).padStart(2, '0')}`;
    return { name, kind: 'training', look, prompt: buildPrompt(attributes, look), seed };
  });
}

/**
 * `count` gallery shots, one at a time: `gallery-0001` … (more digits when needed), numbered within this pack.
 * `from`: how many gallery shots the character already has; the catalogue goes on there. Both are whole numbers ≥ 0.
 */
export function* planPack(subject: Subject, count: number, from = 0): Generator<PlannedShot> {
  const { attributes, seed, outfit, context } = subject;
  for (let ordinal = 1; ordinal <= count; ordinal++) {
    const index = from + ordinal - 1;
    const [views, view] = looksIn(context?.place);
    const look = { ...view(index), ...(outfit === undefined ? {} : { outfit }) };
    yield {
      name: `gallery-${String(ordinal).padStart(4, '0')}`,
      kind: 'gallery',
      look,
      prompt: buildPrompt(attributes, look, context),
      seed: derivedSeed(seed, Math.floor(index / views)),
    };
  }
}

/** The avatar and the training set. */
export function planCharacter(subject: Subject, trainingCount?: number): PlannedShot[] {
  return [planAvatar(subject), ...planTraining(subject, trainingCount)];
}

/** How many looks there are, and the one of each index: in the catalogue's places, or all in one of the user's. */
function looksIn(place: string | undefined): [count: number, look: (index: number) => ShotLook] {
  return place === undefined ? [GALLERY_LOOKS, galleryLook] : [PLACED_LOOKS, (index) => placedLook(place, index)];
}

/** A look in a place of the user's, of which neither light nor furniture is known. */
function placedLook(place: string, index: number): ShotLook {
  const [poseAt = 0, expressionAt = 0, angleAt = 0] = combinationAt(PLACED_SIZES, index + START);
  const pose = at(POSES, poseAt);
  return {
    pose: pose.text.replace('{seat}', 'a seat').replace('{support}', 'something solid'),
    angle: at(ANGLES, angleAt),
    expression: at(EXPRESSIONS, expressionAt),
    framing: pose.framing,
    light: '',
    background: place,
    setting: settingOf(place),
  };
}

/** The look of a character's gallery picture number `index` (0, 1, …). Repeats after `GALLERY_LOOKS`. */
export function galleryLook(index: number): ShotLook {
  const [placeAt = 0, poseAt = 0, expressionAt = 0, angleAt = 0, lightAt = 0] = combinationAt(SIZES, index + START);
  const place = at(PLACES, placeAt);
  const pose = at(POSES, poseAt);
  return {
    pose: pose.text.replace('{seat}', place.seat).replace('{support}', place.support),
    angle: at(ANGLES, angleAt),
    expression: at(EXPRESSIONS, expressionAt),
    framing: pose.framing,
    light: at(place.lights, lightAt),
    background: place.text,
    setting: place.setting,
  };
}
