import type { Character } from '../character.ts';
import type { SceneInput } from '../config/scenes.ts';
import { UserError } from '../errors.ts';
import { TRAINING_LOOKS_MAX } from '../plan/catalogue/training.ts';
import { planTraining } from '../plan/plan.ts';
import { planScenes } from '../plan/scenes.ts';
import type { PlannedShot } from '../shot.ts';
import type { Project } from './project.ts';
import { countedScenes, planHashOf, shownBy } from './scenes.ts';

/** Which training pictures are made. */
export interface TrainingOptions {
  /**
   * Another training set, in the user's own words. Left out: the set of the character's newest job, else ten pictures
   * from all sides.
   */
  training?: readonly SceneInput[] | undefined;
  /** A file with more of them: YAML, JSON, JSONC, or one a line. */
  trainingFile?: string | undefined;
  /** How many training pictures, 1 to 100. */
  trainingCount?: number | undefined;
}

/** A training set, and the hash over what was asked for; undefined: nothing was. */
export interface TrainingPlan {
  training: readonly PlannedShot[];
  planHash: string | undefined;
}

/** The training pictures that are asked for, else the ten of the catalogue. @throws {UserError} */
export async function plannedTraining(
  project: Pick<Project, 'config' | 'host' | 'services'>,
  character: Character,
  { training, trainingFile, trainingCount: count }: TrainingOptions,
): Promise<TrainingPlan> {
  if (count !== undefined && !(Number.isInteger(count) && count >= 1 && count <= TRAINING_LOOKS_MAX)) {
    throw new UserError(`expected 1 to ${TRAINING_LOOKS_MAX} training pictures, got ${JSON.stringify(count)}`, {
      hint: 'for example 20',
    });
  }
  if (training === undefined && trainingFile === undefined) {
    const planHash = count === undefined ? undefined : count === STANDARD_COUNT ? '' : `catalogue ${count}`;
    return { training: planTraining(character, count), planHash };
  }
  const shown = await shownBy(project, { scenes: training ?? [], scenesFile: trainingFile });
  const counted = countedScenes(shown.scenes, 'training', count);
  return { training: [...planScenes(character, counted)], planHash: `${planHashOf(shown)} ${counted.count}` };
}

/** What the catalogue's own set has. */
const STANDARD_COUNT = 10;
