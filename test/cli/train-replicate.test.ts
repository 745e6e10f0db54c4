/** `imggen train` at Replicate: a version of the user's own model, weights out of a tar file, machine time. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeWeights } from '../emulators/weights.ts';
import { ask } from '../support/cli/imggen.ts';
import { removeDrawn, replicateStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

it('trains into the destination, and keeps the weights, the version and what the time has cost', async () => {
  const { folder, train, sent, emulator } = await replicateStudio();
  const ran = await train('--destination', 'studio/lora', '--yes');
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stderr).toContain('an estimate and no bound');
  expect(ran.stdout).toContain('is trained: $1.85');
  const [submit] = sent('submit');
  expect(submit?.body).toMatchObject({
    destination: 'studio/lora',
    input: { trigger_word: 'm1r4s0l', steps: 1000, autocaption: false },
  });
  const [charge] = emulator.charges();
  const [lora] = ask<{ path: string }>(folder, 'SELECT * FROM loras');
  expect(lora).toMatchObject({ cost_micros: 1_850_000, version: expect.stringMatching(/^studio\/lora:/) });
  const weights = readFileSync(join(folder, 'images', 'mira-sol', 'lora', 'mira_sol_lora_2.safetensors'));
  expect(weights.equals(makeWeights(charge?.id ?? ''))).toBe(true);
});

it('needs a destination, and says how to make it; one that is not there costs nothing', async () => {
  const { train, emulator } = await replicateStudio();
  const without = await train('--yes');
  expect(without).toMatchObject({ exitCode: 2 });
  expect(without.stderr).toContain('destination: missing. Replicate keeps what it trains');
  expect(emulator.requests).toEqual([]);
  const wrong = await train('--yes', '--destination', 'emulated/nothing');
  expect(wrong).toMatchObject({ exitCode: 6 });
  expect(wrong.stdout).toContain('The destination does not exist');
  expect(emulator.charges()).toEqual([]);
});

it('holds twice the usual price against the caps, and says that it is no bound', async () => {
  const { train, emulator } = await replicateStudio();
  const refused = await train('--destination', 'studio/lora', '--yes', '--budget', '3');
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain('may cost up to $3.70');
  expect(emulator.requests).toEqual([]);
});
