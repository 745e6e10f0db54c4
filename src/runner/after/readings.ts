/** What is read of a saved picture, and kept of it; one that was paid and can't be decoded is read by no later try. */
import type { PictureFaces } from '../../faces/embedder.ts';
import type { PictureScore } from '../../faces/score.ts';
import { hashFile } from '../../images/hash.ts';
import { decodePixels } from '../../images/pixels.ts';
import type { Image, Score } from '../../ledger/records.ts';
import type { Reporter } from '../context.ts';
import type { Compared } from './compared-with.ts';

/** What comes out is thrown away. */
const DECODED_PX = 16;

/** More file names are only counted. */
const NAMED_MAX = 3;

/** The faces of a picture; undefined: it can't be decoded, which is told. @throws what else reading it threw. */
export async function readOrTell(
  image: Pick<Image, 'path' | 'filename' | 'sha256'>,
  read: (path: string) => Promise<PictureFaces>,
  { tell }: Pick<Reporter, 'tell'>,
): Promise<PictureFaces | undefined> {
  try {
    return await read(image.path ?? '');
  } catch (error) {
    const why = await whyUndecodable(image);
    if (why === undefined) throw error;
    const kept = 'it is kept as it came, and counts as one without a face';
    const message = `${image.filename} can't be decoded (${why}): ${kept}`;
    tell({ event: 'notice', level: 'warn', message });
    return undefined;
  }
}

/**
 * Why the file, as it was made, is no picture to anybody, or too large for this machine's memory; undefined: it is one,
 * or was changed. A file that is gone may come back.
 */
async function whyUndecodable({ path, sha256 }: Pick<Image, 'path' | 'sha256'>): Promise<string | undefined> {
  if (path === null) return undefined;
  const sums = await hashFile(path).catch(() => undefined);
  if (sums?.sha256 !== sha256) return undefined;
  return decodePixels(path, DECODED_PX).then(
    () => undefined,
    (error: unknown) => (error instanceof Error ? error.message : String(error)),
  );
}

/** How such a picture is compared: it shows no face. */
export function undecodable({ filename: name }: Pick<Image, 'filename'>): PictureScore {
  const nothing = { score: null, distances: {}, facesFound: 0, facePx: null, pose: null, hash: null };
  return { name, ...nothing, why: 'not-decodable' };
}

/** Says in which pictures no face was found: they have no likeness, and may show nobody. */
export function tellFaceless(filenames: readonly string[], { tell }: Pick<Reporter, 'tell'>): void {
  if (filenames.length === 0) return;
  const more = filenames.length > NAMED_MAX ? ` and ${filenames.length - NAMED_MAX} more` : '';
  const message = `no face was found in ${filenames.slice(0, NAMED_MAX).join(', ')}${more}: nothing was compared there`;
  tell({ event: 'notice', level: 'info', message });
}

/** A score as the ledger keeps it. */
export function keptScore(
  { id: imageId }: Image,
  { score, distances, why, facesFound, facePx, pose, hash }: PictureScore,
  against: Compared['against'],
): Omit<Score, 'atMs' | 'model'> {
  return { imageId, score, distances, details: { why, against, facesFound, facePx, pose, hash } };
}
