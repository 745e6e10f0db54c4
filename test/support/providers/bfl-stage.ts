/** A provider of Black Forest Labs in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import bflModule from '../../../src/providers/bfl.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { bfl, type BflOptions } from '../../emulators/bfl.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-bfl-key-0123456789';

/** What a test works with. */
export interface BflStage {
  provider: Provider;
  emulator: Emulator;
  /** The body of the n-th paid request, from 0. */
  sent: (index?: number) => Record<string, unknown>;
}

/** Starts an emulator and a provider that talks to it. Closing is the caller's. */
export async function startBfl(how: {
  service?: BflOptions;
  emulator?: EmulatorOptions;
  options?: Record<string, unknown>;
  timeoutMs?: number;
}): Promise<BflStage> {
  const emulator = await startEmulator(bfl({ key: KEY, ...how.service }), how.emulator);
  const provider = await bflModule.create({
    options: { baseUrl: emulator.url, pollMs: 10, ...how.options },
    keyVariables: ['BFL_API_KEY'],
    env: { BFL_API_KEY: KEY },
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
  const sent = (index = 0) =>
    emulator.requests.filter(({ operation }) => operation === 'submit')[index]?.body as Record<string, unknown>;
  return { provider, emulator, sent };
}

/** The same, closed when the test is over. */
export async function stage(how: Parameters<typeof startBfl>[0] = {}): Promise<BflStage> {
  const started = await startBfl(how);
  onTestFinished(started.emulator.close);
  return started;
}
