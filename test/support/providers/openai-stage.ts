/** An OpenAI provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from '../../../src/providers/provider.ts';
import openaiModule from '../../../src/providers/openai.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { openai, type OpenAIOptions, type OpenAIService } from '../../emulators/openai.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-openai-key-0123456789';

/** What a test works with. */
export interface Stage {
  provider: Provider;
  emulator: Emulator;
  service: OpenAIService;
  /** The body of the n-th request, from 0. */
  sent: (index?: number) => Record<string, unknown>;
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions {
  service?: OpenAIOptions;
  emulator?: EmulatorOptions;
  /** `providers.openai` of the config. */
  options?: Record<string, unknown>;
  env?: Record<string, string>;
  timeoutMs?: number;
  now?: () => number;
  elapsed?: () => number;
  /** Default: the emulator's. */
  fetch?: typeof fetch;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(how: StageOptions = {}): Promise<Stage> {
  const service = openai({ apiKey: KEY, ...how.service });
  const emulator = await startEmulator(service, how.emulator);
  running.push(emulator);
  const provider = await openaiModule.create({
    options: { baseUrl: `${emulator.url}/v1`, ...how.options },
    keyVariables: ['OPENAI_API_KEY'],
    env: { OPENAI_API_KEY: KEY, ...how.env },
    fetch: how.fetch ?? fetch,
    now: how.now ?? Date.now,
    elapsed: how.elapsed ?? (() => performance.now()),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
  return {
    provider,
    emulator,
    service,
    sent: (index = 0) => emulator.requests[index]?.body as Record<string, unknown>,
    close: clearStage,
  };
}
