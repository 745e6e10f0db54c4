/** How a provider is defined by its file, and how a registry holds providers whose options differ. */
import type { ZodType } from 'zod';
import type { ModelRecord } from './capabilities.ts';
import type { CommonOptions } from './options.ts';
import type { Provider } from './provider.ts';

/** What a provider is built from. Clock, randomness and fetch are arguments. */
export interface ProviderSettings<Options = CommonOptions> {
  /** The provider's own section of the config, parsed by its `optionsSchema`. */
  options: Options;
  /** Environment variables of its key, from the registry; first found wins. */
  keyVariables: readonly string[];
  /** What relative paths in the options start from: the folder of the config. Default: the current folder. */
  folder?: string | undefined;
  /** Environment variables, read once at the edge. */
  env: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
  now: () => number;
  /** Milliseconds since some moment, for waits: never goes back, whatever becomes of the clock. */
  elapsed: () => number;
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Per-shot time-out in milliseconds. */
  timeoutMs: number;
}

/** A provider as its file defines it: `export default defineProvider({ … })`. */
export interface ProviderDefinition<Options extends CommonOptions> {
  /** Its name in the config and in the registry. */
  readonly name: string;
  /** zod schema of `providers.<name>` in the config. Parsing what it has parsed must change nothing. */
  readonly optionsSchema: ZodType<Options>;
  /** The models it knows, for `imggen providers` and price look-ups. */
  readonly models: readonly ModelRecord[];
  /** @throws {UserError} `auth` when its key is missing, `usage` when its base URL is malformed. */
  create(settings: ProviderSettings<Options>): Promise<Provider>;
}

/**
 * A provider whatever its own options are: `create` takes its section of the config and checks it by `optionsSchema`.
 */
export interface ProviderModule extends Omit<ProviderDefinition<CommonOptions>, 'create'> {
  create(settings: ProviderSettings<unknown>): Promise<Provider>;
}

/** One line of the registry: what lists need to know without loading the provider. */
export interface ProviderEntry {
  /** Environment variables of its key, first found wins; empty when it needs none. Their values are secret. */
  readonly keyVariables: readonly string[];
  /** True: its pictures are drawings, which are sent to no other provider as a face by themselves. */
  readonly draws?: boolean;
  /** True: a server of the user's own. It may do without a key, and is asked only where the config tells of it. */
  readonly ownServer?: boolean;
  /** It trains LoRAs. `usual`: it does where neither the command nor the config names one that trains. */
  readonly trains?: 'usual' | 'named';
  readonly load: () => Promise<{ default: ProviderModule }>;
}

/** The providers by name. */
export type ProviderRegistry = Readonly<Record<string, ProviderEntry>>;

/** Hides a provider's own options behind its schema, so that a registry can hold providers of all kinds. */
export function defineProvider<Options extends CommonOptions>(definition: ProviderDefinition<Options>): ProviderModule {
  const { name, optionsSchema, models } = definition;
  return {
    name,
    optionsSchema,
    models,
    create: (settings) => definition.create({ ...settings, options: optionsSchema.parse(settings.options) }),
  };
}
