/** Pictures that are made from an existing one. Pure and deterministic. */
import type { PlannedShot, ShotLook, ShotSettings } from '../shot.ts';
import { tidy } from './identity.ts';
import { derivedSeed } from './seeds.ts';
import { settingOf } from './setting.ts';

/** What is edited, and how. */
export interface EditPlan {
  /** How the picture looks that is edited; undefined: nobody knows, another machine made it. */
  look: ShotLook | undefined;
  /** Sent as it is; empty for a model that takes none. */
  prompt: string;
  /** Of the first take: 0 … 2^32 − 1. */
  seed: number;
  count: number;
  /** The picture itself, which goes along with each. */
  settings: ShotSettings;
  /** Tells whether an edit of the same picture was asked for with this prompt and seed. */
  isAsked: (prompt: string, seed: number) => boolean;
}

/** The takes of an edit: the same prompt, each with a seed with which it was not asked for yet. */
export function planEdits({ prompt, seed, count, settings, isAsked, ...plan }: EditPlan): PlannedShot[] {
  const look = prompt === '' ? (plan.look ?? UNKNOWN_LOOK) : editedLook(plan.look ?? UNKNOWN_LOOK, prompt);
  const shots: PlannedShot[] = [];
  for (let cycle = 0; shots.length < count; cycle += 1) {
    const own = derivedSeed(seed, cycle);
    if (isAsked(prompt, own)) continue;
    const name = `edit-${String(shots.length + 1).padStart(2, '0')}`;
    shots.push({ name, kind: 'gallery', look, prompt, seed: own, settings });
  }
  return shots;
}

const UNKNOWN_LOOK: ShotLook = {
  pose: '',
  angle: 'front',
  expression: 'soft smile',
  framing: 'waist up',
  light: '',
  background: '',
  setting: 'outdoor',
};

/** What the local provider draws for an edit: the same figure, and what the words of the prompt name around it. */
function editedLook(look: ShotLook, prompt: string): ShotLook {
  const words = tidy(prompt);
  return { ...look, background: words, setting: settingOf(words), isScene: true };
}
