/** Finds and reads the config file, up to plain JSON. */
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.ts';
import { printable } from '../sanitize.ts';
import type { ConfigSources } from './config.ts';

const sizeMaxBytes = 1_048_576;
const depthMax = 50;

/** A config file as read; `raw` is whatever JSON it holds, `{}` when there is no file. */
export interface RawConfig {
  /** Absolute; undefined when there is no file. */
  file?: string;
  /** Absolute folder of the file, else the current one. */
  dir: string;
  raw: unknown;
}

/**
 * The config given as an object, else the file that is named, else by `IMGGEN_CONFIG`, else `config.json` in the
 * current folder.
 * @throws {UserError} when there is none (unless `optional` and none was named), or when it is no readable JSON file.
 */
export async function readConfigFile(sources: ConfigSources): Promise<RawConfig> {
  if (sources.config !== undefined) return { dir: sources.cwd, raw: checkedDepth(sources.config, 'The config') };
  const named = sources.configFile ?? (sources.env['IMGGEN_CONFIG'] || undefined);
  if (named?.includes('\0') || named === '') throw new UserError('The name of the config file is not a path.');
  const file = path.resolve(sources.cwd, named ?? 'config.json');
  const shown = shownPath(file, sources.cwd);
  const text = await readText(file, shown);
  if (text !== undefined) return { file, dir: path.dirname(file), raw: parseJson(text, shown) };
  if (named === undefined && sources.optional) return { dir: sources.cwd, raw: {} };
  throw new UserError(`There is no config file ${shown}.`, {
    hint: named === undefined ? 'Write one' : 'Check the path, or write one',
    advice: { code: 'write-config' },
  });
}

/** A path as people see it: relative where it is below the current folder. */
export function shownPath(file: string, cwd: string): string {
  const relative = path.relative(cwd, file);
  return printable(relative.startsWith('..') || path.isAbsolute(relative) ? file : relative || '.', 200);
}

/** Undefined: there is no such file. */
async function readText(file: string, shown: string): Promise<string | undefined> {
  const bytes = await readBytes(file, shown);
  if (bytes === undefined) return undefined;
  if (bytes.includes(0))
    throw new UserError(`${shown} is not a text file: it holds NUL bytes.`, { hint: 'Save it as UTF-8.' });
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new UserError(`${shown} is not UTF-8 text.`, { hint: 'Save it as UTF-8.' });
  }
  if (text.trim() === '')
    throw new UserError(`${shown} is empty.`, {
      hint: 'Write one to start from',
      advice: { code: 'write-config', replace: true },
    });
  return text;
}

async function readBytes(file: string, shown: string): Promise<Buffer | undefined> {
  try {
    // Looked at before it is opened: opening a pipe waits for a writer, and a device never ends.
    const stats = await stat(file);
    if (stats.isDirectory())
      throw new UserError(`${shown} is a folder, not a config file.`, { hint: 'Name the file in it.' });
    if (!stats.isFile()) throw new UserError(`${shown} is not a regular file.`);
    if (stats.size > sizeMaxBytes) throw new UserError(`${shown} is larger than 1 MiB: that is no config file.`);
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

function parseJson(text: string, shown: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const message = (error as Error).message;
    const before = text.slice(0, errorPosition(text, message)).split('\n');
    const place = `line ${before.length}, column ${(before.at(-1) ?? '').length + 1}`;
    throw new UserError(`${shown} is not valid JSON: ${place}: ${reason(message)}.`, {
      hint: 'JSON has no comments and no comma after the last entry.',
    });
  }
  return checkedDepth(value, shown);
}

function checkedDepth(value: unknown, shown: string): unknown {
  if (!deeperThan(value, depthMax)) return value;
  throw new UserError(`${shown} is nested more than ${depthMax} deep: that is no config file.`);
}

/**
 * Where V8 stopped. Its message names the position for most errors; for an unexpected token it often does not, and then
 * the shortest beginning that already has one is looked for: what follows cannot repair it.
 */
function errorPosition(text: string, message: string): number {
  const named = /at position (\d+)/.exec(message)?.[1];
  if (named !== undefined) return Number(named);
  if (message.startsWith('Unexpected end')) return text.length;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}

/** V8's message without the excerpt and the position, which are told otherwise. */
function reason(message: string): string {
  const plain = message.replace(/, (?:\.\.\.)?".*/s, '').replace(/ in JSON at position .*| \(line .*/s, '');
  return printable(plain.charAt(0).toLowerCase() + plain.slice(1), 100);
}

/** Without recursion: a file of brackets must not overflow the stack. */
function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []));
  }
  return false;
}
