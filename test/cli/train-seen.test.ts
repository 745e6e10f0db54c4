/** What the other commands tell of a training and its LoRA: `characters`, `status --watch`, `reroll`, `clean`. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { removeDrawn, replicateStudio, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

const NO_IMAGES = { detail: [{ loc: ['body', 'images_data_url'], msg: 'The archive holds no images', type: 'value' }] };

it('is told by `characters`, by `status --watch`, and by the plan of other takes that leave it out', async () => {
  const { train, run } = await trainStudio();
  expect((await run(['characters'])).stdout).not.toContain('LoRA');
  await train('--yes');
  expect((await run(['characters'])).stdout).toMatch(/LoRA[^]*fal m1r4s0l/);
  const { characters } = JSON.parse((await run(['characters', '--json'])).stdout);
  expect(characters).toMatchObject([{ loras: [{ provider: 'fal', trigger: 'm1r4s0l', isThere: true }] }]);
  const { stdout: watched } = await run(['status', '2', '--watch']);
  expect(watched).toContain('the LoRA of Mira Sol (mira-sol) is trained: $2.00');
  expect(watched).not.toContain('picture');
  const pack = ['pack', 'mira-sol', '--count', '1', '--provider', 'fal', '--size', '256x256', '--no-thumbnails'];
  expect(await run(pack)).toMatchObject({ exitCode: 0 });
  const take = ['reroll', 'mira-sol/12', '--dry-run'];
  expect((await run(take)).stdout).not.toContain('without the LoRA');
  expect((await run([...take, '--provider', 'local'])).stdout).toContain('without the LoRA of the first ones');
});

it('leaves a set when it has failed, which `clean` takes away', async () => {
  const fault = { on: 'result', kind: 'status', status: 422, body: JSON.stringify(NO_IMAGES), times: 1 } as const;
  const { folder, train, run } = await trainStudio({ emulator: { faults: [fault] } });
  expect(await train('--yes')).toMatchObject({ exitCode: 6 });
  const sets = () => readdirSync(join(folder, 'images', 'mira-sol', 'lora'));
  expect((await run(['clean'])).stdout).toMatch(/old training set +mira-sol .*lora\/training-/);
  expect(sets()).toHaveLength(1);
  expect(await run(['clean', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(sets()).toEqual([]);
});

it('keeps the set of one that may still be sent from `clean`', async () => {
  const { folder, train, run } = await trainStudio({
    emulator: { faults: [{ on: 'submit', kind: 'reset-after', times: 1 }] },
  });
  expect(await train('--yes')).toMatchObject({ exitCode: 75 });
  expect((await run(['clean', '--yes'])).stdout).toContain('nothing to clean');
  expect(readdirSync(join(folder, 'images', 'mira-sol', 'lora'))).toHaveLength(1);
});

it('needs an address for uploads where fal is asked at another one than its own, which it says', async () => {
  const { folder, run } = await trainStudio({ config: { providers: { fal: { baseUrl: 'http://127.0.0.1:9' } } } });
  const refused = await run(['train', 'mira-sol', '--provider', 'fal', '--dry-run']);
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toContain('fal is asked at http://127.0.0.1:9');
  expect(refused.stderr).toContain('providers.fal.uploadUrl');
  expect(existsSync(join(folder, 'images', 'mira-sol', 'lora'))).toBe(false);
});

it('says the same amount in the plan and in the question, never one that is rounded down', async () => {
  const { train } = await replicateStudio();
  const steps = ['--destination', 'studio/lora', '--steps', '333'];
  const refused = await train(...steps);
  expect(refused.stderr).toContain('held is $1.2321 (');
  expect(refused.stderr).toContain('a training costs up to $1.2321');
  expect((await train(...steps, '--dry-run')).stdout).toContain('$1.2321 would be held');
});

it('tells views what is held for it, and what it has cost', async () => {
  const { folder, env } = await trainStudio();
  const project = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const told: [number, number][] = [];
  const onEvent = (event: RunEvent) => event.event === 'spend' && told.push([event.reserved_usd, event.spent_usd]);
  await project.train({ characterId: 'mira-sol', provider: 'fal', confirm: () => true, onEvent }).result;
  await project.close();
  expect(told).toEqual([
    [2, 0],
    [0, 2],
  ]);
});
