/** A home of the built program that lies on a mount of its own, in front of an emulated service behind a gate. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startEmulator } from '../../emulators/emulator.ts';
import { gated } from '../../emulators/gate.ts';
import { openai } from '../../emulators/openai.ts';
import { replicate } from '../../emulators/replicate.ts';
import { type Ended, openHome, runCli, startCli } from '../harness/cli.ts';
import type { Mounts } from '../harness/mounts.ts';
import { PRICE_USD } from '../harness/scene.ts';
import { type Findings, verify } from '../harness/verify.ts';

/** Pictures of a pack, all asked for at once. */
export const COUNT = 4;
const PACK = ['pack', '--count', String(COUNT), '--json', '--yes'];
/** What the check of the space asks for, and more. It is memory that is only promised. */
export const ROOMY = 'size=256m';

/** What is on the mount: the pictures, or everything: config, ledger and pictures. */
export type OnMount = 'the pictures' | 'everything';

/** What a test can do. */
export interface MountedHome {
  /** Changes the mount: `size=32m`. */
  remount: (how: string) => Promise<void>;
  /** Makes it read-only, also in the middle of a run, until it is allowed again. */
  forbidWriting: () => Promise<void>;
  allowWriting: () => Promise<void>;
  /** No file more can be made on it. */
  leaveNoInodes: () => Promise<void>;
  /** Leaves no space on it. */
  fill: () => Promise<void>;
  /** Runs a pack, and does something when all its requests have arrived and none is answered yet. */
  pack: (whileAsked?: () => Promise<void>) => Promise<Ended>;
  resume: () => Promise<Ended>;
  /** Charges of the service. */
  charges: () => number;
  /** Ends the mount, leaves what was on it at its place on the disk, and checks that. */
  verify: () => Promise<Findings>;
}

/** Plays on a mounted home. */
export async function onMount(
  scene: { root: string; provider: 'openai' | 'replicate'; mounts: Mounts; what: OnMount },
  play: (home: MountedHome) => Promise<void>,
): Promise<void> {
  const { root, provider, mounts, what } = scene;
  const gate = gated(provider === 'openai' ? openai() : replicate());
  const emulator = await startEmulator(gate.service);
  // Neither on the mount nor in the home: an answer that has no space is kept here.
  const spare = mkdtempSync(join(tmpdir(), 'imggen-spare-'));
  const home = openHome(root, configOf(provider, `${emulator.url}/v1`), {
    OPENAI_API_KEY: 'emulated-key',
    REPLICATE_API_TOKEN: 'emulated-token',
    TMPDIR: spare,
  });
  const at = what === 'everything' ? home.folder : join(home.folder, 'images');
  const shell = mounts.shellIn(home.folder);
  try {
    mkdirSync(at, { recursive: true });
    await mounts.run(
      `cp -a ${at} ${spare}/kept && mount -t tmpfs -o ${ROOMY} none ${at} && cp -a ${spare}/kept/. ${at}`,
    );
    await play({
      remount: (how) => mounts.run(`mount -o remount,${how} ${at}`),
      // The kernel refuses to while files are open for writing; over it, what has a name can't be changed.
      forbidWriting: () => mounts.run(`mount --bind ${at} ${at} && mount -o remount,bind,ro ${at}`),
      allowWriting: () => mounts.run(`umount ${at}`),
      leaveNoInodes: () => mounts.run(`mount -o remount,nr_inodes=$(($(df --output=iused ${at} | tail -1))) ${at}`),
      fill: () => mounts.run(`mount -o remount,size=$(($(df -k --output=used ${at} | tail -1) + 4))k ${at}`),
      pack: async (whileAsked) => {
        const { ended } = startCli(home, PACK, shell);
        await Promise.race([gate.arrived(COUNT), ended]);
        await whileAsked?.();
        gate.open();
        return ended;
      },
      resume: () => {
        gate.open();
        return runCli(home, ['resume', '--json', '--yes'], shell);
      },
      charges: () => emulator.charges().length,
      verify: async () => {
        await mounts.run(`cp -a ${at}/. ${spare}/kept && umount ${at} && cp -a ${spare}/kept/. ${at}`);
        return verify({ ...home, charges: emulator.charges() });
      },
    });
  } finally {
    await emulator.close();
    await mounts.close();
    home.close();
    rmSync(spare, { recursive: true, force: true });
  }
}

function configOf(provider: 'openai' | 'replicate', baseUrl: string): Record<string, unknown> {
  const own = { baseUrl, priceUsd: PRICE_USD[provider] };
  return provider === 'openai'
    ? { provider, concurrency: COUNT, size: '1024x1024', quality: 'low', providers: { openai: own } }
    : {
        provider,
        concurrency: COUNT,
        providers: { replicate: { ...own, model: 'black-forest-labs/flux-dev', pollMs: 20, settleMs: 100 } },
      };
}
