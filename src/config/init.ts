/** `imggen init`: a config to start from, and the schema that lets an editor complete it. */
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../errors.ts';
import type { Registries } from './config.ts';
import { configIn } from './file.ts';
import { shownPath } from './text-file.ts';
import { configJsonSchema } from './json-schema.ts';

/**
 * The config that `imggen init` writes; `config.example.json` is the same but for its `$schema`. It costs nothing to
 * run.
 */
export function starterConfig(schemaPath: string): Record<string, unknown> {
  return {
    $schema: schemaPath,
    character: {
      name: 'Mira Sol',
      gender: 'woman',
      ageRange: [24, 28],
      ethnicity: 'Mediterranean',
      hairColor: 'auburn',
      hairStyle: 'long wavy',
      eyeColor: 'green',
      bodyType: 'athletic',
      outfitStyle: 'casual streetwear',
      distinctiveFeatures: ['freckles'],
      style: 'photo',
      negativePrompt: 'watermark, text, extra fingers',
      seed: 421_337,
      references: [],
    },
    provider: 'local',
    fallback: [],
    size: '1024x1024',
    concurrency: 4,
    attemptsMax: 3,
    timeoutMs: 300_000,
    budget: { perImageUsd: 0.25, perRunUsd: 5, perDayUsd: 20 },
    output: 'images',
    scenes: [],
    storage: { provider: 'none' },
    providers: {},
  };
}

/** How `initConfig` writes. */
export interface InitOptions {
  registries: Registries;
  /** Replace a `config.json` that is there. */
  force?: boolean | undefined;
}

/**
 * Writes `config.json` and `.imggen/config.schema.json` into a folder, which is made where it is missing.
 * @throws {UserError} when there is a config already and `force` is not set, or when the folder can't be written to.
 */
export async function initConfig(
  dir: string,
  { registries, force = false }: InitOptions,
): Promise<{ file: string; schemaFile: string }> {
  const file = path.join(dir, 'config.json');
  const schemaFile = path.join(dir, '.imggen', 'config.schema.json');
  const other = configIn(dir);
  if (!force && other !== undefined && other !== 'config.json')
    throw new UserError(`There is a ${other} already, and a config.json would be read in its place.`, {
      hint: 'Nothing was written. If it is meant',
      advice: { code: 'write-config', replace: true },
    });
  const schema = await configJsonSchema(registries);
  try {
    await mkdir(dir, { recursive: true });
    await writeFile(file, json(starterConfig('./.imggen/config.schema.json')), { flag: force ? 'w' : 'wx' });
    // The ledger's folder to be: for its user alone.
    await mkdir(path.dirname(schemaFile), { recursive: true, mode: 0o700 });
    await writeFile(schemaFile, json(schema));
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    if (code === 'EEXIST') {
      throw new UserError('There is a config.json already; it was left as it is.', {
        hint: 'It has to be replaced on purpose',
        advice: { code: 'write-config', replace: true },
      });
    }
    throw new UserError(`${shownPath(dir, dir)}: config.json cannot be written (${code}).`, { cause: error });
  }
  return { file, schemaFile };
}

/** JSON for people: short lists stay on their line. */
function json(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  const shortList = /\[\n\s+([^[\]{}]{0,60}?)\n\s+\]/g;
  return `${text.replace(shortList, (_, inner: string) => `[${inner.replace(/\n\s+/g, ' ')}]`)}\n`;
}
