/** A fal provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import falModule from '../../../src/providers/fal.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { fal, type FalOptions, type FalService } from '../../emulators/fal.ts';

/** A key that is easy to look for in messages. */
export const KEY = 'canary-fal-id-0123:canary-fal-secret-456';

/** What a test works with. */
export interface FalStage {
  provider: Provider;
  service: FalService;
  emulator: Emulator;
  /** The n-th paid request, from 0. */
  sent: (index?: number) => { path: string; body: Record<string, unknown>; headers: Record<string, unknown> };
}

/** Starts an emulator and a provider that talks to it. Closing is the caller's. */
export async function startFal(how: {
  service?: FalOptions;
  emulator?: EmulatorOptions;
  options?: Record<string, unknown>;
  timeoutMs?: number;
  elapsed?: () => number;
}): Promise<FalStage> {
  const service = fal({ key: KEY, ...how.service });
  const emulator = await startEmulator(service, how.emulator);
  const provider = await falModule.create({
    options: { baseUrl: emulator.url, pollMs: 10, ...how.options },
    keyVariables: ['FAL_KEY'],
    env: { FAL_KEY: KEY },
    fetch,
    now: Date.now,
    elapsed: how.elapsed ?? (() => performance.now()),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
  const sent = (index = 0): ReturnType<FalStage['sent']> => {
    const { path, body, headers } = emulator.requests.filter(({ operation }) => operation === 'submit')[index]!;
    return { path, body: body as Record<string, unknown>, headers };
  };
  return { provider, service, emulator, sent };
}

/** The same, closed when the test is over. */
export async function stage(how: Parameters<typeof startFal>[0] = {}): Promise<FalStage> {
  const started = await startFal(how);
  onTestFinished(started.emulator.close);
  return started;
}
