/** What a refusal at a cap advises, followed to the letter; and what a cap does to shots whose charge is in doubt. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { startEmulator, type Emulator, type EmulatorOptions } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { ask, imggen, newStudio } from '../support/cli/imggen.ts';

async function studio(config: Record<string, unknown>, emulation: EmulatorOptions = {}) {
  const emulator: Emulator = await startEmulator(openai(), emulation);
  onTestFinished(() => emulator.close());
  const env = { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` };
  const folder = newStudio({ provider: 'openai', size: '1024x1024', quality: 'low', thumbnails: false, ...config });
  return { emulator, env, folder };
}

/** Each picture costs just that. */
const PRICED = { providers: { openai: { priceUsd: 0.02 } } };

/** The flag with its value that a refusal advises. */
const advised = (stderr: string) => /(--(?:budget|max-image-usd|max-day-usd)) ([\d.]+)/.exec(stderr)?.slice(1) ?? [];

/** The words of a command that is advised, without the program's name. */
const commandOf = (output: string, start: string) =>
  (new RegExp(`imggen (${start}[^\n]*)`).exec(output)?.[1] ?? '').trim().split(' ');

it.each([
  ['of the job', { perRunUsd: 0.03 }, ['resume', '1', '--budget', '0.06']],
  ['of the day', { perDayUsd: 0.03 }, ['resume', '1', '--max-day-usd', '0.06']],
])('a pack that the cap %s has stopped is made to its end by the command that is advised', async (_, budget, typed) => {
  const { emulator, env, folder } = await studio({ ...PRICED, budget });
  const some = await imggen(folder, ['pack', '--count', '4', '--yes'], { env });
  expect(some.exitCode, some.stdout).toBe(4);
  expect(commandOf(some.stdout, 'resume')).toEqual(typed);
  // Who watched another process at it is told the same.
  expect(commandOf((await imggen(folder, ['status', '--watch'], { env })).stdout, 'resume')).toEqual(typed);
  expect(await imggen(folder, typed, { env })).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(4);
});

it('a job keeps the cap that it was given: resume buys nothing above it, though the config allows more', async () => {
  const { emulator, env, folder } = await studio({ ...PRICED, budget: { perRunUsd: 5 } });
  await imggen(folder, ['pack', '--count', '4', '--budget', '0.03', '--yes'], { env });
  const bought = emulator.charges().length;
  for (const again of [['resume'], ['resume', '1', '--yes'], ['resume', '--yes']])
    expect(await imggen(folder, again, { env }), again.join(' ')).toMatchObject({ exitCode: 4 });
  expect(emulator.charges()).toHaveLength(bought);
});

it('a pack that is refused for its output folder leaves no job that a resume could buy', async () => {
  const { emulator, env, folder } = await studio(PRICED);
  writeFileSync(join(folder, 'taken'), 'a file');
  const refused = await imggen(folder, ['pack', '--count', '2', '--output', 'taken/images'], { env });
  expect(refused.exitCode, refused.stderr).toBe(2);
  expect((await imggen(folder, ['resume', '--yes'], { env })).stdout).toContain('nothing is unfinished');
  expect(emulator.charges()).toHaveLength(0);
});

it.each([
  ['of a picture', { perImageUsd: 0.25 }, ['--quality', 'max']],
  ['of the job', { perRunUsd: 0.02 }, []],
  ['of the day', { perDayUsd: 0.02 }, []],
])('a pack above the cap %s is made when the advice is followed', async (_, budget, flags) => {
  const { emulator, env, folder } = await studio({ budget });
  const pack = ['pack', '--count', '4', ...flags];
  const refused = await imggen(folder, pack, { env });
  expect(refused.exitCode, refused.stderr).toBe(4);
  expect(emulator.charges()).toHaveLength(0);
  const made = await imggen(folder, [...pack, ...advised(refused.stderr)], { env });
  expect(made.exitCode, made.stderr).toBe(0);
  expect(emulator.charges()).toHaveLength(4);
});

it('a held shot stays held at the cap of a picture, and is sent again when the advice is followed', async () => {
  const faults = [{ on: 'submit', kind: 'reset-after' as const, positions: [1] }];
  const { emulator, env, folder } = await studio({ ...PRICED, budget: { perImageUsd: 0.03 } }, { faults });
  const held = await imggen(folder, ['pack', '--count', '1'], { env });
  expect(held).toMatchObject({ exitCode: 75 });
  const retry = ['retry', '--unknown', '1'];
  expect(commandOf(held.stdout, 'retry')).toEqual([...retry, '--max-image-usd', '0.04']);
  const refused = await imggen(folder, retry, { env });
  expect(refused.exitCode, refused.stdout).toBe(4);
  expect(refused.stderr).toMatch(/1 picture may cost up to .*the cap of one picture is \$0\.03, \$0\.02 of it spent/);
  expect(ask(folder, 'SELECT state, outcome FROM shots')).toEqual([{ state: 'held', outcome: 'unknown' }]);
  expect(emulator.charges()).toHaveLength(1);
  const made = await imggen(folder, [...retry, ...advised(refused.stderr)], { env });
  expect(made.exitCode, made.stderr).toBe(0);
  expect(made.stdout).toMatch(/1 picture of job 1 may cost up to \$[\d.]+ more at openai/);
  expect(emulator.charges()).toHaveLength(2);
});

it('a held shot that does not fit is held again, beside one that fits', async () => {
  const faults = [{ on: 'submit', kind: 'reset-after' as const, positions: [1] }];
  const config = { ...PRICED, budget: { perImageUsd: 0.03 }, attemptsMax: 1, concurrency: 1 };
  const refusal = { on: 'submit', kind: 'status' as const, status: 400, positions: [2], body: '{"error":{}}' };
  const { emulator, env, folder } = await studio(config, { faults: [...faults, refusal] });
  await imggen(folder, ['pack', '--count', '2'], { env });
  const some = await imggen(folder, ['retry', '--unknown', '1'], { env });
  expect(some.exitCode, some.stdout).toBe(75);
  expect(some.stdout).toMatch(/would pass the cap of a picture: it takes \$0\.04/);
  expect(ask(folder, 'SELECT state FROM shots ORDER BY id')).toEqual([{ state: 'held' }, { state: 'done' }]);
  expect(await imggen(folder, commandOf(some.stdout, 'retry --unknown 1'), { env })).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(3);
});

it('a run tells how many shots ended before it and are not made by it: the view queues only the others', async () => {
  const faults = [{ on: 'submit', kind: 'reset-after' as const, positions: [1] }];
  const { env, folder } = await studio({ ...PRICED, budget: { perRunUsd: 0.05 }, concurrency: 1 }, { faults });
  expect(await imggen(folder, ['pack', '--count', '4', '--yes'], { env })).toMatchObject({ exitCode: 75 });
  const project = await ImgGen.open({ cwd: folder, env });
  const events: RunEvent[] = [];
  const settings = { budgetUsd: 1 };
  await project.resume({ settings, onEvent: (event) => events.push(event) }).result;
  await project.close();
  expect(ask(folder, "SELECT count(*) AS held FROM shots WHERE state = 'held'")).toEqual([{ held: 1 }]);
  expect(events.find(({ event }) => event === 'run_opened')).toMatchObject({ image_count: 4, already_ended: 1 });
});
