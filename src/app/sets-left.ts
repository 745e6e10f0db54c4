/** Training sets that nobody is to send: their trainings have failed for good, were canceled, or are done. */
import { lstatSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import type { Leftover } from './leftovers.ts';
import { isFolder } from './removal.ts';

/**
 * The sets of the trainings of a character that have ended. One that is held keeps its set: it may have to be sent
 * again. Sets that no job of this ledger names may be another's, and are left alone.
 */
export function setsLeft(ledger: Ledger, characterId: string): Leftover[] {
  return [...setsOf(ledger, characterId)]
    .filter(([path, isNeeded]) => !isNeeded && sizeOf(path) !== undefined)
    .map(([path]) => ({
      kind: 'old training set',
      characterId,
      what: path,
      sizeBytes: sizeOf(path) ?? 0,
      remove: () => {
        if (setsOf(ledger, characterId).get(path) !== false || sizeOf(path) === undefined) return false;
        unlinkSync(path);
        return true;
      },
    }));
}

/** Path of a set → a training may still send it. */
function setsOf({ jobs }: Ledger, characterId: string): Map<string, boolean> {
  const sets = new Map<string, boolean>();
  for (const { id, state, settings, ...job } of jobs.list(100_000)) {
    if (settings.training === undefined || job.characterId !== characterId) continue;
    const { zip } = settings.training;
    sets.set(zip, sets.get(zip) === true || state === 'open' || jobs.counts(id).held > 0);
  }
  return sets;
}

/** Of a plain file in a real folder; undefined: it is none. */
function sizeOf(path: string): number | undefined {
  const stats = isFolder(dirname(path)) ? lstatSync(path, { throwIfNoEntry: false }) : undefined;
  return stats?.isFile() ? stats.size : undefined;
}
