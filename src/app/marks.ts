import { StorageError, UserError } from '../errors.ts';
import type { Marks } from '../ledger/images.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image } from '../ledger/records.ts';
import { namedImages } from './images.ts';
import type { Project } from './project.ts';

export type { Marks };

/** How marks are told. */
export interface MarkOptions {
  /** Told when the store could not be told of marks; they count all the same. */
  warn?: ((message: string) => void) | undefined;
}

/** Tags of a store that marks are. */
const TAGS = ['approved', 'rejected', 'favorite'] as const;
/** A store may take this long for one picture. */
const RETAG_TIMEOUT_MS = 20_000;

/**
 * Marks pictures: a review and being a favorite are independent; what is left out stays. Uploaded ones get the marks as
 * tags in their store; what can't be told now is told by the next mark or upload of the character. Returns their file
 * names.
 * @throws {UserError} that lists every name that is none.
 */
export async function markImages(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services'>,
  names: readonly string[],
  marks: Marks,
  { warn = () => {} }: MarkOptions = {},
): Promise<string[]> {
  const images = namedImages(project, names).flatMap((one) => one.images);
  const ledger = project.ledger.open();
  for (const image of images) ledger.images.mark(image.id, marks);
  for (const characterKey of new Set(images.map((image) => image.characterKey)))
    await tellMarks(project, ledger, { characterKey, warn });
  return images.map(({ filename }) => filename);
}

/** Tells stores the marks that they do not know yet; returns of how many pictures it could not. */
export async function tellMarks(
  { services, clean }: Pick<Project, 'services' | 'clean'>,
  ledger: Ledger,
  { characterKey, warn }: { characterKey: number; warn: (message: string) => void },
): Promise<number> {
  const untold: string[] = [];
  const unreachable = new Set<string>();
  let why = '';
  for (const image of ledger.uploads.unmarked(characterKey)) {
    const store = image.upload?.store ?? '';
    const problem = unreachable.has(store) ? undefined : await retag(services, image);
    if (problem === undefined && !unreachable.has(store)) {
      ledger.uploads.marked(image);
      continue;
    }
    untold.push(image.filename);
    if (!problem) continue;
    why ||= clean(problem.message);
    // What is refused is refused for this picture; else the store would let each of them wait.
    if (!(problem instanceof StorageError) || problem.failure !== 'rejected') unreachable.add(store);
  }
  if (untold.length === 0) return 0;
  const what = untold.length === 1 ? `the marks of ${untold[0]}` : `the marks of ${untold.length} pictures`;
  warn(`${what} count, but are not in the store yet: ${why}; the next mark or upload tells it`);
  return untold.length;
}

/** Why the store could not be told; undefined: it was, or has no tags. */
async function retag(services: Project['services'], image: Image): Promise<UserError | StorageError | undefined> {
  const { upload, review, favorite } = image;
  if (!upload || upload.key === null) return undefined;
  const has = (tag: string): boolean => tag === review || (tag === 'favorite' && favorite);
  const tags = { add: TAGS.filter(has), remove: TAGS.filter((tag) => !has(tag)) };
  try {
    const store = await services.store(upload.store);
    await store.retag?.(upload.key, tags, AbortSignal.timeout(RETAG_TIMEOUT_MS));
    return undefined;
  } catch (error) {
    if (error instanceof UserError || error instanceof StorageError) return error;
    throw error;
  }
}
