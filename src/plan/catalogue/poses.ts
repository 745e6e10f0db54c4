/**
 * What a body may do in a gallery picture, by how much of it is seen. Pure data.
 *
 * A pose names no gaze, no direction and no clothing: those are the angle's and the character's, and every pose
 * is combined with every place, angle and expression. `{seat}` and `{support}` are filled in by the place.
 */
import type { Framing } from '../../shot.ts';

/** A pose, as said in a prompt, and the one framing in which all of it is visible. */
export interface Pose {
  text: string;
  framing: Framing;
}

const BY_FRAMING: Readonly<Record<Framing, readonly string[]>> = {
  'close-up': [
    'head level and still',
    'chin resting lightly on one hand',
    'head tilted gently to one side',
    'chin slightly raised',
    'fingertips resting against one cheek',
    'one hand resting at the side of the neck',
    'chin slightly lowered',
    'both hands cupped under the chin',
  ],
  'head and shoulders': [
    'shoulders relaxed and level',
    'one shoulder eased slightly forward',
    'hands clasped under the chin',
    'one hand resting on the opposite shoulder',
    'leaning back against {support}',
    'one hand pressed lightly to the chest',
    'one arm resting on {support}',
    'holding a warm mug just below the chin',
    'shoulders squared, posture upright',
  ],
  'waist up': [
    'arms crossed loosely',
    'one hand on the hip',
    'hands clasped in front',
    'holding an open book in both hands',
    'holding a cup in both hands',
    'gesturing with one open hand as if in conversation',
    'sitting upright on {seat}',
    'leaning sideways against {support}',
    'one hand holding the opposite elbow',
    'holding a small bunch of flowers',
    'waving with one raised hand',
  ],
  'three-quarter length': [
    'standing with arms relaxed',
    'standing with hands behind the back',
    'standing with one hand in a pocket',
    'leaning back against {support}, arms folded',
    'sitting on {seat}, hands folded in the lap',
    'standing with thumbs hooked at the waist',
    'carrying a canvas bag over one shoulder',
    'pausing in mid-step',
    'sitting on the edge of {seat}, leaning slightly forward',
  ],
  'full body': [
    'walking at an easy pace',
    'standing with feet apart and arms loose',
    'sitting on {seat}, legs crossed at the ankles',
    'crouching with forearms on the knees',
    'leaning against {support}, one foot crossed over the other',
    'sitting on {seat}, one knee drawn up',
    'stretching both arms overhead',
    'balancing on one foot, arms out to the sides',
    'stepping forward in mid-stride',
    'standing tall, hands on the hips',
  ],
};

/** All poses, grouped by framing from near to far. */
export const POSES: readonly Pose[] = Object.entries(BY_FRAMING).flatMap(([framing, texts]) =>
  texts.map((text) => ({ text, framing: framing as Framing })),
);
