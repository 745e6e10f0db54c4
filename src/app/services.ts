import { createHash } from 'node:crypto';
import { EXIT, UserError, type StorageError } from '../errors.ts';
import type { Config } from '../config/config.ts';
import { PROVIDERS } from '../providers/index.ts';
import type { ProviderModule } from '../providers/provider.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { STORES } from '../storage/index.ts';
import type { Storage } from '../storage/storage.ts';
import type { House } from './house.ts';
import type { Host } from '../host.ts';

/** The module of a provider. @throws {UserError} for a name that is none. */
export async function providerModule(name: string): Promise<ProviderModule> {
  const load = PROVIDERS[name];
  if (!load)
    throw new UserError(`there is no provider ${JSON.stringify(name)}; there are ${Object.keys(PROVIDERS).join(', ')}`);
  return (await load()).default;
}

/** What `auto` means: the first provider whose key is in the environment, else the local one. */
export async function chosenProvider(config: Config): Promise<string> {
  if (config.provider !== 'auto') return config.provider;
  for (const name of Object.keys(PROVIDERS)) {
    const { keyVariables } = await providerModule(name);
    if (keyVariables.some((variable) => config.env[variable])) return name;
  }
  return 'local';
}

/** Makes a provider ready. @throws {UserError} exit 5 when its key is missing. */
export async function readyProvider(config: Config, host: Host, name: string): Promise<ReadyProvider> {
  const module = await providerModule(name);
  const options = config.providers[name] ?? {};
  const provider = await module.create({
    options,
    env: config.env,
    fetch: host.fetch,
    now: host.now,
    sleep: host.sleep,
    timeoutMs: config.timeoutMs,
  });
  const key = module.keyVariables.map((variable) => config.env[variable]).find((value) => value) ?? '';
  const perMinute = typeof options['requestsPerMinute'] === 'number' ? options['requestsPerMinute'] : 0;
  const own = name === config.provider ? config.model : undefined;
  const optionModel = typeof options['model'] === 'string' ? options['model'] : undefined;
  return {
    provider,
    model: own ?? optionModel ?? provider.defaultModel,
    scope: `${name}:${createHash('sha256').update(key).digest('hex').slice(0, 12)}`,
    intervalMs: perMinute > 0 ? Math.ceil(60_000 / perMinute) : 0,
    allowUnknownPrice: config.allowUnknownPrice,
  };
}

/**
 * The store of a job, asked whether it is there before anything is paid.
 * @throws {UserError} exit 5 when its key is missing or refused. A store that is down is only warned of: uploads wait.
 */
export async function readyStorage(
  house: House,
  name: string,
  warn: (message: string) => void,
): Promise<Storage | undefined> {
  if (name === 'none') return undefined;
  const storage = await createStorage(house, name);
  const health = await storage.check(AbortSignal.timeout(20_000));
  if (health.ok) return storage;
  if (health.failure === 'unavailable' || health.failure === 'rate-limited') {
    warn(
      `${name} does not answer now (${house.clean(health.message)}): pictures are kept on disk and uploaded when it does`,
    );
    return storage;
  }
  throw new UserError(house.clean(health.message), {
    exitCode: EXIT.auth,
    hint: 'nothing was generated. Mend the key, or go on without uploads: --storage none',
  });
}

/** What a store's refusal means for a command that only keeps house. */
export function storageProblem(house: House, error: StorageError, hint: string): UserError {
  return new UserError(house.clean(error.message), {
    exitCode: error.failure === 'unauthorized' ? EXIT.auth : EXIT.someFailed,
    hint,
    cause: error,
  });
}

/** Makes a store. @throws {UserError} exit 5 when its key is missing. */
export async function createStorage(house: House, name: string): Promise<Storage> {
  const load = STORES[name];
  if (!load)
    throw new UserError(`there is no store ${JSON.stringify(name)}; there are ${Object.keys(STORES).join(', ')}`);
  const { config, host } = house;
  const options = name === config.storage.provider ? config.storage.options : {};
  return (await load()).default.create({ options, env: config.env, fetch: host.fetch, now: host.now });
}
