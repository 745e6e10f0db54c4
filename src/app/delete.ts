import { UserError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import { givenUpText, giveUp } from './give-up.ts';
import { namedImages, type Named } from './images.ts';
import { foldersOf } from './leftovers.ts';
import { removePlaceholders } from './placeholders.ts';
import type { Project } from './project.ts';
import { removeFolder, removePicture, type Removed } from './removal.ts';
import { removeLoras } from './remove-loras.ts';

/** How deleting is asked for. */
export interface DeleteOptions {
  /** Also where paid work of a character is not collected yet: it is given up, and counts as paid. Default: false. */
  uncollected?: boolean;
  /** Asked before anything is deleted; without it nothing is. */
  confirm?: (question: string) => boolean | Promise<boolean>;
  /** Told of a store that does not answer. */
  warn?: (message: string) => void;
}

/** What was deleted. */
export interface Deleted {
  /** Characters that were deleted as a whole. */
  characters: readonly string[];
  images: readonly Removed[];
  /** Files of their LoRAs that were removed. What the services have of those stays there. */
  loras: readonly string[];
}

/** What the use-case needs of a project. */
type DeletingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'caller' | 'clean'>;

/**
 * Removes pictures, or all of a character, from disk, store and gallery, once it is agreed to.
 * @throws {UserError} when a running process works on them, paid work is not collected yet (unless `uncollected`), or
 *   nobody agreed.
 */
export async function deleteImages(
  project: DeletingProject,
  names: readonly string[],
  { confirm, uncollected = false, warn = () => {} }: DeleteOptions,
): Promise<Deleted> {
  const ledger = project.ledger.openExisting();
  const named = namedImages(project, names, { characters: true });
  const asked = deletionOf(ledger, named);
  const { images, characters, lost } = asked;
  assertIdle(ledger, named, uncollected);
  // A store that refuses us is told of before anything is deleted.
  for (const store of new Set(images.flatMap((image) => image.upload?.store ?? []))) {
    await project.services.checkedStore(store, warn);
  }
  const pictures = images.length === 1 ? '1 picture' : `${images.length} pictures`;
  const loras = asked.loraIds.length;
  const what = loras === 0 ? pictures : `${pictures} and ${loras === 1 ? '1 LoRA' : `${loras} LoRAs`}`;
  if (!(await confirm?.(`Delete ${what} for ever, from disk and store${lost}?`))) {
    throw new UserError(`${what} would be deleted for ever, from disk and store${lost}; nothing was deleted`, {
      hint: 'deleting them needs a yes to the question',
      advice: { code: 'agree-to-delete' },
    });
  }
  // A question can stand for hours.
  assertIdle(ledger, named, uncollected);
  if (hasMore(deletionOf(ledger, namedImages(project, names, { characters: true })), asked))
    throw new UserError('more was made, asked for or collected while the question stood: nothing was deleted', {
      hint: 'delete it again: the question then counts what there is by now',
    });
  const gone: Removed[] = [];
  for (const image of images) gone.push(await removePicture(project, image));
  const weights: string[] = [];
  for (const { key, id } of characters) {
    await removePlaceholders(ledger, key);
    await giveUp(project, key, { uncollected });
    ledger.characters.forget(key);
    const folders = foldersOf(project, id);
    weights.push(...(await removeLoras(ledger, { key, id }, folders)));
    for (const folder of folders) removeFolder(folder);
  }
  return { characters: characters.map(({ id }) => id), images: gone, loras: weights };
}

/** All that goes with what was named. */
interface Deletion {
  images: readonly Image[];
  characters: readonly RegisteredCharacter[];
  loraIds: readonly number[];
  /** What is lost of characters beside pictures and LoRAs. */
  lost: string;
}

function deletionOf(ledger: Ledger, named: readonly Named[]): Deletion {
  const images = [...new Map(named.flatMap((one) => one.images).map((image) => [image.id, image])).values()];
  const characters = named.flatMap((one) => one.character ?? []);
  const loraIds = characters.flatMap(({ key }) => ledger.loras.ofCharacter(key).map(({ id }) => id));
  return { images, characters, loraIds, lost: givenUpText(ledger, characters) };
}

/** True where more would go by now than was asked about. */
function hasMore(now: Deletion, asked: Deletion): boolean {
  const known = new Set(asked.images.map(({ id }) => id));
  const isMade = now.images.some(({ id }) => !known.has(id)) || now.loraIds.some((id) => !asked.loraIds.includes(id));
  return isMade || now.lost !== asked.lost;
}

/**
 * @param uncollected paid work that is not collected yet is no obstacle.
 * @throws {UserError} while a running process works on a character, or paid work of one is not collected yet.
 */
function assertIdle(ledger: Ledger, named: readonly Named[], uncollected: boolean): void {
  const ids = new Set(
    named.flatMap(({ images, character }) => [
      ...images.map((image) => image.characterId),
      ...(character ? [character.id] : []),
    ]),
  );
  const busy = [...ids].filter((id) => ledger.maintenance.isAtWork(id));
  if (busy.length > 0) {
    throw new UserError(`a running process works on ${busy.join(', ')}: nothing was deleted`, {
      hint: 'wait for it, or cancel its job',
      advice: { code: 'cancel-job' },
    });
  }
  if (uncollected) return;
  const whole = named.flatMap((one) => one.character ?? []);
  const owed = whole.filter(({ key }) => ledger.maintenance.uncollected(key) > 0).map(({ id }) => id);
  if (owed.length > 0) {
    throw new UserError(`${owed.join(', ')}: paid work is not collected yet, nothing was deleted`, {
      hint: 'it is collected when its jobs are resumed; `uncollected` gives it up',
      advice: { code: 'collect-or-give-up' },
    });
  }
}
