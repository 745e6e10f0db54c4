import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Ledger } from '../ledger/ledger.ts';
import { HALF_MS, type Leftover } from './leftovers.ts';
import type { Project } from './project.ts';
import { referencesFolder } from './reference-files.ts';
import { isFolder } from './removal.ts';

/** Names that fetched references have, and those under way. */
const OURS = /^(?:[0-9a-f]{64}\.(?:png|jpe?g|webp)|[0-9a-f-]{36}\.part(?:\.reserved)?)$/;

/** Fetched references that no job refers to: a run that was killed before anything was agreed to left them. */
export function referencesLeft({ config, host }: Pick<Project, 'config' | 'host'>, ledger: Ledger): Leftover[] {
  const folder = referencesFolder(config);
  const paths = isFolder(folder)
    ? readdirSync(folder)
        .filter((name) => OURS.test(name))
        .toSorted()
        .map((name) => join(folder, name))
    : [];
  const isLeft = (path: string) => {
    const found = lstatSync(path, { throwIfNoEntry: false });
    // A run that needs one touches it.
    return found?.isFile() && host.now() - found.mtimeMs > HALF_MS && !ledger.maintenance.isReferred(path);
  };
  return paths.filter(isLeft).map((what) => ({
    kind: 'unused reference',
    characterId: null,
    what,
    sizeBytes: lstatSync(what).size,
    remove: () => {
      if (!isLeft(what)) return false;
      unlinkSync(what);
      return true;
    },
  }));
}
