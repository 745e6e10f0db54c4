/** Checks the reference pictures of a character before anything is paid for. */
import { open, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { dataBytes, isAddress, isData, referenceSchema, type WrittenReference } from '../given-reference.ts';
import { pathText, shown, type Problem } from './problems.ts';

/** What the strictest service takes (docs/providers.md, "OpenAI": under 50 MB each). */
const sizeMaxBytes = 50_000_000;

/**
 * Resolves paths against the folder of the config and looks at each picture. A file must be there, be a file of at most
 * 50 MB, and begin like a PNG, JPEG or WebP; a data URI must hold such bytes; an address must be one of https, and is
 * not asked yet.
 */
export async function checkReferences(
  references: readonly unknown[],
  dir: string,
  place: readonly PropertyKey[],
): Promise<{ references: WrittenReference[]; problems: Problem[] }> {
  const fine: WrittenReference[] = [];
  const problems: Problem[] = [];
  for (const [index, reference] of references.entries()) {
    const { data: written } = referenceSchema.safeParse(reference);
    // What is no picture at all, the schema has told already.
    if (written === undefined) continue;
    const { picture, role } = written;
    const file = resolve(dir, picture);
    const isFile = !isData(picture) && !isUrl(picture);
    const what = isFile ? await unfit(file) : isData(picture) ? unfitData(picture) : unfitAddress(picture);
    if (what === undefined) fine.push({ role, picture: isFile ? file : picture });
    else {
      const keys = [...place, index];
      problems.push({ where: pathText(keys), path: keys, what: `${what}, got ${shown(picture)}` });
    }
  }
  return { references: fine, problems };
}

function isUrl(text: string): boolean {
  return /^[a-z][a-z0-9+.-]+:\/\//i.test(text);
}

/** A picture that came over plain http, anybody on the way may have changed. */
function unfitAddress(text: string): string | undefined {
  return isAddress(text) && text.toLowerCase().startsWith('https:') ? undefined : 'expected a path or an https address';
}

function unfitData(text: string): string | undefined {
  const bytes = dataBytes(text);
  if (bytes === undefined) return 'expected a data URI in base64: data:image/png;base64,…';
  return isPicture(bytes.subarray(0, 12)) ? undefined : 'expected a PNG, JPEG or WebP, this one begins otherwise';
}

async function unfit(file: string): Promise<string | undefined> {
  try {
    const stats = await stat(file);
    if (!stats.isFile()) return 'expected a file, this is a folder or a device';
    if (stats.size > sizeMaxBytes)
      return `expected a file of at most 50 MB, this one has ${Math.ceil(stats.size / 1_000_000)} MB`;
    return isPicture(await firstBytes(file))
      ? undefined
      : 'expected a PNG, JPEG or WebP file, this one begins otherwise';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR')
      return 'expected a file, there is none (paths are relative to the file that names them)';
    return code === 'EACCES'
      ? 'expected a file that may be read, there is no permission'
      : `expected a readable file (${code})`;
  }
}

async function firstBytes(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(12), 0, 12, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** PNG signature, JPEG start of image, or RIFF container of kind WEBP. */
function isPicture(head: Buffer): boolean {
  const hex = head.toString('hex');
  return hex.startsWith('89504e470d0a1a0a') || hex.startsWith('ffd8ff') || /^52494646.{8}57454250$/.test(hex);
}
