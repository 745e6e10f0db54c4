/** What must hold of the files that a ledger tells of. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { inspectImage } from '../../../src/images/inspect.ts';
import { readMetadata } from '../../../src/images/metadata.ts';

export interface ImageRow {
  id: number;
  character_id: string;
  number: number;
  shot_id: number;
  filename: string;
  path: string;
  state: string;
  sha256: string;
  prompt: string;
  seed: number;
}

export function imageProblems(images: readonly ImageRow[], done: number): string[] {
  const problems: string[] = [];
  const nextOf = new Map<string, number>();
  const shots = new Set<number>();
  for (const image of images) {
    const expected = nextOf.get(image.character_id) ?? 1;
    if (image.number !== expected)
      problems.push(`${image.filename} has number ${image.number} where ${expected} was next`);
    nextOf.set(image.character_id, image.number + 1);
    if (shots.has(image.shot_id)) problems.push(`shot ${image.shot_id} has two images`);
    shots.add(image.shot_id);
    if (image.state !== 'stored') problems.push(`${image.filename} is ${image.state}`);
    problems.push(...fileProblems(image));
  }
  if (images.length !== done) problems.push(`${done} shots are done and there are ${images.length} images`);
  return problems;
}

function fileProblems(image: ImageRow): string[] {
  if (!existsSync(image.path)) return [`${image.filename} is not on disk`];
  const bytes = readFileSync(image.path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const problems = sha256 === image.sha256 ? [] : [`${image.filename} is not the file that the ledger hashed`];
  try {
    const { format } = inspectImage(bytes);
    if (readMetadata(bytes, format).xmp === undefined) problems.push(`${image.filename} does not say what made it`);
  } catch (error) {
    problems.push(`${image.filename}: ${(error as Error).message}`);
  }
  return problems;
}

/**
 * No file under a final name that the ledger does not know, and nothing left of what was staged, but for what may
 * belong to an attempt in doubt.
 */
export function folderProblems(
  folder: string,
  images: readonly ImageRow[],
  inDoubt: ReadonlySet<string> = new Set(),
): string[] {
  const known = new Set(images.map(({ path }) => path));
  const root = join(folder, 'images');
  if (!existsSync(root)) return images.length === 0 ? [] : ['there is no folder of pictures'];
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.flatMap((file) => {
    if (known.has(file)) return [];
    const key = /^([\w-]+)\.part(?:\.id)?(?:\.reserved)?$/.exec(basename(file))?.[1];
    if (key !== undefined && inDoubt.has(key))
      return isWhole(file) ? [`${file} holds a picture that is called in doubt`] : [];
    if (!file.endsWith('.part')) return [`${file} is no image of the ledger`];
    return isWhole(file) ? [`${file} holds a whole picture that has no name`] : [];
  });
}

function isWhole(file: string): boolean {
  try {
    inspectImage(readFileSync(file));
    return true;
  } catch {
    return false;
  }
}
