/**
 * Paths as the ledger keeps them: inside the project relative to the ledger's folder, so that the project can be
 * moved.
 */
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';

/** The form that is kept. `folder`: the ledger's, undefined for one in memory. The project is the folder around it. */
export function keptPath(folder: string | undefined, path: string): string {
  if (folder === undefined) return path;
  const fromProject = relative(dirname(folder), path);
  const inside = fromProject !== '..' && !fromProject.startsWith(`..${sep}`) && !isAbsolute(fromProject);
  return inside ? relative(folder, path) : path;
}

/** The absolute path of one that was kept. */
export function absolutePath(folder: string | undefined, kept: string): string {
  return folder === undefined ? kept : resolve(folder, kept);
}
