/** A Modal provider in front of an emulated app, for the tests. */
import { setTimeout as sleep } from 'node:timers/promises';
import modalModule from '../../../src/providers/modal.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { modal, type ModalOptions } from '../../emulators/modal.ts';

/** A token that is easy to look for in messages. */
export const TOKEN = { key: 'wk-emulated-modal-key', secret: 'ws-emulated-modal-secret' };

/** What a test works with. */
export interface Stage {
  emulator: Emulator;
  provider: Provider;
  /** Method and path of every request, in order. */
  asked: () => string[];
}

/** How it is set. */
export interface StageOptions {
  pattern?: 'job' | 'plain';
  service?: ModalOptions;
  emulator?: EmulatorOptions;
  provider?: Record<string, unknown>;
  env?: Record<string, string>;
  timeoutMs?: number;
}

const running: Emulator[] = [];

/** Closes what `stage` started; for `afterEach`. */
export async function clearStage(): Promise<void> {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
}

/** Starts an emulator and a provider that talks to it. */
export async function stage({ pattern = 'job', ...options }: StageOptions = {}): Promise<Stage> {
  const emulator = await startEmulator(modal({ token: TOKEN, ...options.service }), options.emulator);
  running.push(emulator);
  const provider = await modalModule.create({
    options: {
      baseUrl: `${emulator.url}${pattern === 'plain' ? '/generate' : ''}`,
      pattern,
      pollMs: 10,
      priceUsd: 0.01,
      ...options.provider,
    },
    keyVariables: ['MODAL_KEY'],
    env: { MODAL_KEY: TOKEN.key, MODAL_SECRET: TOKEN.secret, ...options.env },
    fetch,
    folder: '/',
    now: options.emulator?.now ?? Date.now,
    elapsed: () => performance.now(),
    sleep: async (ms, signal) => void (await sleep(Math.min(ms, 20), undefined, signal ? { signal } : {})),
    timeoutMs: options.timeoutMs ?? 10_000,
  });
  return { emulator, provider, asked: () => emulator.requests.map(({ method, path }) => `${method} ${path}`) };
}
