import { namedImages } from './images.ts';
import type { Project } from './project.ts';
import type { MARKS } from './gallery.ts';

/** A mark, or none. */
export type MarkValue = (typeof MARKS)[number] | null;

/**
 * Marks pictures; `null` takes the marks away. Returns their file names. @throws {UserError} that lists every name that
 * is none.
 */
export function markImages(
  project: Pick<Project, 'ledger' | 'caller' | 'clean'>,
  names: readonly string[],
  mark: MarkValue,
): string[] {
  const images = namedImages(project, names).flatMap((one) => one.images);
  for (const image of images) project.ledger.open().images.mark(image.id, mark);
  return images.map(({ filename }) => filename);
}
