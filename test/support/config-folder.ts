/** A temporary folder with a config in it, and small registries: what every test of the configuration starts from. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { onTestFinished } from 'vitest';
import { z } from 'zod';
import type { Config, ConfigSources, Registries } from '../../src/config/config.ts';
import { flagOf } from '../../src/commands/flags.ts';
import { loadConfig } from '../../src/config/load.ts';
import { UserError } from '../../src/errors.ts';
import { commonOptions } from '../../src/providers/options.ts';
import type { ProviderEntry, ProviderModule } from '../../src/providers/definition.ts';
import type { StorageEntry, StorageModule } from '../../src/storage/storage.ts';

/** Names of the modules that were imported, in order. */
export const imported: string[] = [];

export const registries: Registries = {
  providers: {
    local: provider(
      'local',
      z.strictObject({ ...commonOptions, flaw: z.enum(['none', 'slow']).optional().describe('What goes wrong.') }),
    ),
    openai: provider(
      'openai',
      z.strictObject({ ...commonOptions, moderation: z.string().default('auto').describe('Strictness.') }),
      ['OPENAI_API_KEY'],
    ),
    modal: provider(
      'modal',
      z.strictObject({ ...commonOptions, endpoint: z.string().describe('Address of the endpoint.') }),
    ),
  },
  stores: {
    none: store('none', z.strictObject({})),
    cloudinary: store(
      'cloudinary',
      z.strictObject({ folder: z.string().default('characters').describe('Folder of the uploads.') }),
    ),
  },
};

function provider(
  name: string,
  optionsSchema: ProviderModule['optionsSchema'],
  keyVariables: string[] = [],
): ProviderEntry {
  const create = () => Promise.reject(new Error('not made here'));
  const loadModule = async (): Promise<{ default: ProviderModule }> => {
    imported.push(name);
    return { default: { name, optionsSchema, models: [], create } };
  };
  return { keyVariables, load: loadModule };
}

function store(name: string, optionsSchema: StorageModule['optionsSchema']): StorageEntry {
  const create = () => Promise.reject(new Error('not made here'));
  const loadModule = async (): Promise<{ default: StorageModule }> => {
    imported.push(name);
    return { default: { name, optionsSchema, create } };
  };
  return { keyVariables: [], load: loadModule };
}

/** A new folder, holding `config.json` with this text or JSON when there is any. */
export async function folderWith(config?: unknown): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'imggen-config-'));
  onTestFinished(async () => {
    imported.length = 0;
    await rm(folder, { recursive: true, force: true });
  });
  const isText = typeof config === 'string' || Buffer.isBuffer(config);
  if (config !== undefined) await writeFile(path.join(folder, 'config.json'), isText ? config : JSON.stringify(config));
  return folder;
}

/** Loads a config from a new folder. */
export async function load(config: unknown, sources: Partial<ConfigSources> = {}): Promise<Config> {
  return loadConfig({ cwd: await folderWith(config), env: {}, nameOf: flagOf, ...sources }, registries);
}

/** The refusal of a config; fails when it is taken, or when it ends otherwise than by `UserError` with kind `usage`. */
export async function refusal(loading: Promise<unknown>): Promise<UserError> {
  const error: unknown = await loading.then(
    () => new Error('was not refused'),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof UserError)) throw error;
  if (error.kind !== 'usage') throw new Error(`kind ${error.kind}`);
  return error;
}

/** The problems of a config that is refused, without their lines and columns. */
export async function problemsOf(config: unknown, sources: Partial<ConfigSources> = {}): Promise<readonly string[]> {
  return unplaced((await refusal(load(config, sources))).problems);
}

/** Problems without their lines and columns. */
export function unplaced(problems: readonly string[]): readonly string[] {
  return problems.map((problem) => problem.replace(/ \(line \d+, column \d+\)$/, ''));
}
