import { StorageError, UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import { highestNumber, imageFilename, parseImageNumber } from '../names.ts';
import type { Storage, StoredAsset } from '../storage/storage.ts';
import type { Project } from './project.ts';

const TRIES = 3;

/** Who and where is asked. */
interface Question {
  characterId: string;
  /** Go on when the store of a new character can't be read. */
  acceptUnread: boolean;
}

/**
 * The highest number that the store of the config holds of a character, so that a fresh ledger (a new CI runner) goes
 * on counting where another left off. A character that has pictures in the store already is only asked for its next
 * name, one call. 0: nothing to pass over. Writes nothing.
 * @throws {UserError} `auth` for a bad key; `unavailable` when the store of a fresh character can't be read: the
 * numbers
 * might be another's. Nothing would be overwritten (uploads never do), but the pictures could not be uploaded.
 */
export async function highestStored(
  { ledger, services, host, clean }: Pick<Project, 'ledger' | 'services' | 'host' | 'clean'>,
  storeName: string,
  { characterId, acceptUnread }: Question,
): Promise<number> {
  const store = await services.checkedStore(storeName, () => {});
  if (!store) return 0;
  const known = ledger.exists ? ledger.open() : undefined;
  const fresh = known?.images.hasUploaded(characterId) !== true;
  const nextNumber = known?.characters.nextNumber(characterId) ?? 1;
  try {
    const next = imageFilename(characterId, nextNumber, 'png').replace(/\.png$/, '');
    if (!fresh && (await store.find(characterId, next, AbortSignal.timeout(20_000))) === undefined) return 0;
    const held = await patiently(host, () => assetsOf(store, characterId));
    return highestNumber(held.map(({ number }) => number));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!fresh || acceptUnread) return 0;
    throw new UserError(
      `${store.name} can't be asked which numbers of ${characterId} are taken: ${clean(error.message)}`,
      {
        kind: 'unavailable',
        hint: 'nothing was generated. Try again later, or count from what is on this disk, or go on without uploads',
        advice: { code: 'accept-unread-store' },
      },
    );
  }
}

/** A store's picture under one of our own names. */
export interface NumberedAsset {
  number: number;
  asset: StoredAsset;
}

/**
 * All of a character's pictures in a store, by number; what is not named like ours is left out. @throws {StorageError}
 */
export async function assetsOf(storage: Storage, characterId: string): Promise<NumberedAsset[]> {
  const found: NumberedAsset[] = [];
  for await (const asset of storage.list(characterId, AbortSignal.timeout(300_000))) {
    const [folder, name = ''] = asset.key.split('/').slice(-2);
    const number = folder === characterId && !name.includes('.') ? parseImageNumber(characterId, name) : undefined;
    if (number !== undefined) found.push({ number, asset });
  }
  const highest = highestNumber(found.map(({ number }) => number));
  return found.filter(({ number }) => number <= highest).toSorted((a, b) => a.number - b.number);
}

/** Reads are free: a store that fails is asked again, for some seconds. @throws {StorageError} */
export async function patiently<T>(host: Pick<Host, 'sleep'>, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      const passing =
        error instanceof StorageError &&
        (error.failure === 'unavailable' || (error.failure === 'rate-limited' && (error.retryAfterMs ?? 0) < 5_000));
      if (!passing || tries >= TRIES) throw error;
      await host.sleep(Math.max(300 * 2 ** tries, error.retryAfterMs ?? 0));
    }
  }
}
