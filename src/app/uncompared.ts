import { existsSync } from 'node:fs';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';

/**
 * How many pictures of a job with a gate (`minConsistency`) nobody has compared yet: a run was stopped or killed before
 * that, or a picture could not be read. Files that are gone are not waited for.
 * @param drawing providers whose pictures are no photographs.
 */
export function uncompared(
  { scores, images }: Pick<Ledger, 'scores' | 'images'>,
  { id, settings }: Pick<Job, 'id' | 'settings'>,
  drawing: ReadonlySet<string>,
): number {
  if (settings.minConsistency === undefined) return 0;
  const paths = scores.missing(id, drawing).map((imageId) => images.find(imageId)?.path ?? null);
  return paths.filter((path) => path !== null && existsSync(path)).length;
}
