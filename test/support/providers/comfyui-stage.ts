/** A ComfyUI provider in front of an emulator, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import module from '../../../src/providers/comfyui.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { comfyui, type ComfyOptions, type ComfyService } from '../../emulators/comfyui.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';

/** The workflows that the documentation gives as examples. */
export const EXAMPLES = fileURLToPath(new URL('../../../docs/comfyui', import.meta.url));

/** What a test works with. */
export interface Stage {
  provider: Provider;
  service: ComfyService;
  emulator: Emulator;
  /** The body of the n-th prompt that was sent, from 0. */
  sent: (index?: number) => { prompt: Record<string, { inputs: Record<string, unknown> }>; prompt_id: string };
  close: () => Promise<void>;
}

/** How the stage is set. */
export interface StageOptions {
  service?: ComfyOptions;
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

/** Starts an emulator and a provider that talks to it, with the workflows of the documentation. */
export async function stage(how: StageOptions = {}): Promise<Stage> {
  const service = comfyui(how.service);
  const emulator = await startEmulator(service, how.emulator);
  running.push(emulator);
  const workflows = { workflow: 'portrait.json', referenceWorkflow: 'face.json' };
  const provider = await module.create({
    options: { baseUrl: emulator.url, ...workflows, ...how.options },
    keyVariables: [],
    folder: EXAMPLES,
    env: {},
    fetch,
    now: Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: how.timeoutMs ?? 10_000,
  });
  const submits = () => emulator.requests.filter(({ operation }) => operation === 'submit');
  return {
    provider,
    service,
    emulator,
    sent: (index = 0) => submits()[index]?.body as ReturnType<Stage['sent']>,
    close: clearStage,
  };
}
