import { existsSync } from 'node:fs';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, JobSettings, RegisteredCharacter } from '../ledger/records.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Notice } from './prepare.ts';

/** The newest avatar that was rejected, when no other one serves; undefined: one serves, or there never was one. */
export function rejectedAvatar(ledger: Ledger, characterKey: number): Image | undefined {
  if (ledger.images.avatar(characterKey)) return undefined;
  return ledger.images.gallery({ characterKey, kind: 'avatar', review: 'rejected', superseded: false, limit: 1 })[0];
}

/**
 * What is to be known of the face before anything is paid: that no picture goes along although the model takes one.
 * Undefined: one does, or the model takes none.
 */
export function faceWarning(
  ledger: Ledger | undefined,
  character: { id: string; registered: RegisteredCharacter | undefined },
  { ready, settings }: { ready: ReadyProvider; settings: JobSettings },
): Notice | undefined {
  const { id, registered } = character;
  const { model, references, pictures = [] } = settings;
  if (references.length + pictures.length > 0 || ready.provider.capabilities(model).referencesMax === 0)
    return undefined;
  const avatar = registered && ledger?.images.avatar(registered.key);
  if (avatar?.path && existsSync(avatar.path)) return undefined;
  const rejected = registered && ledger && rejectedAvatar(ledger, registered.key);
  const why = rejected ? `the avatar of ${id} is rejected (${rejected.filename})` : `${id} has no avatar to refer to`;
  return {
    message: `${why}: these pictures are made from prompt and seed alone, and may show another face`,
    advice: { code: 'make-avatar' },
  };
}
