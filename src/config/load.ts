/** Loads the configuration: file, environment and options, layered, with every problem told at once. */
import { UserError } from '../errors.ts';
import { createRedactor } from '../redact.ts';
import type { Config, ConfigSources, Registries } from './config.ts';
import { readConfigFile, type RawConfig } from './file.ts';
import { checkNames, providerOptions, storeOptions, type Layer } from './implementations.ts';
import { readOptions, readVariables, variableOf } from './overrides.ts';
import { firstOf, problemLines } from './problem-lines.ts';
import { pathText, problemsOf, type Problem } from './problems.ts';
import { checkReferences } from './references.ts';
import { keyVariablesOf } from './registries.ts';
import { resolveConfig } from './resolve.ts';
import { resolveScenes } from './scenes.ts';
import { fileSchema } from './schema.ts';
import { shownPath } from './text-file.ts';

/**
 * The configuration of one command or call. Options beat the environment, which beats the file, which beats the
 * defaults. Loads only the providers and stores that are named.
 * @throws {UserError} (exit 2) that lists every problem of file, environment and options at once.
 */
export async function loadConfig(sources: ConfigSources, registries: Registries): Promise<Config> {
  const found = await readConfigFile(sources);
  const environment = readVariables(sources.env);
  const nameOf = sources.nameOf ?? ((setting) => setting);
  const options = readOptions(sources.options ?? {}, nameOf);
  const layers: readonly Layer[] = [
    { overrides: environment.overrides, nameOf: variableOf },
    { overrides: options.overrides, nameOf },
  ];
  const file = fileSchema.safeParse(found.raw);
  const problems = [
    ...(file.success ? [] : problemsOf(fileSchema, file.error, found.raw)),
    ...passwords(found.raw),
    ...checkNames(found.raw, layers, registries),
  ];
  const providers = await providerOptions(found.raw, layers, registries.providers);
  const storage = await storeOptions(found.raw, layers, registries.stores);
  const references = await checkReferences(rawReferences(found.raw), found.dir, ['character', 'references']);
  const scenes = await resolveScenes(file.data?.scenes ?? [], found.dir, ['scenes']);
  problems.push(
    ...providers.problems,
    ...storage.problems,
    ...references.problems,
    ...scenes.problems,
    ...environment.problems,
    ...options.problems,
  );
  if (!file.success || problems.length > 0)
    throw await refusal(problems, found, { sources, redact: createRedactor(sources.env, keyVariablesOf(registries)) });
  return resolveConfig({
    sources,
    location: found,
    file: file.data,
    layers: layers.map((layer) => layer.overrides),
    given: options.overrides,
    providers: providers.options,
    storage: storage.options,
    references: references.references,
    scenes: scenes.scenes,
  });
}

async function refusal(
  problems: readonly Problem[],
  found: RawConfig,
  { sources, redact }: { sources: ConfigSources; redact: (text: string) => string },
): Promise<UserError> {
  const lines = (await problemLines(problems, found.locate)).map(redact);
  const name = found.file === undefined ? '' : ` (${shownPath(found.file, sources.cwd)})`;
  const count = lines.length === 1 ? '1 problem' : `${lines.length} problems`;
  const places = problems.map(({ where }) => where);
  return new UserError(`${blamed(places, name)} ${count}:`, { problems: firstOf(lines) });
}

/** What has the problems: the file is blamed only where it, or nothing else alone, can be. */
function blamed(places: readonly string[], fileName: string): string {
  if (places.every((where) => where.startsWith('--'))) return 'The options have';
  if (places.every((where) => where.startsWith('IMGGEN_'))) return 'The environment has';
  return `The configuration${fileName} has`;
}

/** Every URL in the file that carries a user or password: those are keys, and keys come from the environment. */
function passwords(raw: unknown): Problem[] {
  const found: Problem[] = [];
  const visit = (value: unknown, path: PropertyKey[]): void => {
    if (typeof value === 'string') {
      if (/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]{1,1000}@/i.test(value)) {
        found.push({
          where: pathText(path),
          path,
          what: 'expected an address without user and password: keys come from the environment only',
        });
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [key, inner] of Object.entries(value))
        visit(inner, [...path, Array.isArray(value) ? Number(key) : key]);
    }
  };
  visit(raw, []);
  return found;
}

function rawReferences(raw: unknown): readonly unknown[] {
  const character = section(raw, 'character');
  const references = section(character, 'references');
  return Array.isArray(references) ? references.slice(0, 16) : [];
}

function section(raw: unknown, key: string): unknown {
  return typeof raw === 'object' && raw !== null && Object.hasOwn(raw, key)
    ? (raw as Record<string, unknown>)[key]
    : undefined;
}
