/** Providers of servers of one's own in front of their emulators, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderModule } from '../../../src/providers/definition.ts';
import { PROVIDERS } from '../../../src/providers/index.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import type { Service } from '../../emulators/service.ts';

/** What a test works with. */
export interface OwnServerStage {
  provider: Provider;
  emulator: Emulator;
  /** The body of the first paid request. */
  sent: () => Record<string, unknown>;
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions<ServiceOptions> {
  service?: ServiceOptions;
  emulator?: EmulatorOptions;
  options?: Record<string, unknown>;
  env?: Record<string, string>;
  timeoutMs?: number;
}

/** The stages of one provider. @param basePath from the emulator's address to the base URL. */
export function ownServer<ServiceOptions>(
  module: ProviderModule,
  service: (options?: ServiceOptions) => Service,
  basePath = '',
) {
  type How = StageOptions<ServiceOptions>;
  const running: Emulator[] = [];

  /** Closes what `stage` started; for `afterEach`. */
  async function clearStage(): Promise<void> {
    await Promise.all(running.splice(0).map((emulator) => emulator.close()));
  }

  /** A provider at this address. */
  function providerAt(baseUrl: string, how: How = {}): Promise<Provider> {
    return module.create({
      options: { baseUrl, ...how.options },
      keyVariables: PROVIDERS[module.name]?.keyVariables ?? [],
      env: { ...how.env },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
      timeoutMs: how.timeoutMs ?? 10_000,
    });
  }

  /** Starts an emulator and a provider that talks to it. */
  async function stage(how: How = {}): Promise<OwnServerStage> {
    const emulator = await startEmulator(service(how.service), how.emulator);
    running.push(emulator);
    return {
      provider: await providerAt(`${emulator.url}${basePath}`, how),
      emulator,
      sent: () => emulator.requests.find(({ operation }) => operation === 'submit')?.body as Record<string, unknown>,
      close: clearStage,
    };
  }
  return { stage, providerAt, clearStage };
}
