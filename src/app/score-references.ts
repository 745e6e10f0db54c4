/** What a character's pictures are compared with when nothing is named. */
import { basename } from 'node:path';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { faceOf } from './avatar.ts';
import type { Project } from './project.ts';
import type { Scorable } from './scorable.ts';

/** What pictures are compared with: reference pictures, the avatar, or the other pictures. */
export type Against = 'references' | 'avatar' | 'pack';

/** The face references of a character's config, else its avatar, else nothing: each with the rest. */
export async function usualReferences(
  { config, ledger, services }: Pick<Project, 'config' | 'ledger' | 'services'>,
  character: RegisteredCharacter | undefined,
): Promise<{ against: Against; references: Scorable[] }> {
  if (!character) return { against: 'pack', references: [] };
  const isConfigured = config.character !== undefined && character.name === config.character.name;
  const given = isConfigured ? (config.character?.references ?? []).filter(({ role }) => role === 'face') : [];
  if (given.length > 0) {
    const files = await services.references(given);
    const references = files.map(({ picture }) => ({ name: basename(picture), path: picture, isDrawing: false }));
    return { against: 'references', references };
  }
  const avatar = faceOf(ledger.open(), character.key, services.drawing);
  // A drawing that was chosen as the face is nothing to compare with.
  if (!avatar || avatar.path === null || services.drawing.has(avatar.provider))
    return { against: 'pack', references: [] };
  const { filename: name, path } = avatar;
  return { against: 'avatar', references: [{ name, path, isDrawing: false, image: avatar }] };
}
