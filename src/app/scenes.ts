import { createHash } from 'node:crypto';
import {
  checkedContext,
  checkedOutfit,
  checkedScenes,
  readContext,
  readScenes,
  type SceneInput,
} from '../config/scenes.ts';
import { UserError } from '../errors.ts';
import { sceneCounts, type ScenePlan } from '../plan/scenes.ts';
import type { Scene, StoryContext } from '../scene.ts';
import type { Project } from './project.ts';

/** What pictures show beside the character. */
export interface SceneOptions {
  /** In place of the config's; an empty list: the catalogue's poses and places. Paths are relative to the folder. */
  scenes?: readonly SceneInput[] | undefined;
  /** A file with more of them: YAML, JSON, JSONC, or one a line. */
  scenesFile?: string | undefined;
  /** Worn in all pictures, in place of the character's own clothes; a scene's own outfit wins. */
  outfit?: string | undefined;
  /** Said in every prompt; a text is the story. */
  context?: string | StoryContext | undefined;
  /** A file with it: YAML, JSON or JSONC with `story`, `place` and `mood`, or a text that is the story. */
  contextFile?: string | undefined;
}

/** What pictures show, checked. */
export interface Shown {
  /** Empty: the catalogue. Their pictures are files; for plans as they were given. */
  scenes: readonly Scene[];
  /** The same as they were given: what tells one request from another. */
  given: readonly Scene[];
  outfit?: string | undefined;
  context?: StoryContext | undefined;
}

/** What a caller asks to see, else what the config does. @throws {UserError} with every problem at once. */
export async function shownBy(
  { config, host, services }: Pick<Project, 'config' | 'host' | 'services'>,
  options: SceneOptions,
): Promise<Shown> {
  const { scenes, scenesFile, outfit, context, contextFile } = options;
  const [given, fromFile, clothes, story, storyFile] = await together([
    scenes === undefined || scenes.length === 0 ? [] : checkedScenes(scenes, host.cwd),
    scenesFile === undefined ? [] : readScenes(scenesFile, host.cwd),
    outfit === undefined ? undefined : checkedOutfit(outfit),
    context === undefined ? {} : checkedContext(context),
    contextFile === undefined ? {} : readContext(contextFile, host.cwd),
  ]);
  const own = scenes !== undefined || scenesFile !== undefined;
  const wanted = own ? [...given, ...fromFile] : config.scenes;
  return {
    scenes: await Promise.all(
      wanted.map(async (scene) => ({ ...scene, references: await services.references(scene.references ?? []) })),
    ),
    given: wanted,
    outfit: clothes,
    context: context === undefined && contextFile === undefined ? undefined : { ...storyFile, ...story },
  };
}

/**
 * Scenes with how many pictures of each. `total`: of all; undefined: as many as the scenes ask for.
 * @throws {UserError} when they ask for another number.
 */
export function countedScenes(
  scenes: readonly Scene[],
  kind: ScenePlan['kind'],
  total: number | undefined,
): ScenePlan & { count: number } {
  const counts = sceneCounts(scenes, total);
  if (counts) return { scenes, counts, kind, count: counts.reduce((sum, count) => sum + count, 0) };
  const own = scenes.reduce((sum, scene) => sum + (scene.count ?? 0), 0);
  const shared = scenes.filter((scene) => scene.count === undefined).length;
  const asked = shared === 0 ? `${own} in all` : `at least ${own + shared}`;
  throw new UserError(`the scenes (${scenes.length}) ask for ${asked}, and the count is ${total}`, {
    hint: 'leave the count out, change it, or change the counts of the scenes',
  });
}

/** Hash over what was asked for, the same for a plan and its run; undefined: nothing but the catalogue. */
export function planHashOf({
  given,
  outfit,
  context,
}: Pick<Shown, 'given' | 'outfit' | 'context'>): string | undefined {
  if (given.length === 0 && outfit === undefined && context === undefined) return undefined;
  return createHash('sha256')
    .update(JSON.stringify([given, outfit ?? null, context ?? null]))
    .digest('hex');
}

/** Waits for all; of several refusals makes one. @throws {UserError} */
async function together<const Loads extends readonly unknown[]>(
  loads: Loads,
): Promise<{ -readonly [Index in keyof Loads]: Awaited<Loads[Index]> }> {
  const ended = await Promise.allSettled(loads);
  const refusals = ended.flatMap((one): unknown[] => (one.status === 'rejected' ? [one.reason] : []));
  const [first] = refusals;
  if (refusals.length === 0) return Promise.all(loads);
  if (refusals.length === 1 || !refusals.every((reason) => reason instanceof UserError)) throw first;
  const problems = refusals.flatMap((error) => [error.message, ...error.problems.map((problem) => `  ${problem}`)]);
  throw new UserError('these pictures can not be planned:', { problems });
}
