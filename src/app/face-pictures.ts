/** Pictures of a character that show its face to a model beside the avatar. */
import type { Ledger } from '../ledger/ledger.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { bestViewsFirst } from '../plan/views.ts';
import { pictureReference } from '../runner/own-pictures.ts';
import type { Reference } from '../shot.ts';

/** No model takes more pictures. */
const PICTURES_MAX = 16;

/**
 * The training pictures of a character that a person approved, best views of the face first, of each the most alike as
 * far as faces were compared; undefined: none. Never gallery pictures: chained edits lose the face. Never drawings, and
 * none beside a drawing that was chosen as the face: the user wants that one.
 */
export function approvedPictures(
  { images, scores }: Pick<Ledger, 'images' | 'scores'>,
  character: Pick<RegisteredCharacter, 'key'> | undefined,
  drawing: ReadonlySet<string>,
): Reference[] | undefined {
  if (!character) return undefined;
  const chosen = images.chosenFace(character.key);
  if (chosen && drawing.has(chosen.provider)) return undefined;
  const photos = images.approvedTraining(character.key).filter(({ image }) => !drawing.has(image.provider));
  const known = scores.ofCharacter(character.key);
  const rated = photos.map((photo) => ({ ...photo, likeness: known.get(photo.image.id)?.score }));
  const pictures = bestViewsFirst(rated)
    .slice(0, PICTURES_MAX)
    .flatMap(({ image }) => (image.path === null ? [] : [pictureReference(image, image.path)]));
  return pictures.length > 0 ? pictures : undefined;
}
