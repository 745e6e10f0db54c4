/** Which pictures a gallery shows: the images of a character, and what stands in for those that failed. */
import { UserError } from '../errors.ts';
import type { GalleryFilter } from '../ledger/images.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import { knownCharacter } from './characters.ts';
import { knownJob } from './jobs.ts';
import type { Project } from './project.ts';

/** Which pictures a gallery shows. */
export interface GalleryOptions {
  kind?: Image['kind'] | undefined;
  /** A job's number or key. */
  job?: string | undefined;
  provider?: string | undefined;
  mark?: 'approved' | 'rejected' | 'favorite' | undefined;
  /** Not older than this, epoch milliseconds. */
  sinceMs?: number | undefined;
  /** At most so many. */
  limit?: number | undefined;
}

const KINDS = ['avatar', 'training', 'gallery'];
/** Marks that a gallery can be filtered by. */
const MARKS = ['approved', 'rejected', 'favorite'];

/** As the ledger has them, newest first. @throws {UserError} for a character or job that is not there. */
export function galleryImages(
  project: Pick<Project, 'ledger' | 'caller' | 'clean'>,
  id: string,
  options: GalleryOptions,
): { character: RegisteredCharacter; images: Image[] } {
  const character = knownCharacter(project, id);
  assertOptions(options);
  const { job, mark, ...filter } = options;
  const jobId = job === undefined ? undefined : knownJob(project, job).id;
  const { images: made, placeholders } = project.ledger.open();
  const images = made.gallery({ ...filter, ...markFilter(mark), jobId, characterKey: character.key });
  // Nobody marks a placeholder.
  const standIns = mark === undefined ? placeholders.shown(character.key).filter(fits({ ...filter, jobId })) : [];
  if (standIns.length === 0) return { character, images };
  const all = [...images, ...standIns].toSorted((a, b) => b.createdAtMs - a.createdAtMs || b.number - a.number);
  return { character, images: all.slice(0, filter.limit) };
}

function fits({
  kind,
  jobId,
  provider,
  sinceMs = 0,
}: Omit<GalleryOptions, 'job' | 'mark'> & { jobId?: number | undefined }) {
  return (image: Image) =>
    (kind === undefined || image.kind === kind) &&
    (jobId === undefined || image.jobId === jobId) &&
    (provider === undefined || image.provider === provider) &&
    image.createdAtMs >= sinceMs;
}

function assertOptions({ kind, mark, sinceMs, limit }: GalleryOptions): void {
  const problems: string[] = [];
  const oneOf = (name: string, value: string | undefined, allowed: readonly string[]) => {
    if (value === undefined || allowed.includes(value)) return;
    problems.push(`${name}: expected ${allowed.join(', ')}, got ${JSON.stringify(value)}`);
  };
  oneOf('kind', kind, KINDS);
  oneOf('mark', mark, MARKS);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0)) {
    problems.push('limit: expected a whole number above 0');
  }
  if (Number.isNaN(sinceMs)) problems.push('since: expected a date (2026-11-21) or an age (2h, 3d)');
  if (problems.length > 0) throw new UserError('this gallery can not be shown:', { problems });
}

function markFilter(mark: GalleryOptions['mark']): Pick<GalleryFilter, 'review' | 'favorite'> {
  if (mark === 'approved' || mark === 'rejected') return { review: mark };
  return mark === 'favorite' ? { favorite: true } : {};
}
