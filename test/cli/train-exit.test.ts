/** What `resume` and `work` end with tells of trainings, too: what was refused or failed is no success. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { newStudio } from '../support/cli/imggen.ts';
import { makeJob, plannedShot } from '../support/jobs.ts';
import { removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

it('of trainings that can not go on `resume` fails, and tells each', async () => {
  const folder = newStudio({ character: { name: 'Mira', gender: 'woman', seed: 7 } });
  const ledger = new Ledger({ file: join(folder, '.imggen', 'ledger.db'), now: Date.now });
  const shots = [plannedShot('train', 'train')];
  for (let jobs = 0; jobs < 2; jobs += 1)
    makeJob(ledger, join(folder, 'images'), { kind: 'train', shots, settings: { provider: 'local' }, fresh: true });
  ledger.close();
  const project = await ImgGen.open({ cwd: folder, env: {}, config: join(folder, 'config.json') });
  const resumed = await project.resume().result;
  await project.close();
  const message = 'local trains no LoRA';
  expect(resumed).toMatchObject({ status: 'all-failed', trainings: [], refusals: [{ message }, { message }] });
});

it('`work --once` ends as failed when its only training did', async () => {
  const detail = [{ loc: ['body', 'images_data_url'], msg: 'The archive holds no images', type: 'value_error' }];
  const fault = { on: 'result', kind: 'status', status: 422, body: JSON.stringify({ detail }), times: 1 } as const;
  const { run } = await trainStudio({ emulator: { faults: [fault] } });
  const wrongKey = await run(['train', 'mira-sol', '--provider', 'fal', '--yes'], { FAL_KEY: 'another:key' });
  expect(wrongKey).toMatchObject({ exitCode: 5 });
  const ran = await run(['work', '--once']);
  expect(ran.stdout + ran.stderr).toContain('holds no images');
  expect(ran).toMatchObject({ exitCode: 6 });
});
