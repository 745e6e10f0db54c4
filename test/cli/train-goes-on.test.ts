/** A training that was interrupted, lost its answer, failed or was canceled: what follows, and who pays for what. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { ask, filesIn } from '../support/cli/imggen.ts';
import { leftTraining, removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

const shots = (folder: string) => ask<{ state: string }>(folder, `SELECT state FROM shots WHERE kind = 'train'`);

it('is collected by a resume, which pays nothing, and by the same command again', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 300 } });
  await leftTraining(studio);
  const keyless = await studio.run(['resume'], {});
  expect(keyless).toMatchObject({ exitCode: 5, stderr: expect.stringContaining('FAL_KEY') });
  const resumed = await studio.run(['resume']);
  expect(resumed).toMatchObject({ exitCode: 0 });
  expect(resumed.stdout).toContain('the LoRA of Mira Sol (mira-sol) is trained: $2.00');
  expect([studio.emulator.charges().length, studio.sent('submit').length]).toEqual([1, 1]);
  expect((await studio.train()).stdout).toContain('nothing was bought');
});

it('is told beside pictures whose job can not go on', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 100 } });
  await leftTraining(studio);
  const pack = ['pack', 'mira-sol', '--provider', 'fal', '--model', 'fal-ai/flux/dev', '--size', '256x256'];
  await studio.run([...pack, '--count', '2', '--budget', '0.03', '--no-thumbnails', '--yes']);
  const db = new Sqlite(join(studio.folder, '.imggen', 'ledger.db'));
  db.exec(`UPDATE jobs SET settings = json_set(settings, '$.provider', 'openai') WHERE kind = 'pack'`);
  db.close();
  const resumed = await studio.run(['resume', '--budget', '1']);
  expect(resumed).toMatchObject({ exitCode: 5 });
  expect(resumed.stdout).toContain('the LoRA of Mira Sol (mira-sol) is trained');
  expect(resumed.stdout + resumed.stderr).toContain('OPENAI_API_KEY');
});

it('is collected by the same command without another question', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 300 } });
  await leftTraining(studio);
  expect(await studio.train('--json')).toMatchObject({ exitCode: 0 });
  expect(studio.emulator.charges()).toHaveLength(1);
});

it('whose answer was lost is held, and paid again only on purpose and with a yes', async () => {
  const { folder, train, run, emulator } = await trainStudio({
    emulator: { faults: [{ on: 'submit', kind: 'reset-after', times: 1 }] },
  });
  const lost = await train('--yes');
  expect(lost).toMatchObject({ exitCode: 75 });
  expect(lost.stdout).toContain('retry --unknown 2');
  for (const args of [['resume'], ['retry'], ['train', 'mira-sol', '--provider', 'fal', '--yes']]) await run(args);
  expect([shots(folder), emulator.charges().length]).toEqual([[{ state: 'held' }], 1]);
  expect(await run(['retry', '2', '--unknown'])).toMatchObject({ exitCode: 4 });
  expect(await run(['retry', '2', '--unknown', '--yes', '--budget', '5'])).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(2);
});

it('that failed at the service is told, is no picture to retry, and is trained again by name', async () => {
  const detail = [{ loc: ['body', 'images_data_url'], msg: 'The archive holds no images', type: 'value_error' }];
  const fault = { on: 'result', kind: 'status', status: 422, body: JSON.stringify({ detail }), times: 1 } as const;
  const { folder, train, run, emulator } = await trainStudio({ emulator: { faults: [fault] } });
  const failed = await train('--yes');
  expect(failed).toMatchObject({ exitCode: 6 });
  expect(failed.stdout).toContain('holds no images');
  const nothing = 'no picture has failed; job 2, a training, has failed: `imggen retry 2` asks, and pays again';
  expect((await run(['retry'])).stdout).toContain(nothing);
  expect(shots(folder)).toEqual([{ state: 'failed' }]);
  expect(await run(['retry', '2'])).toMatchObject({ exitCode: 4 });
  expect(await run(['retry', '2', '--yes', '--budget', '5'])).toMatchObject({ exitCode: 0 });
  expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(2);
});

it('is canceled at the service before it begins, costs nothing then, and is dropped', async () => {
  const studio = await trainStudio({ service: { queueMs: 60_000 } });
  await leftTraining(studio);
  const canceled = await studio.run(['cancel', '2']);
  expect(canceled).toMatchObject({ exitCode: 0 });
  expect(canceled.stdout).toContain('1 stopped at the provider');
  expect([studio.emulator.charges(), studio.sent('cancel').length]).toEqual([[], 1]);
  expect((await studio.run(['resume'])).stdout).toContain('nothing is unfinished');
  expect((await studio.run(['resume', '2'])).stderr).toContain('was canceled');
});

it('a no buys nothing and leaves nothing, whoever says it', async () => {
  const { folder, env, emulator } = await trainStudio();
  const before = filesIn(folder).filter((name) => !name.startsWith('.imggen'));
  const imggen = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const questions: string[] = [];
  const confirm = (question: string) => {
    questions.push(question);
    return false;
  };
  const refused = imggen.train({ characterId: 'mira-sol', provider: 'fal', confirm }).result;
  await expect(refused).rejects.toMatchObject({ kind: 'declined' });
  expect(questions).toEqual(['Send 11 pictures to fal and train for up to $2.00?']);
  expect(await imggen.resume({ confirm: () => true }).result).toMatchObject({ jobs: [] });
  await imggen.close();
  expect(filesIn(folder).filter((name) => !name.startsWith('.imggen'))).toEqual(before);
  expect(emulator.requests).toEqual([]);
});

it('a set that is larger than the service takes is refused before anything is asked', async () => {
  const { folder, train, emulator } = await trainStudio();
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec('UPDATE images SET size_bytes = 9000000');
  db.close();
  const refused = await train('--yes');
  expect(refused).toMatchObject({ exitCode: 2 });
  expect(refused.stderr).toContain('fal takes 90 MB at most');
  expect(emulator.requests).toEqual([]);
});

it('is one of the jobs: `jobs` and `status` tell its kind', async () => {
  const { train, run } = await trainStudio();
  await train('--yes');
  expect((await run(['jobs'])).stdout).toMatch(/train +mira-sol/);
  expect((await run(['status', '2'])).exitCode).toBe(0);
});

it('waits for the right key, and is sent once then, from the same pictures', async () => {
  const { folder, train, run, emulator } = await trainStudio();
  const wrong = await run(['train', 'mira-sol', '--provider', 'fal', '--yes'], { FAL_KEY: 'another:key' });
  expect(wrong).toMatchObject({ exitCode: 5 });
  expect(shots(folder)).toEqual([{ state: 'queued' }]);
  expect(await train('--yes')).toMatchObject({ exitCode: 0 });
  expect([ask(folder, `SELECT id FROM jobs WHERE kind = 'train'`).length, emulator.charges().length]).toEqual([1, 1]);
});

it('of two processes at once is trained once', async () => {
  const { folder, train, emulator } = await trainStudio({ emulator: { latencyMs: 200 } });
  const both = await Promise.all([train('--yes'), train('--yes')]);
  expect(both.map(({ exitCode }) => exitCode)).toEqual([0, 0]);
  expect([emulator.charges().length, ask(folder, 'SELECT id FROM loras').length]).toEqual([1, 1]);
});

it('that was trained while a question stood is not bought again by the yes to it', async () => {
  const { folder, env, train, emulator } = await trainStudio();
  const imggen = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const confirm = async () => (await train('--yes')).exitCode === 0;
  const late = await imggen.train({ characterId: 'mira-sol', provider: 'fal', confirm }).result;
  await imggen.close();
  expect(late).toMatchObject({ status: 'done', isNew: false, lora: { steps: 1000 } });
  expect(emulator.charges()).toHaveLength(1);
});

it('is stopped where it is claimed when another took the rest of the day, and goes on under a higher cap', async () => {
  const { folder, env, train, run, emulator } = await trainStudio();
  const imggen = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const confirm = async () => (await train('--yes', '--steps', '900')).exitCode === 0;
  const settings = { maxDayUsd: '3' };
  const late = await imggen.train({ characterId: 'mira-sol', provider: 'fal', confirm, settings }).result;
  await imggen.close();
  expect(late).toMatchObject({ status: 'budget', lora: null, costUsd: 0 });
  expect(emulator.charges()).toHaveLength(1);
  const again = await run(['resume']);
  expect(again).toMatchObject({ exitCode: 4 });
  // What is advised is enough.
  expect(again.stdout).toContain(`resume ${late.jobId} --max-day-usd 4.00\``);
  expect(await run(['resume', late.jobId, '--max-day-usd', '4.00'])).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(2);
});
