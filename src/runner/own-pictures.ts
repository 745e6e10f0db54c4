/** A character's own pictures, as they go along with requests: found in the ledger, and on the disk. */
import { basename } from 'node:path';
import type { Image, Job } from '../ledger/records.ts';
import type { Reference } from '../shot.ts';
import type { RunnerContext } from './context.ts';
import { faceFor, facelessText, fileOf } from './face.ts';

/** What pictures are looked for with. */
export interface PicturesContext extends Pick<RunnerContext, 'ledger' | 'drawing' | 'outputs' | 'faceless'> {
  /** A warning, once a run. */
  warnOnce: (message: string) => void;
}

/** The picture that shows the face of a job's character; empty: there is none, which is said unless others do. */
export function avatarOf(context: PicturesContext, job: Job, isMissed: boolean): Reference[] {
  const { images } = context.ledger;
  const faces = images.faces(job.characterKey);
  const chosen = images.chosenFace(job.characterKey);
  const avatar = faceFor({ faces, chosen, drawing: context.drawing ?? new Set() });
  const path = avatar && fileOf(avatar, context.outputs());
  if (avatar && path !== undefined) return [pictureReference(avatar, path)];
  const why = faces.length > 0 && !avatar ? 'only a drawing for an avatar' : 'no avatar to refer to';
  if (isMissed && !context.faceless?.has(job.characterId))
    context.warnOnce(facelessText(`${job.characterId} has ${why}`));
  return [];
}

/** The other pictures of the character that go along; one that was rejected since, or is gone, is left out and said. */
export function picturesOf(context: PicturesContext, { characterKey, settings }: Job): Reference[] {
  return (settings.pictures ?? []).flatMap((picture) => {
    const image = context.ledger.images.withHash(characterKey, picture.sha256);
    const path = image && fileOf(image, context.outputs());
    if (path !== undefined && image?.review !== 'rejected') return [{ ...picture, path }];
    const why = path === undefined ? 'is gone' : 'was rejected';
    context.warnOnce(`${basename(picture.path)} ${why}: it does not go along with the pictures to come`);
    return [];
  });
}

/** An image as a reference of the face. */
export function pictureReference(
  { format, sha256, sizeBytes, width, height }: Pick<Image, 'format' | 'sha256' | 'sizeBytes' | 'width' | 'height'>,
  path: string,
): Reference {
  return { path, mime: mimeOf(format), sha256, sizeBytes, width, height };
}

function mimeOf(format: string): Reference['mime'] {
  return format === 'jpeg' ? 'image/jpeg' : format === 'webp' ? 'image/webp' : 'image/png';
}
