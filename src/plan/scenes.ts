/**
 * Pictures of the user's own scenes. A scene stands in place of the catalogue's place, pose and light; the camera walks
 * around it: where neither framing nor angle is given, 15 views come before a seed has to differ. Pure and
 * deterministic.
 */
import type { Scene } from '../scene.ts';
import type { Angle, Framing, PlannedShot, ShotKind, ShotLook, ShotSettings } from '../shot.ts';
import { tidy } from './identity.ts';
import type { Subject } from './plan.ts';
import { buildPrompt, EXPRESSION_WORDS } from './prompt.ts';
import { derivedSeed } from './seeds.ts';
import { settingOf } from './setting.ts';
import { at, combinationAt } from './combinations.ts';

/** How much is seen, where the scene does not say: a close-up would lose it. */
const FRAMINGS: readonly Framing[] = ['waist up', 'three-quarter length', 'full body'];
/** From where, where the scene does not say. */
const ANGLES: readonly Angle[] = [
  'front',
  'three-quarter left',
  'three-quarter right',
  'slightly above',
  'slightly below',
];

/** Scenes, and how many pictures of each. */
export interface ScenePlan {
  scenes: readonly Scene[];
  /** As many as scenes; see `sceneCounts`. */
  counts: readonly number[];
  kind: Exclude<ShotKind, 'avatar'>;
}

/** What there is of a character before a plan. */
export interface Earlier {
  /** Gallery shots. */
  from?: number | undefined;
  /** Tells whether a prompt was asked for with a seed. */
  isAsked?: ((prompt: string, seed: number) => boolean) | undefined;
}

/**
 * How many pictures each scene gets. A scene's own count wins; what is left of `total` is dealt to the others in turn,
 * from the first. Without a total each of the others gets one. Undefined: the total is too small for all scenes, or the
 * scenes' own counts add up to another.
 */
export function sceneCounts(scenes: readonly Pick<Scene, 'count'>[], total?: number): number[] | undefined {
  const own = scenes.reduce((sum, { count = 0 }) => sum + count, 0);
  const shared = scenes.filter(({ count }) => count === undefined).length;
  const left = total === undefined ? shared : total - own;
  if (left < shared || (shared === 0 && left > 0)) return undefined;
  let turn = 0;
  return scenes.map(({ count }) => {
    if (count !== undefined) return count;
    const share = Math.floor(left / shared) + (turn < left % shared ? 1 : 0);
    turn += 1;
    return share;
  });
}

/**
 * The shots, one at a time: the scenes in turn, so that a run that stops early has some of each. `from`: how many
 * gallery shots the character has already; it moves the camera on, so that another pack of the same scene is not the
 * same pictures. All have the character's own seed, or their scene's: another one only where the same prompt was asked
 * for with it, by an earlier shot of the plan or as `isAsked` tells.
 */
export function* planScenes(
  subject: Subject,
  { scenes, counts, kind }: ScenePlan,
  { from = 0, isAsked = () => false }: Earlier = {},
): Generator<PlannedShot> {
  const seen = new Map<string, { copies: number; first: number; cycles: Map<number, number> }>();
  const rounds = Math.max(0, ...counts);
  const digits = kind === 'training' ? 2 : 4;
  let ordinal = 0;
  for (let round = 0; round < rounds; round++) {
    for (const [index, scene] of scenes.entries()) {
      if (round >= (counts[index] ?? 0)) continue;
      ordinal += 1;
      // A scene that stands in the list twice is one scene. Neighbors begin with other views.
      const { count: _, ...same } = scene;
      const key = JSON.stringify(same);
      const { copies: copy, first, cycles } = seen.get(key) ?? { copies: 0, first: index, cycles: new Map() };
      seen.set(key, { copies: copy + 1, first, cycles });
      const name = `${kind}-${String(ordinal).padStart(digits, '0')}`;
      yield { name, kind, ...sceneShot(subject, scene, { index: from + first + copy, cycles, isAsked }) };
    }
  }
}

type SceneShot = Omit<PlannedShot, 'name' | 'kind'>;

/** @param taken.cycles the last cycle of seeds that each view of the scene has had. */
function sceneShot(
  subject: Subject,
  scene: Scene,
  taken: { index: number; cycles: Map<number, number>; isAsked: (prompt: string, seed: number) => boolean },
): SceneShot {
  const framings = scene.framing === undefined ? FRAMINGS : [scene.framing];
  const angles = scene.angle === undefined ? ANGLES : [scene.angle];
  const views = framings.length * angles.length;
  const { index, cycles, isAsked } = taken;
  const [framingAt = 0, angleAt = 0] = combinationAt([framings.length, angles.length], index);
  const look = sceneLook(subject, scene, { framing: at(framings, framingAt), angle: at(angles, angleAt) });
  const prompt = buildPrompt(subject.attributes, look, subject.context);
  const base = scene.seed ?? subject.seed;
  let cycle = (cycles.get(index % views) ?? -1) + 1;
  // A seed that the user gave is the first picture's, whatever was asked for before.
  while (scene.seed === undefined && isAsked(prompt, derivedSeed(base, cycle))) cycle += 1;
  cycles.set(index % views, cycle);
  const settings = settingsOf(scene);
  return {
    look,
    prompt,
    seed: derivedSeed(base, cycle),
    ...(Object.keys(settings).length > 0 ? { settings } : {}),
  };
}

function sceneLook(subject: Subject, scene: Scene, view: Pick<ShotLook, 'framing' | 'angle'>): ShotLook {
  const words = tidy(scene.prompt);
  const outfit = scene.outfit ?? subject.outfit;
  return {
    ...view,
    pose: tidy(scene.pose),
    expression: scene.expression ?? 'soft smile',
    light: tidy(scene.light),
    background: scene.expression === undefined ? words : `${words}, with ${EXPRESSION_WORDS[scene.expression]}`,
    setting: settingOf(words),
    isScene: true,
    ...(outfit === undefined ? {} : { outfit }),
  };
}

function settingsOf({ size, references = [] }: Scene): ShotSettings {
  return { ...size, ...(references.length > 0 ? { references } : {}) };
}
