import { createHash } from 'node:crypto';
import type { Config, Registries } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { Host } from '../host.ts';
import type { ProviderEntry, ProviderModule } from '../providers/definition.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Clean } from '../runner/storable.ts';
import type { Storage } from '../storage/storage.ts';
import type { GivenReference } from '../shot.ts';
import { assertThere } from './checked-store.ts';
import { cleanedStore } from './clean-store.ts';
import { learn } from './learn.ts';
import { optionsFor } from './provider-options.ts';
import type { ReferenceFiles } from './reference-files.ts';

/** The providers and stores of a config, made ready when they are asked for, once each. */
export class Services {
  readonly #config: Config;
  readonly #host: Host;
  readonly #registries: Registries;
  readonly #clean: Clean;
  #providers = new Map<string, Promise<ReadyProvider>>();
  #stores = new Map<string, Promise<Storage>>();
  #references: ReferenceFiles | undefined;
  #isForPlans = false;

  /**
   * @param host its `env` with `.env` merged in.
   * @param clean takes secrets and control characters out of a text.
   */
  constructor(config: Config, host: Host, registries: Registries, clean: Clean) {
    this.#config = config;
    this.#host = host;
    this.#registries = registries;
    this.#clean = clean;
  }

  /** Names of all providers. */
  get providerNames(): readonly string[] {
    return Object.keys(this.#registries.providers);
  }

  /** Names of the providers whose pictures are drawings. */
  get drawing(): ReadonlySet<string> {
    return new Set(this.providerNames.filter((name) => this.entry(name).draws === true));
  }

  /** The registry's entry of a provider. @throws {UserError} for a name that is none. */
  entry(name: string): ProviderEntry {
    const { providers } = this.#registries;
    const entry = Object.hasOwn(providers, name) ? providers[name] : undefined;
    if (entry) return entry;
    throw new UserError(`there is no provider ${JSON.stringify(name)}; there are ${this.providerNames.join(', ')}`);
  }

  /** What a provider is, without its key. @throws {UserError} for a name that is none. */
  async module(name: string): Promise<ProviderModule> {
    return (await this.entry(name).load()).default;
  }

  /** The variable that holds a provider's key; undefined when none is set. */
  keyVariable(name: string): string | undefined {
    return this.entry(name).keyVariables.find((variable) => this.#host.env[variable]);
  }

  /** The same for plans: what tells models, prices and limits also without a key. Must not be asked for pictures. */
  forPlans(): Services {
    if (this.#isForPlans) return this;
    const services = this.#with(this.#config);
    services.#isForPlans = true;
    return services;
  }

  /** The same for one run, which fetches its reference pictures itself. */
  forRun(references: ReferenceFiles): Services {
    const services = this.#with(this.#config);
    services.#providers = this.#providers;
    services.#stores = this.#stores;
    services.#references = references;
    return services;
  }

  /** The same, with time for jobs whose pictures may take longer than this config's do. */
  forTimeouts(timeoutsMs: readonly number[]): Services {
    const timeoutMs = Math.max(this.#config.timeoutMs, ...timeoutsMs);
    if (timeoutMs === this.#config.timeoutMs) return this;
    return this.#with({ ...this.#config, timeoutMs });
  }

  #with(config: Config): Services {
    return new Services(config, this.#host, this.#registries, this.#clean);
  }

  /** How a provider would be asked, to be compared: options, key, and with `model` the one of the config. Secret. */
  askedAs(name: string, { model }: { model: boolean }): string {
    const { providers, provider } = this.#config;
    const options = providers[name] ?? {};
    // A price holds for the model beside it.
    const told = model || options.priceUsd !== undefined;
    const chosen = told && (name === provider || provider === 'auto') ? this.#config.model : undefined;
    return JSON.stringify([options, this.#host.env[this.keyVariable(name) ?? ''] ?? null, chosen ?? null]);
  }

  /** A provider, ready to be asked. @throws {UserError} `auth` when its key is missing. */
  provider(name: string): Promise<ReadyProvider> {
    const made = this.#providers.get(name) ?? this.#makeProvider(name);
    this.#providers.set(name, made);
    return made;
  }

  async #makeProvider(name: string): Promise<ReadyProvider> {
    const config = this.#config;
    const { keyVariables } = this.entry(name);
    const module = await this.module(name);
    const model = this.#modelFor(name, module) ?? config.providers[name]?.model;
    const options = optionsFor(config, name, { model, ownServer: this.entry(name).ownServer });
    const { fetch, now, elapsed, sleep } = this.#host;
    const env = { ...this.#host.env, ...(this.#isForPlans ? this.#standInKey(name) : {}) };
    const provider = await module.create({
      options,
      keyVariables,
      folder: config.dir,
      env,
      fetch,
      now,
      elapsed,
      sleep,
      timeoutMs: config.timeoutMs,
    });
    const key = env[this.keyVariable(name) ?? ''] ?? '';
    // Another address may be another server, which knows nothing of what this one was sent.
    const account = `${key}\n${provider.baseUrl ?? options.baseUrl ?? ''}`;
    return {
      provider,
      model: model ?? provider.defaultModel,
      knownModels: module.models.map(({ id }) => id),
      scope: `${name}:${createHash('sha256').update(account).digest('hex').slice(0, 12)}`,
      intervalMs: Math.ceil(60_000 / (options.requestsPerMinute ?? Infinity)),
    };
  }

  /** The config's model, if it is meant for this provider; with `auto`: if it is one of its models. */
  #modelFor(name: string, { models }: ProviderModule): string | undefined {
    const { provider, model, providers } = this.#config;
    if (provider === name) return model;
    const isOwn = providers[name]?.model === model || models.some(({ id }) => id === model);
    return provider === 'auto' && isOwn ? model : undefined;
  }

  /** A key that is none, for a provider whose models and prices are asked for and whose key is not set. */
  #standInKey(name: string): Record<string, string> {
    const [variable] = this.entry(name).keyVariables;
    return variable === undefined || this.keyVariable(name) !== undefined ? {} : { [variable]: 'no-key' };
  }

  /** Reference pictures as files, each fetched once; where no run is begun as they were given. @throws {UserError} */
  references(given: readonly GivenReference[]): Promise<GivenReference[]> {
    const files = this.#references;
    return Promise.all(given.map((reference) => files?.file(reference) ?? reference));
  }

  /** Reads what the model of a provider can do; for plans nobody is asked. @throws {UserError} */
  async learn(ready: ReadyProvider, model = ready.model): Promise<void> {
    if (!this.#isForPlans) await learn(ready, model);
  }

  /** A store, not asked anything yet. @throws {UserError} `auth` when its key is missing. */
  store(name: string): Promise<Storage> {
    const made = this.#stores.get(name) ?? this.#makeStore(name);
    this.#stores.set(name, made);
    return made;
  }

  async #makeStore(name: string): Promise<Storage> {
    const { stores } = this.#registries;
    const entry = Object.hasOwn(stores, name) ? stores[name] : undefined;
    if (!entry) {
      throw new UserError(`there is no store ${JSON.stringify(name)}; there are ${Object.keys(stores).join(', ')}`);
    }
    const { provider, options } = this.#config.storage;
    const { env, fetch, now } = this.#host;
    const { default: module } = await entry.load();
    const { keyVariables } = entry;
    const store = await module.create({ options: name === provider ? options : {}, keyVariables, env, fetch, now });
    return cleanedStore(store, this.#clean);
  }

  /**
   * A store that was asked whether it is there; undefined for `none`. One that is down is only warned of: uploads wait.
   * @throws {UserError} `auth` when its key is missing or refused.
   */
  async checkedStore(name: string, warn: (message: string) => void): Promise<Storage | undefined> {
    if (name === 'none') return undefined;
    const store = await this.store(name);
    await assertThere(store, { clean: this.#clean, warn });
    return store;
  }
}
