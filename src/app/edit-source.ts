/** The picture that an edit changes: its file, its size, and whether it may go to the model at all. */
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, JobSettings } from '../ledger/records.ts';
import { sizeLike } from '../runner/aspect-ratio.ts';
import { fileOf } from '../runner/face.ts';
import { sourceOf, type GivenReference, type PlannedShot } from '../shot.ts';
import type { Asked } from './planned-job.ts';
import type { Project } from './project.ts';

/** The picture as it goes along. @throws {UserError} when its file is gone, or is not what was made. */
export async function sourceReference(
  { config }: Pick<Project, 'config'>,
  { maintenance }: Ledger,
  source: Image,
): Promise<GivenReference> {
  const picture = fileOf(source, [config.output, ...maintenance.outputs()]);
  if (picture === undefined) {
    throw new UserError(`the file of ${source.filename} is not on this disk`, {
      hint: 'nothing was sent. Put it back, or name another picture',
      advice: { code: 'list-pictures' },
    });
  }
  const { sha256 } = await hashFile(picture);
  if (sha256 === source.sha256) return { role: 'source', picture, sha256 };
  throw new UserError(`the picture has changed since it was made: ${picture}`, {
    hint: 'nothing was sent. Put back the file that was there, or name another picture',
  });
}

/**
 * The config with the size of the picture, unless one was asked for this time: as it is where the model makes that,
 * else one of its shape, else the config's own.
 */
export async function sizedAs(
  { config, services }: Pick<Project, 'config' | 'services'>,
  { width, height }: Image,
): Promise<Config> {
  const { given, provider } = config;
  if (given.size !== undefined || given.aspectRatio !== undefined) return config;
  const size = { width, height };
  const sized = { ...config, size, aspectRatio: undefined };
  if (provider === 'auto') return sized;
  const ready = await services.provider(provider);
  await services.learn(ready);
  const { sizes } = ready.provider.capabilities(ready.model);
  const like = sizeLike(sizes, size);
  return like ? { ...sized, size: like } : config;
}

/**
 * What is asked before a drawing is sent to a model of photographs; undefined: it is none, or was chosen as the face.
 */
export function drawingAsked(
  { services }: Pick<Project, 'services'>,
  { images }: Ledger,
  { source, settings: { provider, model } }: { source: Image; settings: JobSettings },
): Asked | undefined {
  const { filename, characterKey } = source;
  if (!services.drawing.has(source.provider) || images.chosenFace(characterKey)?.id === source.id) return undefined;
  const what = `${filename} is a drawing`;
  return {
    question: `${what}: send it to ${provider} (${model}) to be edited?`,
    refusal: new UserError(`${what}: it is not sent to ${provider} (${model}) unless you agree`, {
      hint: `nothing was sent. Agree to it, or edit a picture that ${provider} has made`,
      advice: { code: 'agree-to-drawing' },
    }),
  };
}

/**
 * The same before other takes of edits: undefined where each drawing has already gone to this provider, or none goes to
 * a model of photographs.
 */
export function drawingOfTakesAsked(
  project: Pick<Project, 'services'>,
  ledger: Ledger,
  { characterKey, settings, shots }: { characterKey: number; settings: JobSettings; shots: readonly Retaken[] },
): Asked | undefined {
  if (project.services.drawing.has(settings.provider)) return undefined;
  for (const { imageId, settings: own } of shots) {
    const sum = sourceOf(own?.references)?.sha256;
    if (sum === undefined || ledger.images.find(imageId)?.provider === settings.provider) continue;
    const source = ledger.images.withHash(characterKey, sum);
    const asked = source && drawingAsked(project, ledger, { source, settings });
    if (asked) return asked;
  }
  return undefined;
}

/** A picture of which another take is made. */
type Retaken = Pick<PlannedShot, 'settings'> & { imageId: number };
