/** Which picture of a character shows its face to a provider. Pure. */
import type { Image } from '../ledger/records.ts';

/** What the choice depends on. */
export interface FaceChoice {
  /** Avatars that were not rejected, newest first. */
  faces: readonly Image[];
  /** The picture that the user chose; undefined: none. */
  chosen?: Image | undefined;
  /** Names of providers whose pictures are drawings. */
  drawing: ReadonlySet<string>;
}

/**
 * The picture that goes along with a request as the face: the one that the user chose, else the newest photographic
 * avatar. A drawing holds no face: it is never sent unless it was chosen.
 */
export function faceFor({ faces, chosen, drawing }: FaceChoice): Image | undefined {
  return chosen ?? faces.find(({ provider }) => !drawing.has(provider));
}
