/** Pictures on disk, as the runner finds them: whole, half, or not at all. */
import { lstat } from 'node:fs/promises';
import { ProviderError } from '../errors.ts';
import {
  inspectAndHash,
  inspectAndHashFile,
  inspectFile,
  type ImageFacts,
  type InspectedImage,
} from '../images/inspect.ts';
import { keepReserved, reservedPath } from '../images/part-file.ts';
import type { Attempt, Image, Job } from '../ledger/records.ts';
import { partPathsOf, type OtherPlaces } from './staging.ts';

/** A whole picture on its way. */
export interface StagedPicture extends InspectedImage {
  /** What is to be written beside it, since its own bytes stay: they are signed, or hold another tool's XMP. */
  sidecar?: string | undefined;
}

/** The picture in a file with its hash; undefined when it holds none, or half a one. */
async function pictureAt(path: string): Promise<InspectedImage | undefined> {
  try {
    return await inspectAndHashFile(path);
  } catch {
    return undefined;
  }
}

/** The picture that bytes in memory are; undefined when they are none. */
export function pictureIn(bytes: Uint8Array): InspectedImage | undefined {
  try {
    return inspectAndHash(bytes);
  } catch {
    return undefined;
  }
}

/** A staged file that holds one whole picture; undefined when there is none such (nothing, half a file, no image). */
export async function wholeAt(path: string): Promise<ImageFacts | undefined> {
  try {
    return await inspectFile(path);
  } catch {
    return undefined;
  }
}

/**
 * A whole answer of an attempt, wherever it may have been staged; undefined when there is none. One that was written
 * whole by a process that was killed before it had named it is kept now.
 */
export async function findPart(
  context: OtherPlaces,
  { job, attempt }: { job: Job; attempt: Pick<Attempt, 'key'> },
): Promise<string | undefined> {
  const paths = partPathsOf(job, attempt.key, context);
  for (const path of paths) if (await wholeAt(path)) return path;
  for (const path of paths) {
    if (!(await isPlainFile(reservedPath(path))) || !(await wholeAt(reservedPath(path)))) continue;
    await keepReserved(path);
    return path;
  }
  return undefined;
}

/**
 * True for a file that holds a whole picture, or that can't be read now (no descriptors, a disk with errors) and may
 * hold one. A link is none of ours.
 */
export async function mayBeWhole(path: string): Promise<boolean> {
  if (!(await isPlainFile(path))) return false;
  return inspectFile(path).then(
    () => true,
    (error: unknown) => !(error instanceof ProviderError),
  );
}

/** True for a plain file: no link to one, no pipe. */
export function isPlainFile(path: string): Promise<boolean> {
  return lstat(path).then(
    (stats) => stats.isFile(),
    () => false,
  );
}

/**
 * The picture of a shot under its final name, linked before a crash that came before the ledger was told; else
 * undefined.
 */
export async function linkedBefore(image: Image | undefined): Promise<InspectedImage | undefined> {
  const picture = image?.path ? await pictureAt(image.path) : undefined;
  return picture?.sha256 === image?.sha256 ? picture : undefined;
}

/** What is wrong with a staged file that is no whole image; undefined when it is not there at all. */
export async function whyUnusable(path: string): Promise<ProviderError | undefined> {
  try {
    await inspectFile(path);
  } catch (error) {
    if (error instanceof ProviderError) return error;
  }
  return undefined;
}
