import { EXIT, StorageError, UserError } from '../errors.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { imageFilename, parseImageNumber } from '../names.ts';
import type { Storage, StoredAsset } from '../storage/storage.ts';
import type { House } from './house.ts';
import { readyStorage } from './services.ts';

const TRIES = 3;

/**
 * Makes sure that a character's next number is above all that the store of the config holds: a fresh ledger (a new CI
 * runner) goes on counting where another left off. A character that has pictures in the store already is only asked
 * for its next name, one call.
 * @throws {UserError} exit 5 for a bad key; exit 6 when a fresh character's store can't be read, unless `--yes`: the
 * numbers might be another's. Nothing would be overwritten (uploads never do), but the pictures could not be uploaded.
 */
export async function continueNumbers(house: House, row: RegisteredCharacter): Promise<void> {
  const ledger = house.ledger();
  const fresh = !ledger.images.hasUploaded(row.id);
  const storage = await readyStorage(house, house.config.storage.provider, () => {});
  if (!storage) return;
  try {
    const next = imageFilename(row.id, ledger.characters.find(row.id)?.nextNumber ?? 1, 'png').replace(/\.png$/, '');
    if (!fresh && (await storage.find(row.id, next, AbortSignal.timeout(20_000))) === undefined) return;
    const held = await patiently(house, () => assetsOf(storage, row.id));
    ledger.characters.numbersStartAfter(row.id, Math.max(0, ...held.map(({ number }) => number)));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (!fresh || house.flags.yes) return;
    throw new UserError(
      `${storage.name} can't be asked which numbers of ${row.id} are taken: ${house.clean(error.message)}`,
      {
        exitCode: EXIT.allFailed,
        hint: 'nothing was generated. Try again later, or count from what is on this disk: --yes; or go on without uploads: --storage none',
      },
    );
  }
}

/** A store's picture under one of our own names. */
export interface NumberedAsset {
  number: number;
  asset: StoredAsset;
}

/** All of a character's pictures in a store, by number; what is not named like ours is left out. @throws {StorageError} */
export async function assetsOf(storage: Storage, characterId: string): Promise<NumberedAsset[]> {
  const found: NumberedAsset[] = [];
  for await (const asset of storage.list(characterId, AbortSignal.timeout(300_000))) {
    const [folder, name = ''] = asset.publicId.split('/').slice(-2);
    const number = folder === characterId && !name.includes('.') ? parseImageNumber(characterId, name) : undefined;
    if (number !== undefined) found.push({ number, asset });
  }
  return found.toSorted((a, b) => a.number - b.number);
}

/** Reads are free: a store that stumbles is asked again, for some seconds. @throws {StorageError} */
export async function patiently<T>(house: House, read: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await read();
    } catch (error) {
      const passing =
        error instanceof StorageError &&
        (error.failure === 'unavailable' || (error.failure === 'rate-limited' && (error.retryAfterMs ?? 0) < 5_000));
      if (!passing || tries >= TRIES) throw error;
      await house.host.sleep(Math.max(300 * 2 ** tries, error.retryAfterMs ?? 0));
    }
  }
}
