/** The parts of a config that belong to providers and stores: their names, and their own options. */
import type { z } from 'zod';
import type { CommonOptions } from '../providers/options.ts';
import type { Registries } from './config.ts';
import type { NameOf, Overrides } from './overrides.ts';
import { didYouMean, pathText, problemsOf, shown, type Problem } from './problems.ts';
import { DEFAULT_PROVIDER } from './schema.ts';

type Section = Record<string, unknown>;

/** A line of a registry, as far as options go. */
interface Entry<Options> {
  readonly keyVariables: readonly string[];
  readonly load: () => Promise<{ default: { readonly optionsSchema: z.ZodType<Options> } }>;
}

/** A source above the file, and how people know its settings. */
export interface Layer {
  overrides: Overrides;
  nameOf: NameOf;
}

/** Names of providers and stores that are in no registry, wherever they stand. `auto` is good for `provider` only. */
export function checkNames(raw: unknown, layers: readonly Layer[], registries: Registries): Problem[] {
  const { provider, fallback, providers, storage } = parts(raw);
  const known = Object.keys(registries.providers);
  const stores = Object.keys(registries.stores);
  const problems = [
    unknownName(['provider'], provider, [...known, 'auto'], 'provider'),
    ...(Array.isArray(fallback) ? fallback : []).map((name, index) =>
      unknownName(['fallback', index], name, known, 'provider'),
    ),
    ...Object.keys(providers).map((name) => unknownName(['providers', name], name, known, 'provider')),
    unknownName(['storage', 'provider'], storage['provider'], stores, 'store'),
    ...layers.flatMap(({ overrides, nameOf }) => [
      unknownName(nameOf('provider'), overrides.provider, [...known, 'auto'], 'provider'),
      unknownName(nameOf('storage'), overrides.storage, stores, 'store'),
    ]),
  ];
  return problems.filter((problem) => problem !== undefined);
}

/**
 * Parsed options of every named provider; of a provider without a section its defaults. With `auto`, also of each
 * provider that can do without a section.
 */
export async function providerOptions(
  raw: unknown,
  layers: readonly Layer[],
  registry: Registries['providers'],
): Promise<{ options: Record<string, CommonOptions>; problems: Problem[] }> {
  const { provider, fallback, providers } = parts(raw);
  const chosen = layers.reduce<unknown>(
    (below, { overrides }) => overrides.provider ?? below,
    provider ?? DEFAULT_PROVIDER,
  );
  const named = new Set([chosen, ...(Array.isArray(fallback) ? fallback : []), ...Object.keys(providers)].map(String));
  const candidates = chosen === 'auto' ? new Set([...named, ...Object.keys(registry)]) : named;
  const options: Record<string, CommonOptions> = {};
  const problems: Problem[] = [];
  for (const name of candidates) {
    const entry = Object.hasOwn(registry, name) ? registry[name] : undefined;
    const input = Object.hasOwn(providers, name) ? providers[name] : {};
    // An unknown name or a section that is no object has been told already.
    if (entry === undefined || !isObject(input)) continue;
    const result = await parseOptions(entry, input, ['providers', name]);
    if (result.options !== undefined) options[name] = result.options;
    else if (named.has(name)) problems.push(...result.problems);
  }
  return { options, problems };
}

/**
 * The parsed options of the store that is used. The file's own section is checked also when another store is chosen.
 */
export async function storeOptions(
  raw: unknown,
  layers: readonly Layer[],
  registry: Registries['stores'],
): Promise<{ options: object; problems: Problem[] }> {
  const { provider: inFile = 'none', ...own } = parts(raw).storage;
  const chosen = layers.reduce<unknown>((below, { overrides }) => overrides.storage ?? below, inFile);
  const fromFile = await parseStore(inFile, own, registry);
  if (chosen === inFile) return fromFile;
  const fromDefaults = await parseStore(chosen, {}, registry);
  return { options: fromDefaults.options, problems: [...fromFile.problems, ...fromDefaults.problems] };
}

async function parseStore(
  name: unknown,
  input: Section,
  registry: Registries['stores'],
): Promise<{ options: object; problems: Problem[] }> {
  const entry = typeof name === 'string' && Object.hasOwn(registry, name) ? registry[name] : undefined;
  if (entry === undefined) return { options: {}, problems: [] };
  const result = await parseOptions(entry, input, ['storage']);
  return { options: result.options ?? {}, problems: result.problems };
}

async function parseOptions<Options>(
  { keyVariables, load }: Entry<Options>,
  input: Section,
  prefix: readonly string[],
): Promise<{ options?: Options; problems: Problem[] }> {
  const { optionsSchema } = (await load()).default;
  const result = optionsSchema.safeParse(input);
  if (result.success) return { options: result.data, problems: [] };
  return { problems: problemsOf(optionsSchema, result.error, input, { prefix, keyVariables }) };
}

/** `place`: keys in the file, or the name of a flag or variable. */
function unknownName(
  place: string | readonly PropertyKey[],
  name: unknown,
  known: readonly string[],
  what: string,
): Problem | undefined {
  if (typeof name !== 'string' || known.includes(name)) return undefined;
  const [where, path] = typeof place === 'string' ? [place] : [pathText(place), place];
  const near = didYouMean(name, known) || `; known: ${known.join(', ')}`;
  return { where, path, what: `unknown ${what} ${shown(name)}${near}` };
}

/** The parts of an unchecked file that are looked at here; what has the wrong shape is told by the schema. */
function parts(raw: unknown): { provider: unknown; fallback: unknown; providers: Section; storage: Section } {
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

function isObject(value: unknown): value is Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
