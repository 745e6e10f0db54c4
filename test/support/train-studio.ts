/** A studio with approved training pictures, in front of an emulated fal that trains. */
import { onTestFinished } from 'vitest';
import { startEmulator, type EmulatorOptions } from '../emulators/emulator.ts';
import { fal, type FalOptions } from '../emulators/fal.ts';
import { ask, imggen, newStudio } from './cli/imggen.ts';

/** The one key of the emulator. */
const ENV = { FAL_KEY: 'emulated:key' };

/** How it is set up. */
export interface TrainStudioOptions {
  service?: FalOptions;
  emulator?: EmulatorOptions;
  /** Over the config. */
  config?: Record<string, unknown>;
}

/** Pictures are drawn on this machine and approved; fal is asked for the training alone. */
export async function trainStudio({ service = {}, emulator: how = {}, config = {} }: TrainStudioOptions = {}) {
  const made = fal({ key: ENV.FAL_KEY, ...service });
  const emulator = await startEmulator(made, how);
  onTestFinished(() => emulator.close());
  const providers = { fal: { baseUrl: emulator.url, uploadUrl: emulator.url, pollMs: 20 } };
  const folder = newStudio({ provider: 'local', thumbnails: false, providers, ...config });
  const drawn = await imggen(folder, ['create-character', '--quiet']);
  if (drawn.exitCode !== 0) throw new Error(drawn.stderr);
  const names = ask<{ filename: string }>(folder, 'SELECT filename FROM images ORDER BY id').map((one) => one.filename);
  await imggen(folder, ['mark', ...names, '--approve']);
  const run = (args: readonly string[], env: Record<string, string> = ENV) => imggen(folder, args, { env });
  const train = (...args: readonly string[]) => run(['train', 'mira-sol', '--provider', 'fal', ...args]);
  const sent = (operation: string) => emulator.requests.filter((one) => one.operation === operation);
  return { folder, emulator, service: made, env: ENV, run, train, sent };
}
