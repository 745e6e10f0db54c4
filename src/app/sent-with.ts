/** Which pictures went along with the request that made a picture. */
import type { Ledger } from '../ledger/ledger.ts';
import type { Image } from '../ledger/records.ts';
import type { Reference } from '../shot.ts';

/** A picture that went along with a request. */
export type SentReference = Required<Pick<Reference, 'role' | 'path' | 'sha256'>> & {
  /** File name of the character's picture that it is; null: another file. */
  filename: string | null;
};

/** Tells references as programs see them, and those of the request that made an image, in the order they were sent. */
export function sentReferences({ attempts, images }: Pick<Ledger, 'attempts' | 'images'>) {
  const names = new Map<string, string | null>();
  // The same few pictures go along with all of a character's.
  const filenameOf = (characterKey: number, sha256: string): string | null => {
    const key = `${characterKey} ${sha256}`;
    const name = names.get(key) ?? images.withHash(characterKey, sha256)?.filename ?? null;
    names.set(key, name);
    return name;
  };
  const told = (characterKey: number, references: readonly Reference[]): SentReference[] =>
    references.map(({ role = 'face', path, sha256 }) => ({
      role,
      path,
      sha256,
      filename: filenameOf(characterKey, sha256),
    }));
  const ofImage = ({ attemptId, characterKey, sourceImageId }: Image) => ({
    references: told(characterKey, attemptId === null ? [] : (attempts.find(attemptId)?.request.references ?? [])),
    /** Also where nothing went along: file name of the picture that it was edited from. */
    source: sourceImageId === null ? null : (images.find(sourceImageId)?.filename ?? null),
  });
  return { told, ofImage };
}
