/** Reads a file that a user wrote, as text: never a pipe, a device, or something endless. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { printable } from '../sanitize.ts';

const sizeMaxBytes = 1_048_576;

/** How messages call the file, and what it should be. */
export interface FileNames {
  /** Its path, as people see it. */
  shown: string;
  /** `config file`. */
  what: string;
}

/** A path as people see it: relative where it is below the current folder. */
export function shownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return printable(relative.startsWith('..') || path.isAbsolute(relative) ? file : relative || '.', 200);
}

/** The text of a file, at most 1 MiB; undefined: there is no such file. @throws {UserError} */
export async function readText(file: string, names: FileNames): Promise<string | undefined> {
  const { shown } = names;
  const bytes = await readBytes(file, names);
  if (bytes === undefined) return undefined;
  if (bytes.includes(0))
    throw new UserError(`${shown} is not a text file: it holds NUL bytes.`, { hint: 'Save it as UTF-8.' });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${shown} is not UTF-8 text.`, { hint: 'Save it as UTF-8.' });
  }
  return text;
}

async function readBytes(file: string, { shown, what }: FileNames): Promise<Buffer | undefined> {
  try {
    // Looked at before it is opened: opening a pipe waits for a writer, and a device never ends.
    const stats = await stat(file);
    if (stats.isDirectory())
      throw new UserError(`${shown} is a folder, not a ${what}.`, { hint: 'Name the file in it.' });
    if (!stats.isFile()) throw new UserError(`${shown} is not a regular file.`);
    if (stats.size > sizeMaxBytes) throw new UserError(`${shown} is larger than 1 MiB: that is no ${what}.`);
    const handle = await open(file);
    try {
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (error instanceof UserError) throw error;
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    const why = code === 'EACCES' || code === 'EPERM' ? 'no permission' : code;
    throw new UserError(`${shown} cannot be read (${why}).`, { cause: error });
  }
}
