/** What an earlier export wrote, and nobody has touched since, may be replaced. Nothing else is. */
import { createHash } from 'node:crypto';
import { lstat, open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** In an exported folder: what was written there. No trainer reads it. */
export const MANIFEST = '.imggen-export.json';
/** The comment at the end of an exported zip. */
export const ARCHIVE_COMMENT = 'imggen training set';

/** A zip ends with 22 bytes and its comment. */
const ARCHIVE_END_BYTES = 22 + ARCHIVE_COMMENT.length;
const ARCHIVE_END = 'PK\u0005\u0006';

const manifestSchema = z.object({ files: z.record(z.string(), z.string()) });

/** What an exported folder says of itself. */
export interface Manifest {
  /** SHA-256 of each file, by its name relative to the folder, with `/`. */
  files: Readonly<Record<string, string>>;
}

/** Why what lies at a path is not to be replaced, line by line; empty: nothing is there, or an export as it was. */
export async function foreignIn(path: string, isArchive: boolean): Promise<string[]> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return [];
  if (stats.isSymbolicLink()) return [`${path} is a link`];
  if (isArchive) return stats.isFile() && (await isOurArchive(path)) ? [] : [`${path} is not an export of imggen`];
  return stats.isDirectory() ? foreignFiles(path) : [`${path} is not a folder`];
}

async function isOurArchive(path: string): Promise<boolean> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    if (size < ARCHIVE_END_BYTES) return false;
    const { buffer } = await handle.read(
      Buffer.alloc(ARCHIVE_END_BYTES),
      0,
      ARCHIVE_END_BYTES,
      size - ARCHIVE_END_BYTES,
    );
    const end = buffer.toString('latin1');
    return end.startsWith(ARCHIVE_END) && end.endsWith(ARCHIVE_COMMENT);
  } finally {
    await handle.close();
  }
}

async function foreignFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => !entry.isDirectory());
  if (files.length === 0) return [];
  const known = await readManifest(folder);
  if (!known) return [`${folder} has files, and no export of imggen is there`];
  const problems: string[] = [];
  for (const entry of files) {
    const name = join(entry.parentPath, entry.name)
      .slice(folder.length + 1)
      .replaceAll('\\', '/');
    if (name === MANIFEST) continue;
    const sum = known.files[name];
    if (sum === undefined) problems.push(`${name} is not of the export`);
    else if (!entry.isFile() || (await sumOf(join(folder, name))) !== sum) problems.push(`${name} was changed`);
  }
  return problems;
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  try {
    return manifestSchema.parse(JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')));
  } catch {
    return undefined;
  }
}

async function sumOf(path: string): Promise<string> {
  return createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
}
