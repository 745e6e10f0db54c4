/**
 * The avatar and the 10 training pictures. Pure data.
 *
 * As LoRA practice asks: the same person from all sides, near and far, in varied light and expression, most
 * faces large, backgrounds from plain to scenic so that none of them is learned with the face.
 */
import type { Framing, ShotLook } from '../../shot.ts';

/** The face that all later pictures are compared with. */
export const AVATAR_LOOK: ShotLook = {
  pose: 'shoulders relaxed, head straight',
  angle: 'front',
  expression: 'soft smile',
  framing: 'head and shoulders',
  light: 'soft even studio light',
  background: 'a plain light grey studio backdrop',
  setting: 'plain',
};

/** The training set, in order. */
const TRAINING_LOOKS: readonly ShotLook[] = [
  {
    pose: 'head straight, face fully visible',
    angle: 'front',
    expression: 'neutral',
    framing: 'close-up',
    light: 'soft even frontal studio light',
    background: 'a plain white studio backdrop',
    setting: 'plain',
  },
  {
    pose: 'shoulders relaxed',
    angle: 'three-quarter left',
    expression: 'soft smile',
    framing: 'head and shoulders',
    light: 'a large softbox from the left',
    background: 'a plain warm beige studio backdrop',
    setting: 'plain',
  },
  {
    pose: 'shoulders level, posture upright',
    angle: 'three-quarter right',
    expression: 'serious',
    framing: 'head and shoulders',
    light: 'a soft key light from the right with gentle shadows',
    background: 'a plain charcoal studio backdrop',
    setting: 'plain',
  },
  {
    pose: 'head level, neck long',
    angle: 'profile left',
    expression: 'calm',
    framing: 'close-up',
    light: 'soft window light from the left',
    background: 'a plain cream-colored wall',
    setting: 'plain',
  },
  {
    pose: 'standing still beside a tall window',
    angle: 'profile right',
    expression: 'thoughtful',
    framing: 'head and shoulders',
    light: 'bright diffused window light from the right',
    background: 'a quiet hallway with pale walls',
    setting: 'indoor',
  },
  {
    pose: 'sitting at a wooden table, forearms resting on it',
    angle: 'slightly above',
    expression: 'broad smile',
    framing: 'waist up',
    light: 'warm morning light from a side window',
    background: 'a lived-in family dining room',
    setting: 'indoor',
  },
  {
    pose: 'standing with arms folded',
    angle: 'slightly below',
    expression: 'confident',
    framing: 'waist up',
    light: 'soft light under a bright cloudy sky',
    background: 'a modern city square with glass buildings',
    setting: 'outdoor',
  },
  {
    pose: 'standing with weight on one leg, arms relaxed',
    angle: 'three-quarter right',
    expression: 'laughing',
    framing: 'three-quarter length',
    light: 'warm golden-hour sun from the side',
    background: 'a meadow with wildflowers and distant hills',
    setting: 'outdoor',
  },
  {
    pose: 'standing with one hand resting on a workbench',
    angle: 'three-quarter left',
    expression: 'curious',
    framing: 'three-quarter length',
    light: 'mixed daylight and warm ceiling lamps',
    background: 'a tidy carpentry workshop',
    setting: 'indoor',
  },
  {
    pose: 'standing upright, arms at the sides',
    angle: 'front',
    expression: 'determined',
    framing: 'full body',
    light: 'open shade on a clear afternoon',
    background: 'a tree-lined avenue',
    setting: 'outdoor',
  },
];

/** How many training looks there are: each view in each place. */
export const TRAINING_LOOKS_MAX = TRAINING_LOOKS.length ** 2;

/** A view that was made for its own place, in another: what the body does there without the furniture. */
const POSE_ELSEWHERE: Readonly<Partial<Record<Framing, string>>> = {
  'head and shoulders': 'shoulders relaxed, posture upright',
  'waist up': 'arms relaxed at the sides',
  'three-quarter length': 'standing with weight on one leg',
};

/**
 * The look of a training picture, `index` 0 … `TRAINING_LOOKS_MAX` − 1: the set first, then the same views in each
 * other's places.
 */
export function trainingLook(index: number): ShotLook {
  const sets = TRAINING_LOOKS.length;
  const lap = Math.floor(index / sets);
  const view = TRAINING_LOOKS[index % sets];
  const place = TRAINING_LOOKS[(index + lap) % sets];
  if (!view || !place || lap >= sets) throw new RangeError(`there is no training look ${index}`);
  if (lap === 0) return view;
  const { light, background, setting } = place;
  return { ...view, pose: POSE_ELSEWHERE[view.framing] ?? view.pose, light, background, setting };
}
