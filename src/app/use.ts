import { existsSync } from 'node:fs';
import { UserError } from '../errors.ts';
import { namedImage } from './images.ts';
import type { Project } from './project.ts';

/** The face of a character from now on. */
export interface UsedImage {
  characterId: string;
  filename: string;
  /** The one before; null: there was none. */
  before: string | null;
  /** It is no photograph: models that take the face get a drawing. */
  isDrawing: boolean;
}

/**
 * Makes a picture the face that goes along with all later ones.
 * @throws {UserError} for a name that is none, a picture that is rejected, or one whose file is gone.
 */
export function useImage(project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services'>, name: string): UsedImage {
  const image = namedImage(project, name);
  const { filename, characterKey, characterId, path } = image;
  if (image.review === 'rejected') {
    throw new UserError(`${filename} is rejected`, { hint: 'approve it first, or take another picture' });
  }
  if (path === null || !existsSync(path)) {
    throw new UserError(`the file of ${filename} is not on this disk`, {
      hint: 'put it back, or take another picture',
    });
  }
  const ledger = project.ledger.openExisting();
  const before = ledger.images.avatar(characterKey)?.filename ?? null;
  ledger.characters.chooseAvatar(characterKey, image.id);
  return { characterId, filename, before, isDrawing: project.services.drawing.has(image.provider) };
}
