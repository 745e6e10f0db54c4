/** The parts of a config that belong to providers and stores: their names, and their own options. */
import type { z } from 'zod';
import type { Registries } from './config.ts';
import { nameIn, type Layer, type Overrides } from './overrides.ts';
import { didYouMean, pathText, problemsOf, shown, type Problem } from './problems.ts';

type Options = Record<string, unknown>;

/** A part of the module of a provider or a store. */
interface OptionsModule {
  readonly keyVariables: readonly string[];
  readonly optionsSchema: z.ZodType<Options>;
}

type Registry = Readonly<Record<string, () => Promise<{ default: OptionsModule }>>>;

const layerNames: readonly Layer[] = ['environment', 'flags'];

/** Names of providers and stores that are in no registry, wherever they stand. `auto` is good for `provider` only. */
export function checkNames(raw: unknown, layers: readonly Overrides[], registries: Registries): Problem[] {
  const { provider, fallback, providers, storage } = parts(raw);
  const known = Object.keys(registries.providers);
  const stores = ['none', ...Object.keys(registries.stores)];
  const problems = [
    unknownName('provider', provider, [...known, 'auto'], 'provider'),
    ...(Array.isArray(fallback) ? fallback : []).map((name, index) =>
      unknownName(`fallback[${index}]`, name, known, 'provider'),
    ),
    ...Object.keys(providers).map((name) => unknownName(pathText(['providers', name]), name, known, 'provider')),
    unknownName('storage.provider', storage['provider'], stores, 'store'),
    ...layers.flatMap((layer, index) => {
      const source = layerNames[index] ?? 'flags';
      return [
        unknownName(nameIn(source, 'provider'), layer.provider, [...known, 'auto'], 'provider'),
        unknownName(nameIn(source, 'storage'), layer.storage, stores, 'store'),
      ];
    }),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/**
 * Parsed options of every named provider; of a provider without a section its defaults. With `auto`, also of each
 * provider that can do without a section.
 */
export async function providerOptions(
  raw: unknown,
  layers: readonly Overrides[],
  registry: Registry,
): Promise<{ options: Record<string, Options>; problems: Problem[] }> {
  const { provider, fallback, providers } = parts(raw);
  const chosen = layers.reduce<unknown>((below, layer) => layer.provider ?? below, provider ?? 'local');
  const named = new Set([chosen, ...(Array.isArray(fallback) ? fallback : []), ...Object.keys(providers)].map(String));
  const candidates = chosen === 'auto' ? new Set([...named, ...Object.keys(registry)]) : named;
  const options: Record<string, Options> = {};
  const problems: Problem[] = [];
  for (const name of candidates) {
    const load = Object.hasOwn(registry, name) ? registry[name] : undefined;
    const input = Object.hasOwn(providers, name) ? providers[name] : {};
    // An unknown name or a section that is no object has been told already.
    if (load === undefined || !isObject(input)) continue;
    const result = parseOptions((await load()).default, input, ['providers', name]);
    if (result.options !== undefined) options[name] = result.options;
    else if (named.has(name)) problems.push(...result.problems);
  }
  return { options, problems };
}

/** The parsed options of the store that is used. The file's own section is checked also when another store is chosen. */
export async function storeOptions(
  raw: unknown,
  layers: readonly Overrides[],
  registry: Registry,
): Promise<{ options: Options; problems: Problem[] }> {
  const { provider: inFile = 'none', ...own } = parts(raw).storage;
  const chosen = layers.reduce<unknown>((below, layer) => layer.storage ?? below, inFile);
  const fromFile = await parseStore(inFile, own, registry);
  if (chosen === inFile) return fromFile;
  const fromDefaults = await parseStore(chosen, {}, registry);
  return { options: fromDefaults.options, problems: [...fromFile.problems, ...fromDefaults.problems] };
}

async function parseStore(
  name: unknown,
  input: Options,
  registry: Registry,
): Promise<{ options: Options; problems: Problem[] }> {
  const load = typeof name === 'string' && Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (load === undefined) return { options: {}, problems: [] };
  const result = parseOptions((await load()).default, input, ['storage']);
  return { options: result.options ?? {}, problems: result.problems };
}

function parseOptions(
  module: OptionsModule,
  input: Options,
  prefix: readonly string[],
): { options?: Options; problems: Problem[] } {
  const result = module.optionsSchema.safeParse(input);
  if (result.success) return { options: result.data, problems: [] };
  return {
    problems: problemsOf(module.optionsSchema, result.error, input, { prefix, keyVariables: module.keyVariables }),
  };
}

function unknownName(where: string, name: unknown, known: readonly string[], what: string): Problem | undefined {
  if (typeof name !== 'string' || known.includes(name)) return undefined;
  const near = didYouMean(name, known) || `; known: ${[...new Set(known)].join(', ')}`;
  return { where, what: `unknown ${what} ${shown(name)}${near}` };
}

/** The parts of an unchecked file that are looked at here; what has the wrong shape is told by the schema. */
function parts(raw: unknown): { provider: unknown; fallback: unknown; providers: Options; storage: Options } {
  const file = isObject(raw) ? raw : {};
  const own = (key: string) => (Object.hasOwn(file, key) ? file[key] : undefined);
  const providers = own('providers');
  const storage = own('storage');
  return {
    provider: own('provider'),
    fallback: own('fallback'),
    providers: isObject(providers) ? providers : {},
    storage: isObject(storage) ? storage : {},
  };
}

function isObject(value: unknown): value is Options {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
