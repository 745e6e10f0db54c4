/** Folders that pictures and their parts lie in. */
import { lstatSync, type Stats } from 'node:fs';
import { mkdir, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { systemCode } from '../errors.ts';

/**
 * A folder of ours is a link: what is written there would land somewhere else. The output folder itself may be one;
 * nothing below it.
 */
export class LinkInTheWay extends Error {
  readonly code = 'ELOOP';
  readonly path: string;

  constructor(path: string) {
    super(`${path} is a link: what belongs there would be written somewhere else`);
    this.name = 'LinkInTheWay';
    this.path = path;
  }
}

/** Makes the folder and its parents where missing: 0700 for a dot folder (the ledger's), 0755 for the others. */
export async function ensureFolder(path: string): Promise<void> {
  const mode = basename(path).startsWith('.') ? 0o700 : 0o755;
  try {
    await mkdir(path, { mode });
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' && dirname(path) !== path) {
      await ensureFolder(dirname(path));
      // Not ensureFolder again: where the parent is there and the folder still can't be made (/proc), that would never
      // end.
      await mkdir(path, { mode }).catch(async (again: unknown) => {
        if (!(await isFolder(path))) throw again;
      });
    } else if (!(await isFolder(path))) throw error; // EEXIST, or EROFS and EISDIR for what is there
  }
}

/** In a character's folder: the weights of its LoRAs. */
export const LORA_FOLDER = 'lora';
/** Folders inside of a character's. */
const INNER = new Set(['.parts', 'thumbnails', LORA_FOLDER]);

/**
 * The same for a character's folder, or one inside of it.
 * @throws {LinkInTheWay} when it is a link, or the character's folder around it; nothing is made then.
 */
export async function ensureOwnFolder(path: string): Promise<void> {
  const own = INNER.has(basename(path)) ? [dirname(path), path] : [path];
  let there: Stats | undefined;
  for (const folder of own) {
    // Not by a thread: the way there and back takes ten times as long as the look.
    there = lookAt(folder);
    if (there?.isSymbolicLink()) throw new LinkInTheWay(folder);
  }
  // The usual case: one look a folder, and no error made by making it again.
  if (!there?.isDirectory()) await ensureFolder(path);
}

function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
}
