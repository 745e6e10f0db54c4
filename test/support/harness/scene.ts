/** One run of the built program against a service that misbehaves, and everything that can be seen of it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Emulator, type EmulatorOptions, startEmulator } from '../../emulators/emulator.ts';
import { openai, type OpenAIOptions } from '../../emulators/openai.ts';
import { replicate } from '../../emulators/replicate.ts';
import type { ReplicateOptions } from '../../emulators/replicate/options.ts';
import { type Ended, eventsOf, type Home, openHome, HERE, type Running, runAnywhere, startCli } from './cli.ts';
import { type Findings, verify } from './verify.ts';

/** What is played. */
export interface Scene {
  /** Default: no package, the command runs inside this process. What needs a process names one. */
  root?: string;
  provider: 'replicate' | 'openai';
  count: number;
  emulator?: EmulatorOptions;
  service?: ReplicateOptions & OpenAIOptions;
  /** Laid over the config. */
  config?: Record<string, unknown>;
  env?: Record<string, string>;
  args?: readonly string[];
  /** Limits of the process, as a shell sets them. */
  shell?: string;
  /** Before the program starts. */
  before?: (home: Home) => void;
  /** While the program runs. */
  meanwhile?: (running: Running, emulator: Emulator) => Promise<void>;
  /** While the folder is still there. */
  after?: (home: Home, ended: Ended, emulator: Emulator) => void | Promise<void>;
}

/** What came of it. */
export interface Played {
  ended: Ended;
  events: Record<string, unknown>[];
  /** Paid requests, in order, when they arrived (epoch ms). */
  submits: number[];
  charges: number;
  findings: Findings | undefined;
}

/** What every picture costs by the config: never less than the emulators charge. */
export const PRICE_USD = { replicate: 0.025, openai: 0.1 } as const;

/** Plays a scene. */
export async function play(scene: Scene): Promise<Played> {
  const { provider, count } = scene;
  const emulator = await startEmulator(provider === 'openai' ? openai(scene.service) : replicate(scene.service), {
    latencyMs: 5,
    ...scene.emulator,
  });
  const own = {
    baseUrl: `${emulator.url}/v1`,
    priceUsd: PRICE_USD[provider],
    ...(provider === 'replicate' ? { model: 'black-forest-labs/flux-dev', pollMs: 20, settleMs: 100 } : {}),
  };
  const home = openHome(
    scene.root ?? HERE,
    {
      provider,
      concurrency: 1,
      ...(provider === 'openai' ? { size: '1024x1024', quality: 'low' } : {}),
      providers: { [provider]: own },
      ...scene.config,
    },
    { OPENAI_API_KEY: 'emulated-key', REPLICATE_API_TOKEN: 'emulated-token', ...scene.env },
  );
  try {
    scene.before?.(home);
    const log = join(home.folder, 'run.log');
    const args = ['pack', '--count', String(count), '--json', '--yes', '--log', log, ...(scene.args ?? [])];
    const ended = await runIn(home, args, { ...scene, emulator });
    const charges = emulator.charges();
    const findings = existsSync(home.ledger) ? verify({ ...home, charges, mayHold: true, mayFail: true }) : undefined;
    await scene.after?.(home, ended, emulator);
    const submits = emulator.requests.filter(({ operation }) => operation === 'submit').map(({ at }) => at);
    return { ended, events: eventsOf(ended.stdout), submits, charges: charges.length, findings };
  } finally {
    await emulator.close();
    home.close();
  }
}

async function runIn(
  home: Home,
  args: readonly string[],
  { root, shell, meanwhile, emulator }: Pick<Scene, 'root' | 'shell' | 'meanwhile'> & { emulator: Emulator },
): Promise<Ended> {
  if (root === undefined) return runAnywhere(home, args);
  const running = startCli(home, args, shell);
  await Promise.race([meanwhile?.(running, emulator), running.ended]);
  return running.ended;
}
