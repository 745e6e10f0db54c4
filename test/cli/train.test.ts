/** `imggen train` at fal: from approved pictures to weights that are locked to the character. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sha256Of } from '../../src/images/hash.ts';
import { atTerminal, HAS_TERMINAL } from '../support/cli/at-terminal.ts';
import { ask, filesIn } from '../support/cli/imggen.ts';
import { removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

const attempts = (folder: string) =>
  ask<{ state: string }>(folder, `SELECT state FROM attempts WHERE provider = 'fal'`);
const loraFiles = (folder: string) => readdirSync(join(folder, 'images', 'mira-sol', 'lora'));

it('sends the approved pictures once, pays once, and keeps the weights with their sum', async () => {
  const { folder, train, sent, emulator, service } = await trainStudio();
  const ran = await train('--yes');
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stderr).toContain('11 pictures with captions are sent to fal');
  expect(ran.stdout).toContain('is trained: $2.00');
  expect([sent('upload').length, sent('put').length, sent('submit').length]).toEqual([1, 1, 1]);
  expect(sent('submit')[0]?.body).toMatchObject({ trigger_word: 'm1r4s0l', steps: 1000, is_style: false });
  expect(emulator.charges()).toMatchObject([{ amountMicros: 2_000_000 }]);
  expect(loraFiles(folder)).toEqual(['mira_sol_lora_2.safetensors']);
  const [lora] = ask(folder, 'SELECT * FROM loras');
  const bytes = readFileSync(join(folder, 'images', 'mira-sol', 'lora', 'mira_sol_lora_2.safetensors'));
  expect(lora).toMatchObject({
    state: 'stored',
    chosen: 1,
    sha256: sha256Of(bytes),
    cost_micros: 2_000_000,
    images: 11,
  });
  expect(attempts(folder)).toEqual([{ state: 'settled' }]);
  expect(service.files.size).toBe(1);
});

it('says that a LoRA of the same pictures is there, and buys nothing, unless another is wanted', async () => {
  const { train, emulator } = await trainStudio();
  await train('--yes');
  const again = await train('--yes');
  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toContain('is there already (job 2): nothing was bought');
  expect(emulator.charges()).toHaveLength(1);
  expect(await train('--yes', '--new')).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(2);
});

it('without a yes sends nothing, and leaves nothing that a resume could buy', async () => {
  const { folder, train, run, emulator } = await trainStudio();
  const before = filesIn(folder).filter((name) => !name.startsWith('.imggen'));
  const refused = await train();
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain('--yes');
  expect(filesIn(folder).filter((name) => !name.startsWith('.imggen'))).toEqual(before);
  expect(await run(['resume'])).toMatchObject({ exitCode: 0 });
  expect([emulator.requests, attempts(folder)]).toEqual([[], []]);
});

it.each([
  [['--budget', '1.99'], 'the cap of the job is $1.99'],
  [['--max-day-usd', '1'], 'the cap of the day is $1.00'],
])('is refused when it could pass a cap: %j', async (caps, says) => {
  const { folder, train, emulator } = await trainStudio();
  const refused = await train('--yes', ...caps);
  expect(refused).toMatchObject({ exitCode: 4 });
  expect(refused.stderr).toContain(says);
  expect([emulator.requests, attempts(folder)]).toEqual([[], []]);
});

it('passes no cap of one picture: that is not what a training is', async () => {
  const { train } = await trainStudio({ config: { budget: { perImageUsd: 0.1, perRunUsd: 3 } } });
  expect(await train('--yes')).toMatchObject({ exitCode: 0 });
});

it('tells of a dry run what would be sent and what it costs, without a key', async () => {
  const { folder, run, emulator } = await trainStudio();
  const ran = await run(['train', 'mira-sol', '--dry-run', '--json'], {});
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(JSON.parse(ran.stdout)).toMatchObject({ provider: 'fal', worstUsd: 2, steps: 1000, current: null });
  expect(emulator.requests).toEqual([]);
  expect(existsSync(join(folder, 'images', 'mira-sol', 'lora'))).toBe(false);
});

it('lists everything that is wrong before it asks', async () => {
  const { train, run, emulator } = await trainStudio();
  const bad = await train('--steps', '0', '--destination', 'x');
  expect(bad).toMatchObject({ exitCode: 2 });
  for (const problem of ['steps: expected', 'destination: expected', 'fal takes none'])
    expect(bad.stderr).toContain(problem);
  expect((await run(['train', 'mira-sol', '--provider', 'local'])).stderr).toContain('local trains no LoRA');
  expect(emulator.requests).toEqual([]);
});

it('goes with its character when that is deleted, after a question that counts it', async () => {
  const { folder, train, run } = await trainStudio();
  await train('--yes');
  expect((await run(['delete', 'mira-sol'])).stderr).toContain('11 pictures and 1 LoRA would be deleted');
  const deleted = await run(['delete', 'mira-sol', '--yes']);
  expect(deleted).toMatchObject({ exitCode: 0 });
  expect(deleted.stdout).toMatch(/lora_2\.safetensors: removed from disk; what its service has of it stays there/);
  expect(existsSync(join(folder, 'images', 'mira-sol'))).toBe(false);
  expect(ask(folder, 'SELECT state, chosen FROM loras')).toEqual([{ state: 'removed', chosen: 0 }]);
});

it('a key names one training for ever', async () => {
  const { train, emulator } = await trainStudio();
  for (let times = 0; times < 2; times += 1)
    expect(await train('--yes', '--key', 'lora-1')).toMatchObject({ exitCode: 0 });
  const other = await train('--yes', '--key', 'lora-1', '--steps', '500');
  expect(other).toMatchObject({ exitCode: 2 });
  expect(emulator.charges()).toHaveLength(1);
});

it('later packs are made with it, at the place where the service has it', async () => {
  const { train, run, sent, emulator } = await trainStudio();
  await train('--yes');
  const packed = await run(['pack', 'mira-sol', '--count', '1', '--provider', 'fal', '--size', '1024x1024', '--yes']);
  expect(packed, packed.stderr).toMatchObject({ exitCode: 0 });
  const pictures = emulator.requests.filter(({ path }) => path === '/fal-ai/flux-lora');
  expect(pictures.map(({ body }) => body)).toMatchObject([
    {
      prompt: expect.stringContaining('m1r4s0l'),
      loras: [{ path: expect.stringContaining(`${emulator.url}/delivery/`) }],
    },
  ]);
  expect(sent('submit')).toHaveLength(2);
});

it.runIf(HAS_TERMINAL)('asks a person at a terminal, and a no sends nothing', async () => {
  const { folder, emulator, env } = await trainStudio({ config: { budget: { perRunUsd: 5, perDayUsd: 20 } } });
  const args = ['train', 'mira-sol', '--provider', 'fal'];
  const typing = [{ after: /Send 11 pictures to fal and train for up to \$2\.00\? \[y\/N\]/, keys: 'n\n' }];
  const { exitCode, stdout } = await atTerminal(folder, args, typing, env);
  expect(exitCode).toBe(130);
  expect(stdout).toContain('caps: $5.00 for the training; $20.00 for the day');
  expect([emulator.requests, attempts(folder)]).toEqual([[], []]);
});
