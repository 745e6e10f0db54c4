import { StorageError, UserError } from '../errors.ts';
import type { Image } from '../ledger/records.ts';
import { isVisible } from './characters.ts';
import { filesLeft, foldersOf, partsLeft, rowsLeft, type Leftover } from './leftovers.ts';
import { placeholdersLeft } from './placeholders.ts';
import type { Project } from './project.ts';
import { referencesLeft } from './references-left.ts';
import { removePicture } from './removal.ts';
import { setsLeft } from './sets-left.ts';
import { storageProblem } from './storage-problem.ts';
import { assetsOf, patiently } from './store-numbers.ts';

/** What looking for leftovers found. */
export interface Findings {
  items: Leftover[];
  /** What could not be looked at, and why. */
  notes: string[];
  /** What is left alone, as this ledger did not make it. */
  foreign: string[];
}

/** What the use-cases need of a project. */
type CleaningProject = Pick<Project, 'config' | 'ledger' | 'services' | 'caller' | 'host' | 'clean'>;

/**
 * Looks for what belongs to nothing, of the caller's characters: on disk, in the ledger, in the store. Changes nothing.
 * @throws {UserError} `auth` when the store refuses the key.
 */
export async function findLeftovers(project: CleaningProject): Promise<Findings> {
  const ledger = project.ledger.openExisting();
  const found: Findings = { items: [], notes: [], foreign: [] };
  const visible = isVisible(ledger, project.caller);
  const own = ledger.characters.list().filter((row) => visible(row.key));
  for (const id of new Set(own.map((row) => row.id))) {
    for (const folder of foldersOf(project, id)) {
      const { items, foreign } = await filesLeft(ledger, id, folder);
      found.items.push(...items, ...partsLeft(project, id, folder));
      if (foreign > 0) found.foreign.push(foreignNote(foreign, folder));
    }
    found.items.push(...setsLeft(ledger, id));
    const rows = ledger.maintenance.images(id);
    found.items.push(...rowsLeft(ledger, rows), ...rejectedImages(project, rows), ...placeholdersLeft(ledger, id));
    await lookInStore(project, id, found);
  }
  found.items.push(...referencesLeft(project, project.ledger.open()));
  return found;
}

function foreignNote(pictures: number, place: string): string {
  const [were, them] = pictures === 1 ? ['picture was', 'it'] : ['pictures were', 'them'];
  return `${pictures} ${were} not made by this ledger: another may have made ${them}, left alone (${place})`;
}

function rejectedImages(project: CleaningProject, rows: readonly Image[]): Leftover[] {
  return rows
    .filter((row) => row.state === 'stored' && row.review === 'rejected')
    .map((row) => ({
      kind: 'rejected',
      characterId: row.characterId,
      what: row.filename,
      sizeBytes: row.path === null ? 0 : row.sizeBytes,
      remove: async () => {
        const gone = await removePicture(project, row);
        if (gone.problem !== undefined) throw new UserError(gone.problem);
        return gone.row;
      },
    }));
}

async function lookInStore(project: CleaningProject, id: string, found: Findings): Promise<void> {
  const { config, ledger, services, host, clean } = project;
  const name = config.storage.provider;
  if (name === 'none') return;
  const storage = await services.store(name);
  const numbers = () =>
    new Set(
      ledger
        .open()
        .maintenance.images(id)
        .map((row) => row.number),
    );
  try {
    // The store before the ledger: a picture has its row before it is uploaded.
    const held = await patiently(host, () => assetsOf(storage, id));
    const known = numbers();
    const takenOut = new Map([...ledger.open().maintenance.takenOut(id).values()].map((row) => [row.number, row]));
    let foreign = 0;
    for (const { number, asset } of held) {
      if (known.has(number)) continue;
      const ours = takenOut.get(number);
      if (!ours || (asset.md5 !== ours.md5 && asset.context['sha256'] !== ours.sha256)) {
        foreign += 1;
        continue;
      }
      found.items.push({
        kind: 'asset without a row',
        characterId: id,
        what: asset.key,
        sizeBytes: asset.sizeBytes,
        remove: async () =>
          !numbers().has(number) && (await storage.remove([asset.key], AbortSignal.timeout(60_000))) > 0,
      });
    }
    if (foreign > 0) found.foreign.push(foreignNote(foreign, name));
  } catch (error) {
    if (!(error instanceof StorageError)) throw error;
    if (error.failure === 'unauthorized') {
      throw storageProblem(error, {
        hint: 'correct the key, or look at the disk alone',
        advice: { code: 'leave-store-out' },
      });
    }
    found.notes.push(`${name} was not looked at for ${id}: ${clean(error.message)}`);
  }
}

/** What became of leftovers. */
export interface Cleaned {
  /** Those that are gone now. */
  gone: ReadonlySet<Leftover>;
  /** Why others stay, a sentence each. */
  problems: readonly string[];
}

/** Removes leftovers one by one. What the store refuses or a process uses stays, for the next time. */
export async function removeLeftovers({ clean }: Pick<Project, 'clean'>, items: readonly Leftover[]): Promise<Cleaned> {
  const gone = new Set<Leftover>();
  const problems: string[] = [];
  for (const item of items) {
    try {
      if (await item.remove()) gone.add(item);
    } catch (error) {
      const known = error instanceof StorageError || error instanceof UserError;
      if (!known && (error as { code?: unknown }).code === undefined) throw error;
      problems.push(`${clean(item.what)}: ${clean((error as Error).message)}`);
    }
  }
  return { gone, problems };
}
