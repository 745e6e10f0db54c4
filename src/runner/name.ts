import { join } from 'node:path';
import type { InspectedImage } from '../images/inspect.ts';
import type { Image } from '../ledger/records.ts';
import type { AttemptContext, OpenAttempt } from './open-attempt.ts';
import { folderOf } from './staging.ts';

/**
 * T5: gives a staged picture its name, or tells the one it has. `taken`: that one turned out to be another file's.
 * @throws {LostLease}
 */
export function nameOf(
  context: Pick<AttemptContext, 'ledger' | 'imageName'>,
  { lease, job }: Pick<OpenAttempt, 'lease' | 'job'>,
  { facts, sha256 }: InspectedImage,
  taken = false,
): Image {
  const { sizeBytes, width, height, format, extension } = facts;
  const file = { sha256, sizeBytes, width, height, format, extension };
  const folder = folderOf(job);
  return context.ledger.images.named(lease, file, {
    nameOf: (number) => context.imageName(job.characterId, number, extension),
    pathOf: (filename) => join(folder, filename),
    taken,
  });
}
