/** An OpenAI-compatible provider in front of an emulated LocalAI, for the tests. */
import module from '../../../src/providers/openai-compatible.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { localai, type LocalAIOptions } from '../../emulators/localai.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-localai-key-0123456789';

/** What a test works with. */
export interface Stage {
  provider: Provider;
  emulator: Emulator;
  /** The body of the first request. */
  sent: () => Record<string, unknown>;
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions {
  service?: LocalAIOptions;
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
    keyVariables: ['OPENAI_COMPATIBLE_API_KEY'],
    env: { ...how.env },
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async () => {},
    timeoutMs: how.timeoutMs ?? 10_000,
  });
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(how: StageOptions = {}): Promise<Stage> {
  const emulator = await startEmulator(localai(how.service), how.emulator);
  running.push(emulator);
  return {
    provider: await providerAt(`${emulator.url}/v1`, how),
    emulator,
    sent: () => emulator.requests[0]?.body as Record<string, unknown>,
    close: clearStage,
  };
}
