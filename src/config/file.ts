/** Finds and reads the config file, up to plain values. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { UserError, type Hint } from '../errors.ts';
import type { ConfigSources } from './config.ts';
import { formatOf, parseText } from './parse.ts';
import { assertDepth, type Locate } from './syntax.ts';
import { readText, shownPath } from './text-file.ts';

/** A config file as read; `raw` is whatever it holds, `{}` when there is no file. */
export interface RawConfig {
  /** Absolute; undefined when there is no file. */
  file?: string;
  /** Absolute folder of the file, else the current one. */
  dir: string;
  raw: unknown;
  /** Where in the file a value is. */
  locate?: Locate;
}

/** What is looked for in the current folder where no file is named, in this order. */
const names = ['config.json', 'config.jsonc', 'config.yaml', 'config.yml'];

/**
 * The config given as an object, else the file that is named, else by `IMGGEN_CONFIG`, else `config.json`,
 * `config.jsonc`, `config.yaml` or `config.yml` in the current folder.
 * @throws {UserError} when there is none (unless `optional` and none was named), or when it can't be read.
 */
export async function readConfigFile(sources: ConfigSources): Promise<RawConfig> {
  if (sources.config !== undefined) {
    assertDepth(sources.config, { shown: 'The config', what: 'config file' });
    return { dir: sources.cwd, raw: sources.config };
  }
  const named = sources.configFile ?? (sources.env['IMGGEN_CONFIG'] || undefined);
  if (named?.includes('\0') || named === '') throw new UserError('The name of the config file is not a path.');
  const file = path.resolve(sources.cwd, named ?? foundIn(sources.cwd));
  const about = { shown: shownPath(file, sources.cwd), what: 'config file' };
  const text = await readText(file, about);
  if (text?.trim() === '') {
    // What `init --force` writes is this file, and no other.
    const next: Hint =
      file === path.resolve(sources.cwd, 'config.json')
        ? { hint: 'Write one to start from', advice: { code: 'write-config', replace: true } }
        : { hint: 'Write your character into it, or name another file.' };
    throw new UserError(`${about.shown} is empty.`, next);
  }
  if (text !== undefined) {
    const { value, locate } = await parseText(text, formatOf(file) ?? 'json', about);
    return { file, dir: path.dirname(file), raw: value, locate };
  }
  if (named === undefined && sources.optional) return { dir: sources.cwd, raw: {} };
  throw new UserError(`There is no config file ${about.shown}.`, {
    hint: named === undefined ? 'Write one' : 'Check the path, or write one',
    advice: { code: 'write-config' },
  });
}

/** The name of the config that is read in a folder where none is named; undefined: there is none. */
export function configIn(folder: string): string | undefined {
  return names.find((name) => existsSync(path.join(folder, name)));
}

function foundIn(folder: string): string {
  return configIn(folder) ?? 'config.json';
}
