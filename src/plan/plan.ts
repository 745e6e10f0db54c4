/**
 * The plan: which shots to make of a character, with their prompts and seeds. Pure and deterministic: the same
 * subject gives the same shots for ever, in every process.
 *
 * The gallery is a walk over the catalogue. Each of its lists is a wheel, all wheels turn by one notch a shot, so
 * that neighbours differ in everything; wheels that come round together before all combinations were seen
 * are put out of step by a notch. So no combination comes twice before each has come once.
 */
import { LIGHTS_PER_PLACE, PLACES } from './catalogue/places.ts';
import { POSES } from './catalogue/poses.ts';
import { AVATAR_LOOK, TRAINING_LOOKS } from './catalogue/training.ts';
import type { CharacterAttributes } from '../character.ts';
import { buildPrompt } from './prompt.ts';
import { ANGLES, EXPRESSIONS } from '../shot.ts';
import type { PlannedShot, ShotLook } from '../shot.ts';

/** Who is to be pictured, with the locked seed (0 … 2^32 − 1). */
export interface Subject {
  attributes: CharacterAttributes;
  seed: number;
}

const WHEELS = [PLACES.length, POSES.length, EXPRESSIONS.length, ANGLES.length, LIGHTS_PER_PLACE] as const;

/** Where the wheels stand for the first picture: past the plain frontal close-up, which the training set has. */
const START = 2;

/** How many gallery pictures differ in their look; after that many, looks repeat and seeds are derived. */
export const GALLERY_LOOKS = WHEELS.reduce((product, size) => product * size, 1);

/** The avatar first, then `training-01` … `training-10`. All have the character's own seed. */
export function planCharacter(subject: Subject): PlannedShot[] {
  const { attributes, seed } = subject;
  const avatar: PlannedShot = {
    name: 'avatar',
    kind: 'avatar',
    look: AVATAR_LOOK,
    prompt: buildPrompt(attributes, AVATAR_LOOK),
    seed,
  };
  const training = TRAINING_LOOKS.map((look, index): PlannedShot => {
    const name = `training-${String(index + 1).padStart(2, '0')}`;
    return { name, kind: 'training', look, prompt: buildPrompt(attributes, look), seed };
  });
  return [avatar, ...training];
}

/**
 * `count` gallery shots, one at a time: `gallery-0001` … (more digits when needed), numbered within this pack.
 * `from`: how many gallery shots the character already has; the catalogue goes on there. Both are whole numbers ≥ 0.
 */
export function* planPack(subject: Subject, count: number, from = 0): Generator<PlannedShot> {
  const { attributes, seed } = subject;
  for (let ordinal = 1; ordinal <= count; ordinal++) {
    const index = from + ordinal - 1;
    const look = galleryLook(index);
    yield {
      name: `gallery-${String(ordinal).padStart(4, '0')}`,
      kind: 'gallery',
      look,
      prompt: buildPrompt(attributes, look),
      seed: derivedSeed(seed, Math.floor(index / GALLERY_LOOKS)),
    };
  }
}

/** The look of a character's gallery picture number `index` (0, 1, …). Repeats after `GALLERY_LOOKS`. */
export function galleryLook(index: number): ShotLook {
  const [placeAt = 0, poseAt = 0, expressionAt = 0, angleAt = 0, lightAt = 0] = wheelPositions(WHEELS, index + START);
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

/**
 * The seed of a shot whose prompt comes for the `cycle`-th time again; the character's own for cycle 0. All cycles
 * below 2^32 differ from each other and from `seed`.
 */
export function derivedSeed(seed: number, cycle: number): number {
  return (seed ^ mix(cycle)) >>> 0;
}

/**
 * The seed of another take (1, 2, …) of a picture with this seed: 0 … 2^32 − 1. All takes of one differ from each
 * other and from it.
 */
export function takeSeed(seed: number, take: number): number {
  const mixed = mix((seed + Math.imul(take, 0x9e3779b1)) >>> 0);
  return mixed === seed ? mix(seed) : mixed;
}

/** Murmur3's finaliser: maps 32 bits one to one, and only 0 to 0. */
function mix(bits: number): number {
  let mixed = bits >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/**
 * Where wheels of these sizes stand at step `index`, each 0 … size − 1. All combinations come once in every
 * product-of-sizes steps, whatever the sizes; the first wheel moves at every step (if it has more than one notch).
 */
export function wheelPositions(sizes: readonly number[], index: number): number[] {
  const together = sizes.reduce(leastCommonMultiple, 1);
  const step = index % together;
  let lap = Math.floor(index / together);
  let before = 1;
  return sizes.map((size) => {
    const slips = greatestCommonDivisor(before, size);
    before = leastCommonMultiple(before, size);
    const slip = lap % slips;
    lap = Math.floor(lap / slips);
    return (((step + slip) % size) * spread(size)) % size;
  });
}

/** A stride near the golden section of `size` that visits all of it: neighbours in a list come far apart in time. */
function spread(size: number): number {
  let stride = Math.max(1, Math.round(size * 0.382));
  while (greatestCommonDivisor(stride, size) !== 1) stride++;
  return stride;
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

function leastCommonMultiple(a: number, b: number): number {
  return (a / greatestCommonDivisor(a, b)) * b;
}

function at<Item>(list: readonly Item[], index: number): Item {
  const item = list[index];
  if (item === undefined)
    throw new RangeError(`the catalogue has ${list.length} entries and was asked for number ${index}`);
  return item;
}
