/** A Gemini or Imagen provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ProviderModule } from '../../../src/providers/definition.ts';
import geminiModule from '../../../src/providers/gemini.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { gemini, type GeminiOptions } from '../../emulators/gemini.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-gemini-key-0123456789';

/** What a test works with. */
export interface Stage {
  provider: Provider;
  emulator: Emulator;
  /** The body of the n-th request, from 0. */
  sent: (index?: number) => Record<string, unknown>;
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions {
  module?: ProviderModule;
  service?: GeminiOptions;
  emulator?: EmulatorOptions;
  /** The provider's section of the config. */
  options?: Record<string, unknown>;
  timeoutMs?: number;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(how: StageOptions = {}): Promise<Stage> {
  const emulator = await startEmulator(gemini({ apiKey: KEY, ...how.service }), how.emulator);
  running.push(emulator);
  const provider = await (how.module ?? geminiModule).create({
    options: { baseUrl: emulator.url, ...how.options },
    keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    env: { GEMINI_API_KEY: KEY },
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
  return {
    provider,
    emulator,
    sent: (index = 0) => emulator.requests[index]?.body as Record<string, unknown>,
    close: clearStage,
  };
}
