/** Which picture of a character shows its face to a provider. Pure. */
import type { Image } from '../ledger/records.ts';

/** What the choice depends on. */
export interface FaceChoice {
  /** Avatars that were not rejected, newest first. */
  faces: readonly Image[];
  /** The avatar that the user chose; undefined: none. */
  chosenId?: number | undefined;
  /** Names of providers whose pictures are drawings. */
  drawing: ReadonlySet<string>;
}

/**
 * The avatar that goes along with a request: the one that the user chose, else the newest photographic one. A drawing
 * holds no face: it is never sent unless it was chosen.
 */
export function faceFor({ faces, chosenId, drawing }: FaceChoice): Image | undefined {
  return faces.find(({ id }) => id === chosenId) ?? faces.find(({ provider }) => !drawing.has(provider));
}
