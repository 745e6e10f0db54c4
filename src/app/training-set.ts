/** Which pictures of a character are good enough to train with, and why the others are not. */
import { nearDuplicates } from '../faces/similar.ts';
import { hashFile } from '../images/hash.ts';
import { decodePixels } from '../images/pixels.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';

/** Which pictures are taken. */
export interface ChoiceOptions {
  /** Pictures that nobody has approved are taken from this score on, 0 … 1. Left out: approved ones only. */
  minScore?: number | undefined;
  /** Approved gallery pictures, too. */
  gallery?: boolean | undefined;
}

/** Why a picture is left out. */
export type LeftOutWhy =
  | 'rejected'
  | 'superseded'
  | 'drawing'
  | 'not-approved'
  | 'low-score'
  | 'no-score'
  | 'only-stored'
  | 'gone'
  | 'changed'
  | 'not-decodable'
  | 'same-picture';

/** A picture that is not taken. */
export interface LeftOut {
  filename: string;
  why: LeftOutWhy;
  /** For people. */
  reason: string;
}

/** A picture that is taken, with its file. */
export interface Chosen extends Image {
  path: string;
  /** How alike its face is, 0 … 1; null: nobody has compared it. */
  likeness: number | null;
}

/** Both. */
export interface TrainingSet {
  /** Oldest first. */
  chosen: Chosen[];
  /** How many of the chosen are drawings of the local provider. */
  drawings: number;
  /** File names of those that look the same, as far as they were compared. */
  lookAlike: string[][];
  leftOut: LeftOut[];
}

/**
 * Chooses among the avatars and training pictures of a character. A person's word counts more than a score: what was
 * approved, or chosen as the face, is taken whatever its score, also a drawing; what was rejected never is.
 */
export async function chooseTrainingSet(
  { images, scores }: Pick<Ledger, 'images' | 'scores'>,
  character: Pick<RegisteredCharacter, 'key'>,
  { minScore, gallery = false, drawing }: ChoiceOptions & { drawing: ReadonlySet<string> },
): Promise<TrainingSet> {
  const kinds = ['avatar', 'training', ...(gallery ? ['gallery'] : [])];
  const all = kinds.flatMap((kind) => images.gallery({ characterKey: character.key, kind }));
  const face = images.chosenFace(character.key)?.id;
  const set: TrainingSet = { chosen: [], drawings: 0, lookAlike: [], leftOut: [] };
  const scored = scores.ofCharacter(character.key);
  const hashes: { name: string; hash: string }[] = [];
  const taken = new Map<string, string>();
  for (const image of all.toSorted((a, b) => a.id - b.id)) {
    const { filename, path, sha256 } = image;
    const no = (why: LeftOutWhy, reason: string) => void set.leftOut.push({ filename, why, reason });
    const { score = null, details } = scored.get(image.id) ?? {};
    const same = taken.get(sha256);
    if (image.review === 'rejected') no('rejected', 'rejected');
    else if (image.supersededBy !== null) no('superseded', 'another take has replaced it');
    else if (drawing.has(image.provider) && image.review !== 'approved' && image.id !== face)
      no('drawing', 'a drawing that nobody has approved');
    else if (image.review !== 'approved' && image.id !== face && !(score !== null && score >= (minScore ?? Infinity)))
      no(...notGoodEnough(score, minScore));
    else if (path === null) no('only-stored', 'only the store has it');
    else if (same !== undefined) no('same-picture', `the same as ${same}`);
    else {
      const problem = await fileProblem(path, sha256);
      if (problem) {
        no(...problem);
        continue;
      }
      taken.set(sha256, filename);
      set.chosen.push({ ...image, path, likeness: score });
      if (details?.hash) hashes.push({ name: filename, hash: details.hash });
      if (drawing.has(image.provider)) set.drawings += 1;
    }
  }
  return { ...set, lookAlike: nearDuplicates(hashes) };
}

function notGoodEnough(score: number | null, minScore: number | undefined): [LeftOutWhy, string] {
  if (minScore === undefined) return ['not-approved', 'nobody has approved it'];
  if (score === null) return ['no-score', 'nobody has approved it, and it has no score'];
  return ['low-score', `nobody has approved it, and its score is ${score.toFixed(2)}, below ${minScore}`];
}

/** What comes out is thrown away. */
const DECODED_PX = 16;

async function fileProblem(path: string, sha256: string): Promise<[LeftOutWhy, string] | undefined> {
  const sums = await hashFile(path).catch(() => undefined);
  if (!sums) return ['gone', 'its file is gone'];
  if (sums.sha256 !== sha256) return ['changed', 'its file was changed since it was made'];
  try {
    // Trainers decode it, too.
    await decodePixels(path, DECODED_PX);
    return undefined;
  } catch {
    return ['not-decodable', 'it can not be decoded'];
  }
}
