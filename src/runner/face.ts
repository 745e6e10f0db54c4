/** Which picture of a character shows its face to a provider, and where its file is. */
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
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

/** A picture's file: where the ledger says, else in another of these output folders; undefined: it is nowhere. */
export function fileOf(
  { path, characterId, filename, sizeBytes }: Image,
  outputs: readonly string[],
): string | undefined {
  const isThere = (file: string) => statSync(file, { throwIfNoEntry: false })?.size === sizeBytes;
  const elsewhere = () => outputs.map((output) => join(output, characterId, filename)).find(isThere);
  return path !== null && existsSync(path) ? path : elsewhere();
}

/** Said where a model takes the face and there is none to send. @param why as `mira has no avatar to refer to`. */
export function facelessText(why: string): string {
  return `${why}: these pictures are made from prompt and seed alone, and may show another face`;
}
