/** Checks the reference pictures of a character before anything is paid for. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { pathText, shown, type Problem } from './problems.ts';

/** What the strictest service takes (docs/providers.md, "OpenAI": under 50 MB each). */
const sizeMaxBytes = 50_000_000;

/**
 * Resolves paths against the folder of the config and looks at each file: it must be there, be a file of at most 50 MB,
 * and begin like a PNG, JPEG or WebP.
 */
export async function checkReferences(
  references: readonly unknown[],
  dir: string,
  place: readonly PropertyKey[],
): Promise<{ paths: string[]; problems: Problem[] }> {
  const paths: string[] = [];
  const problems: Problem[] = [];
  for (const [index, reference] of references.entries()) {
    // What is no path at all, the schema has told already.
    if (typeof reference !== 'string' || reference.trim() === '' || reference.includes('\0')) continue;
    const file = path.resolve(dir, reference.trim());
    const what = /^[a-z][a-z0-9+.-]+:\/\//i.test(reference)
      ? 'expected the path of a file on this machine'
      : await unfit(file);
    if (what === undefined) paths.push(file);
    else {
      const keys = [...place, index];
      problems.push({ where: pathText(keys), path: keys, what: `${what}, got ${shown(reference)}` });
    }
  }
  return { paths, problems };
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
