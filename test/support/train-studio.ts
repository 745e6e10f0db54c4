/** A studio with approved training pictures, in front of an emulated fal or Replicate that trains. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../emulators/emulator.ts';
import { fal, type FalOptions } from '../emulators/fal.ts';
import { replicate } from '../emulators/replicate.ts';
import type { ReplicateOptions } from '../emulators/replicate/options.ts';
import { ask, imggen, newFolder, writeConfig } from './cli/imggen.ts';

/** The keys of the emulators. */
const ENV = { FAL_KEY: 'emulated:key', REPLICATE_API_TOKEN: 'emulated-token' };

/** How it is set up. */
export interface TrainStudioOptions<Service = FalOptions> {
  service?: Service;
  emulator?: EmulatorOptions;
  /** Over the config. */
  config?: Record<string, unknown>;
}

/** Pictures are drawn on this machine and approved; fal is asked for the training alone. */
export async function trainStudio({ service = {}, emulator: how = {}, config = {} }: TrainStudioOptions = {}) {
  const made = fal({ key: ENV.FAL_KEY, ...service });
  const emulator = await startEmulator(made, how);
  const options = { baseUrl: emulator.url, uploadUrl: emulator.url, pollMs: 20 };
  const studio = await drawnStudio(emulator, { providers: { fal: options }, ...config });
  const train = (...args: readonly string[]) => studio.run(['train', 'mira-sol', '--provider', 'fal', ...args]);
  return { ...studio, service: made, train };
}

/** The same at Replicate. */
export async function replicateStudio({
  service = {},
  emulator: how = {},
  config = {},
}: TrainStudioOptions<ReplicateOptions> = {}) {
  const emulator = await startEmulator(replicate({ token: ENV.REPLICATE_API_TOKEN, ...service }), how);
  const options = { baseUrl: `${emulator.url}/v1`, pollMs: 20, settleMs: 50 };
  const studio = await drawnStudio(emulator, { providers: { replicate: options }, ...config });
  const train = (...args: readonly string[]) => studio.run(['train', 'mira-sol', '--provider', 'replicate', ...args]);
  return { ...studio, train };
}

async function drawnStudio(emulator: Emulator, config: Record<string, unknown>) {
  onTestFinished(() => emulator.close());
  const folder = newFolder();
  cpSync(await (drawnOnce ??= drawn()), folder, { recursive: true });
  writeConfig(folder, { ...DRAWN, ...config });
  const run = (args: readonly string[], env: Record<string, string> = ENV) => imggen(folder, args, { env });
  const sent = (operation: string) => emulator.requests.filter((one) => one.operation === operation);
  return { folder, emulator, env: ENV, run, sent };
}

const DRAWN = { provider: 'local', thumbnails: false };
let drawnOnce: Promise<string> | undefined;

/** What every studio is a copy of: drawing its pictures takes longer than a training. */
async function drawn(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-trained-'));
  writeConfig(folder, DRAWN);
  const ran = await imggen(folder, ['create-character', '--quiet']);
  if (ran.exitCode !== 0) throw new Error(ran.stderr);
  const names = ask<{ filename: string }>(folder, 'SELECT filename FROM images ORDER BY id').map((one) => one.filename);
  await imggen(folder, ['mark', ...names, '--approve']);
  return folder;
}

/** Takes away what the studios of a file are copies of: for its `afterAll`. */
export async function removeDrawn(): Promise<void> {
  const folder = await drawnOnce;
  drawnOnce = undefined;
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
}

/** Leaves a training at fal, as the first Ctrl-C does. */
export async function leftTraining({ folder, env }: Awaited<ReturnType<typeof trainStudio>>): Promise<void> {
  const studio = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const stop = new AbortController();
  const run = studio.train({
    characterId: 'mira-sol',
    provider: 'fal',
    confirm: () => true,
    signal: stop.signal,
    onEvent: ({ event }) => event === 'generation_submitted' && stop.abort(),
  });
  expect(await run.result).toMatchObject({ status: 'interrupted', isLive: true, lora: null });
  await studio.close();
}
