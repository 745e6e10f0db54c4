/** What an earlier export wrote, and nobody has touched since, may be replaced. Nothing else is. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, open, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

/** In an exported folder: what was written there. No trainer reads it. */
export const MANIFEST = '.imggen-export.json';
/** The comment at the end of an exported zip; the SHA-256 of all that is before the sum follows, in hex. */
export const ARCHIVE_COMMENT = 'imggen training set sha256 ';
/** Length of the sum. */
export const SUM_CHARS = 64;

/** A zip ends with 22 bytes and its comment. */
const ARCHIVE_END_BYTES = 22 + ARCHIVE_COMMENT.length + SUM_CHARS;
const ARCHIVE_END = 'PK\u0005\u0006';
/** A manifest of a set of a hundred pictures has 30 kB. */
const MANIFEST_BYTES_MAX = 16 * 1024 * 1024;

/** Others that export to the same place move what is there away at the same moment. */
export const TRIES_MAX = 100;

const manifestSchema = z.object({ files: z.record(z.string(), z.string()) });

/** What an exported folder says of itself. */
export interface Manifest {
  /** SHA-256 of each file, by its name relative to the folder, with `/`. */
  files: Readonly<Record<string, string>>;
}

/** What lies where an export would is none, or was changed since. `problems`: one line for each file. */
export class ForeignFiles extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super('what is there was not written by an export');
    this.name = 'ForeignFiles';
    this.problems = problems;
  }
}

/** Why what lies at a path is not to be replaced, line by line; empty: nothing is there, or an export as it was. */
export async function foreignIn(path: string, isArchive: boolean): Promise<string[]> {
  for (let tries = 1; ; tries += 1) {
    const before = await lstat(path).catch(() => undefined);
    if (!before) return [];
    const look = lookedAt(path, before, isArchive);
    const isSame = await look.then(
      () => isStill(path, before),
      () => isStill(path, before),
    );
    // Another export has put its own there meanwhile: that is looked at.
    if (isSame || tries === TRIES_MAX) return look;
  }
}

async function isStill(path: string, before: Stats): Promise<boolean> {
  const now = await lstat(path).catch(() => undefined);
  return now?.ino === before.ino && now.dev === before.dev;
}

async function lookedAt(path: string, stats: Stats, isArchive: boolean): Promise<string[]> {
  if (stats.isSymbolicLink()) return [`${path} is a link`];
  if (!isArchive) return stats.isDirectory() ? foreignFiles(path) : [`${path} is not a folder`];
  const problem = stats.isFile() ? await archiveProblem(path) : notOurs(path);
  return problem === undefined ? [] : [problem];
}

const notOurs = (path: string): string => `${path} is not an export of imggen`;

async function archiveProblem(path: string): Promise<string | undefined> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const start = size - ARCHIVE_END_BYTES;
    if (start < 0) return notOurs(path);
    const { buffer } = await handle.read(Buffer.alloc(ARCHIVE_END_BYTES), 0, ARCHIVE_END_BYTES, start);
    const end = buffer.toString('latin1');
    const comment = end.slice(22, -SUM_CHARS);
    if (!end.startsWith(ARCHIVE_END) || comment !== ARCHIVE_COMMENT) return notOurs(path);
    return end.slice(-SUM_CHARS) === (await sumOf(path, size - SUM_CHARS)) ? undefined : `${path} was changed`;
  } finally {
    await handle.close();
  }
}

async function foreignFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  if (entries.length === 0) return [];
  const known = await readManifest(folder);
  if (!known) return [`${folder} has files, and no export of imggen is there`];
  const problems: string[] = [];
  const sums = new Map(Object.entries(known.files));
  const folders = new Set([...sums.keys()].flatMap(foldersOf));
  for (const entry of entries) {
    const path = join(entry.parentPath, entry.name);
    const name = path.slice(folder.length + 1).replaceAll('\\', '/');
    if (name === MANIFEST || (entry.isDirectory() && folders.has(name))) continue;
    const sum = sums.get(name);
    if (sum === undefined) problems.push(`${name}${entry.isDirectory() ? '/' : ''} is not of the export`);
    else if (!entry.isFile() || (await sumOf(path)) !== sum) problems.push(`${name} was changed`);
  }
  return problems;
}

/** `a/b/c.png`: `a`, `a/b`. */
function foldersOf(name: string): string[] {
  const parts = name.split('/').slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

async function readManifest(folder: string): Promise<Manifest | undefined> {
  const path = join(folder, MANIFEST);
  try {
    const stats = await lstat(path);
    // A pipe would be read for ever.
    if (!stats.isFile() || stats.size > MANIFEST_BYTES_MAX) return undefined;
    return manifestSchema.parse(JSON.parse(await readFile(path, 'utf8')));
  } catch {
    return undefined;
  }
}

/** SHA-256 of a file, or of so many bytes of it, in hex. */
export async function sumOf(path: string, bytes = Infinity): Promise<string> {
  const sum = createHash('sha256');
  for await (const piece of createReadStream(path, { end: bytes - 1 })) sum.update(piece as Buffer);
  return sum.digest('hex');
}
