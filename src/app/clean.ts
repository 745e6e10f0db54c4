import { StorageError, UserError } from '../errors.ts';
import type { Image } from '../ledger/records.ts';
import { ownedCharacters } from './characters.ts';
import type { House } from './house.ts';
import { filesLeft, foldersOf, partsLeft, rowsLeft, type Leftover } from './leftovers.ts';
import { assetsOf, patiently } from './numbers.ts';
import { removePicture, Stores } from './removal.ts';
import { storageProblem } from './services.ts';

/** What `imggen clean` found. */
export interface Findings {
  items: Leftover[];
  /** What could not be looked at, or is left alone, and why. */
  notes: string[];
}

/** Looks for leftovers of the caller's characters: on disk, in the ledger, in the store. Changes nothing. @throws {UserError} exit 5 */
export async function findLeftovers(house: House): Promise<Findings> {
  const ledger = house.ledger();
  const stores = new Stores(house);
  const found: Findings = { items: [], notes: [] };
  const mine = ownedCharacters(house, ledger);
  for (const { id } of ledger.characters.list().filter((row) => mine(row.id))) {
    for (const folder of foldersOf(house, id))
      found.items.push(...filesLeft(house, id, folder), ...partsLeft(house, id, folder));
    const rows = ledger.maintenance.images(id);
    found.items.push(...rowsLeft(house, rows), ...rejected(house, stores, rows));
    await lookInStore(house, stores, { id, found });
  }
  return found;
}

function rejected(house: House, stores: Stores, rows: readonly Image[]): Leftover[] {
  return rows
    .filter((row) => row.state === 'stored' && row.mark === 'rejected')
    .map((row) => ({
      kind: 'rejected',
      characterId: row.characterId,
      what: row.filename,
      sizeBytes: row.path === null ? 0 : row.sizeBytes,
      remove: async () => {
        const gone = await removePicture(house, stores, row);
        if (gone.problem !== undefined) house.host.stderr.write(`${row.filename}: ${gone.problem}\n`);
        return gone.row && gone.problem === undefined;
      },
    }));
}

async function lookInStore(
  house: House,
  stores: Stores,
  { id, found }: { id: string; found: Findings },
): Promise<void> {
  const name = house.config.storage.provider;
  if (name === 'none') return;
  const storage = await stores.get(name);
  try {
    // The store before the ledger: a picture has its row before it is uploaded.
    const held = await patiently(house, () => assetsOf(storage, id));
    const isNamed = (number: number) =>
      house
        .ledger()
        .maintenance.images(id)
        .some((row) => row.number === number);
    const known = new Set(
      house
        .ledger()
        .maintenance.images(id)
        .map((row) => row.number),
    );
    for (const { number, asset } of held) {
      if (known.has(number)) continue;
      found.items.push({
        kind: 'asset without a row',
        characterId: id,
        what: asset.publicId,
        sizeBytes: asset.sizeBytes,
        remove: async () =>
          !isNamed(number) && (await storage.remove([asset.publicId], AbortSignal.timeout(60_000))) > 0,
      });
    }
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.failure === 'unauthorized')
      throw storageProblem(house, error, 'mend the key, or look at the disk alone: --storage none');
    found.notes.push(`${name} was not looked at for ${id}: ${house.clean(error.message)}`);
  }
}

/** Takes them away, one by one; tells which are gone. What is refused by the store or in use stays, for the next time. */
export async function removeLeftovers(house: House, items: readonly Leftover[]): Promise<Set<Leftover>> {
  const gone = new Set<Leftover>();
  for (const item of items) {
    try {
      if (await item.remove()) gone.add(item);
    } catch (error) {
      if (
        !(error instanceof StorageError) &&
        !(error instanceof UserError) &&
        (error as { code?: unknown }).code === undefined
      )
        throw error;
      house.host.stderr.write(`${house.clean(item.what)}: ${house.clean((error as Error).message)}\n`);
    }
  }
  return gone;
}
