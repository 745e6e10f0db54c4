/** A RunPod provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Provider } from '../../../src/providers/provider.ts';
import runpodModule from '../../../src/providers/runpod.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { EXAMPLES } from './comfyui-stage.ts';
import { OWN_ENDPOINT, runpod, type RunpodOptions } from '../../emulators/runpod.ts';

/** An endpoint that runs worker-comfyui, and the workflows of the documentation. */
export const COMFYUI = {
  service: { worker: 'worker-comfyui' },
  provider: { workflow: 'portrait.json', referenceWorkflow: 'face.json' },
} as const;

/** A key that is easy to look for in messages. */
export const KEY = 'emulated-runpod-key';

/** What a test works with. */
export interface Stage {
  emulator: Emulator;
  provider: Provider;
  /** Method and path of every request, in order. */
  asked: () => string[];
  /** The input of the n-th paid request, from 0. */
  sent: (index?: number) => Record<string, unknown>;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** Starts an emulator and a provider that talks to it. */
export async function stage(
  options: {
    service?: RunpodOptions;
    emulator?: EmulatorOptions;
    provider?: Record<string, unknown>;
    env?: Record<string, string>;
    timeoutMs?: number;
    elapsed?: () => number;
  } = {},
): Promise<Stage> {
  const emulator = await startEmulator(runpod({ apiKey: KEY, ...options.service }), options.emulator);
  running.push(emulator);
  const provider = await runpodModule.create({
    options: { baseUrl: `${emulator.url}/v2`, pollMs: 10, ...options.provider },
    keyVariables: ['RUNPOD_API_KEY'],
    folder: EXAMPLES,
    env: { RUNPOD_API_KEY: KEY, RUNPOD_ENDPOINT_ID: OWN_ENDPOINT, ...options.env },
    fetch,
    now: options.emulator?.now ?? Date.now,
    elapsed: options.elapsed ?? (() => performance.now()),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  return {
    emulator,
    provider,
    asked: () => emulator.requests.map(({ method, path }) => `${method} ${path}`),
    sent: (index = 0) => {
      const submit = emulator.requests.filter(({ operation }) => operation === 'submit')[index];
      return (submit?.body as { input: Record<string, unknown> } | undefined)?.input ?? {};
    },
  };
}
