/** What a training says of itself and counts: its destination, what is no number, the price of fewer steps. */
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { removeDrawn, replicateStudio, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

it('names the destination before the yes', async () => {
  const { train } = await replicateStudio();
  const refused = await train('--destination', 'studio/lora', '--budget', '9');
  expect(refused.stderr).toContain('class woman, into studio/lora');
});

it('counts fewer steps as fal may bill them, and tells what is no number', async () => {
  const { train } = await trainStudio();
  const bad = await train('--steps', 'many', '--min-score', 'high', '--yes');
  expect(bad.stderr).toContain('from 1 to 10000, got no number');
  expect((await train('--steps', '500', '--yes')).stdout).toContain('is trained: $2.00');
});

it('leaves a set that another training is still to send', async () => {
  const { folder, train, run, emulator } = await trainStudio();
  const sets = () => readdirSync(join(folder, 'images', 'mira-sol', 'lora')).filter((name) => name.endsWith('.zip'));
  await run(['train', 'mira-sol', '--provider', 'fal', '--yes'], { FAL_KEY: 'another:key' });
  expect(await train('--new', '--yes')).toMatchObject({ exitCode: 0 });
  expect(sets()).toHaveLength(1);
  expect(await run(['resume'])).toMatchObject({ exitCode: 0 });
  expect([sets(), emulator.charges().length]).toEqual([[], 2]);
});

it('whose set is gone can not be retried, which is said before anybody agrees to pay', async () => {
  const detail = [{ loc: ['body', 'images_data_url'], msg: 'The archive holds no images', type: 'value_error' }];
  const fault = { on: 'result', kind: 'status', status: 422, body: JSON.stringify({ detail }), times: 1 } as const;
  const { folder, train, run, sent } = await trainStudio({ emulator: { faults: [fault] } });
  expect(await train('--yes')).toMatchObject({ exitCode: 6 });
  rmSync(join(folder, 'images', 'mira-sol', 'lora'), { recursive: true });
  const again = await run(['retry', '2', '--yes', '--budget', '5']);
  expect(again).toMatchObject({ exitCode: 2 });
  expect(again.stderr).toContain('the training set of job 2 is gone: nothing was sent');
  expect(await train('--yes')).toMatchObject({ exitCode: 0 });
  expect(sent('submit')).toHaveLength(2);
});
