/** The address of a service is changed between a lost answer and the next run: perhaps another server is there. */
import { expect, it, onTestFinished } from 'vitest';
import { comfyui } from '../emulators/comfyui.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { modal } from '../emulators/modal.ts';
import { imggen, newStudio, picturesIn, writeConfig } from '../support/cli/imggen.ts';
import { EXAMPLES } from '../support/providers/comfyui-stage.ts';

const SERVICES = {
  modal: { service: modal, asks: 'find', options: {} },
  comfyui: { service: comfyui, asks: 'history', options: { workflow: `${EXAMPLES}/portrait.json` } },
} as const;

async function start(name: keyof typeof SERVICES): Promise<Emulator> {
  const emulator = await startEmulator(SERVICES[name].service());
  onTestFinished(() => emulator.close());
  return emulator;
}

const submits = ({ requests }: Emulator): number => requests.filter(({ operation }) => operation === 'submit').length;

it.each(['modal', 'comfyui'] as const)('%s: what another server does not know is not paid again', async (name) => {
  const [first, second] = [await start(name), await start(name)];
  const { asks, options } = SERVICES[name];
  const at = ({ url }: Emulator) => ({
    provider: name,
    staggerMs: 0,
    providers: { [name]: { baseUrl: url, pollMs: 10, settleMs: 0, priceUsd: 0.01, ...options } },
  });
  const lost: Fault[] = [
    { on: 'submit', kind: 'reset-after' },
    { on: asks, kind: 'status', status: 500 },
  ];
  first.faults.push(...lost);
  const folder = newStudio(at(first));
  const begun = await imggen(folder, ['pack', '--count', '1', '--json', '--yes']);
  expect([begun.exitCode, submits(first)], begun.stderr).toEqual([75, 1]);

  writeConfig(folder, at(second));
  const moved = await imggen(folder, ['resume', '--json', '--yes']);
  expect([moved.exitCode, submits(second)], moved.stderr).toEqual([75, 0]);

  first.faults.length = 0;
  writeConfig(folder, at(first));
  const back = await imggen(folder, ['resume', '--json', '--yes']);
  expect([back.exitCode, submits(first), picturesIn(folder).length], back.stderr).toEqual([0, 1, 1]);
});
