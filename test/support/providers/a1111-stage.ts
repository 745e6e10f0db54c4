/** An AUTOMATIC1111 provider in front of an emulated web UI, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import module from '../../../src/providers/a1111.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { a1111, type A1111Options } from '../../emulators/a1111.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';

/** A login that is easy to look for in messages. */
export const LOGIN = 'mira:canary-a1111-password-0123';

/** What a test works with. */
export interface Stage {
  provider: Provider;
  emulator: Emulator;
  /** The body of the first paid request. */
  sent: () => Record<string, unknown>;
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions {
  service?: A1111Options;
  emulator?: EmulatorOptions;
  options?: Record<string, unknown>;
  env?: Record<string, string>;
  timeoutMs?: number;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** A provider at this address. */
export function providerAt(baseUrl: string, how: StageOptions = {}): Promise<Provider> {
  return module.create({
    options: { baseUrl, ...how.options },
    keyVariables: ['A1111_API_AUTH'],
    env: { ...how.env },
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(how: StageOptions = {}): Promise<Stage> {
  const emulator = await startEmulator(a1111(how.service), how.emulator);
  running.push(emulator);
  return {
    provider: await providerAt(emulator.url, how),
    emulator,
    sent: () => emulator.requests.find(({ operation }) => operation === 'submit')?.body as Record<string, unknown>,
    close: clearStage,
  };
}
