import type { Ledger } from '../ledger/ledger.ts';
import type { Image } from '../ledger/records.ts';
import { faceFor } from '../runner/face.ts';

/** The picture that goes along today as the face of a character; no drawing, unless it was chosen. */
export function faceOf(ledger: Ledger, characterKey: number, drawing: ReadonlySet<string>): Image | undefined {
  const { images } = ledger;
  return faceFor({ faces: images.faces(characterKey), chosen: images.chosenFace(characterKey), drawing });
}

/** The newest avatar that was rejected, when no other one serves; undefined: one serves, or there never was one. */
export function rejectedAvatar(ledger: Ledger, characterKey: number): Image | undefined {
  if (ledger.images.avatar(characterKey)) return undefined;
  return ledger.images.gallery({ characterKey, kind: 'avatar', review: 'rejected', superseded: false, limit: 1 })[0];
}
