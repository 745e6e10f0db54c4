/**
 * How a face shows what the shot asks for: the style's own mouths, eyes and eyebrows, and the turn of the head. Pure
 * data.
 */
import type { Angle, Expression } from '../../shot.ts';

/** Variants of the style's parts. */
export interface Face {
  mouthVariant: string;
  eyesVariant: string;
  eyebrowsVariant: string;
}

const face = (mouthVariant: string, eyesVariant: string, eyebrowsVariant: string): Face => ({
  mouthVariant,
  eyesVariant,
  eyebrowsVariant,
});

/** Each of the twelve is its own combination. */
export const FACES: Readonly<Record<Expression, Face>> = {
  neutral: face('serious', 'default', 'defaultNatural'),
  'soft smile': face('twinkle', 'default', 'defaultNatural'),
  'broad smile': face('smile', 'default', 'raisedExcitedNatural'),
  laughing: face('smile', 'happy', 'raisedExcited'),
  serious: face('serious', 'squint', 'default'),
  thoughtful: face('serious', 'side', 'upDownNatural'),
  surprised: face('disbelief', 'surprised', 'raisedExcitedNatural'),
  confident: face('twinkle', 'squint', 'upDownNatural'),
  playful: face('tongue', 'wink', 'raisedExcitedNatural'),
  calm: face('twinkle', 'closed', 'default'),
  curious: face('default', 'side', 'raisedExcitedNatural'),
  determined: face('serious', 'squint', 'angryNatural'),
};

/** How far the features move within the head (which is 112 units wide), and how far the head leans, in degrees. */
export const TURNS: Readonly<Record<Angle, { dx: number; dy: number; leanDegrees: number }>> = {
  front: { dx: 0, dy: 0, leanDegrees: 0 },
  'three-quarter left': { dx: -7, dy: 0, leanDegrees: -1.5 },
  'three-quarter right': { dx: 7, dy: 0, leanDegrees: 1.5 },
  'profile left': { dx: -11, dy: 1, leanDegrees: -3 },
  'profile right': { dx: 11, dy: 1, leanDegrees: 3 },
  'slightly above': { dx: 0, dy: 6, leanDegrees: 0.5 },
  'slightly below': { dx: 0, dy: -6, leanDegrees: -0.5 },
};
