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
import { at, wheelPositions } from './wheels.ts';

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
 * same pictures.
 */
export function* planScenes(subject: Subject, { scenes, counts, kind }: ScenePlan, from = 0): Generator<PlannedShot> {
  const seen = new Map<string, { copies: number; first: number }>();
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
      const { copies: copy, first } = seen.get(key) ?? { copies: 0, first: index };
      seen.set(key, { copies: copy + 1, first });
      const name = `${kind}-${String(ordinal).padStart(digits, '0')}`;
      yield { name, kind, ...sceneShot(subject, scene, { copy, from: from + first }) };
    }
  }
}

type SceneShot = Omit<PlannedShot, 'name' | 'kind'>;

function sceneShot(subject: Subject, scene: Scene, { copy, from }: { copy: number; from: number }): SceneShot {
  const framings = scene.framing === undefined ? FRAMINGS : [scene.framing];
  const angles = scene.angle === undefined ? ANGLES : [scene.angle];
  const views = framings.length * angles.length;
  const index = from + copy;
  const [framingAt = 0, angleAt = 0] = wheelPositions([framings.length, angles.length], index);
  const look = sceneLook(subject, scene, { framing: at(framings, framingAt), angle: at(angles, angleAt) });
  // A seed that the user gave is the first picture's, however many there were before.
  const cycle = Math.floor((scene.seed === undefined ? index : copy) / views);
  const settings = settingsOf(scene);
  return {
    look,
    prompt: buildPrompt(subject.attributes, look, subject.context),
    seed: derivedSeed(scene.seed ?? subject.seed, cycle),
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
