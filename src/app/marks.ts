import type { Marks } from '../ledger/images.ts';
import { namedImages } from './images.ts';
import type { Project } from './project.ts';

export type { Marks };

/**
 * Marks pictures: a review and being a favorite are independent; what is left out stays. Returns their file names.
 * @throws {UserError} that lists every name that is none.
 */
export function markImages(
  project: Pick<Project, 'ledger' | 'caller' | 'clean'>,
  names: readonly string[],
  marks: Marks,
): string[] {
  const images = namedImages(project, names).flatMap((one) => one.images);
  for (const image of images) project.ledger.open().images.mark(image.id, marks);
  return images.map(({ filename }) => filename);
}
