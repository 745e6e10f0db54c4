/** What is bought a second time, and what never is: trainings that were canceled, failed or held before. */
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterAll, expect, it } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { leftTraining, removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

it('of a job that was canceled when its LoRA was made is there all the same: it is not bought again', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 300 } });
  await leftTraining(studio);
  const canceled = (await studio.run(['cancel', '2'])).stdout;
  expect(canceled).toMatch(/canceled job 2, a training;[^]*1 LoRA finished at the provider: fetched/);
  const again = await studio.train('--yes');
  expect(again.stdout).toContain('is there already (job 2): nothing was bought');
  expect(studio.emulator.charges()).toHaveLength(1);
});

it('that failed at the service by the fault of its servers is sent again by a person alone', async () => {
  const detail = [{ loc: ['body'], msg: 'out of memory', type: 'internal_server_error' }];
  const fault = { on: 'result', kind: 'status', status: 500, body: JSON.stringify({ detail }), times: 1 } as const;
  const { train, run, sent } = await trainStudio({ emulator: { faults: [fault] } });
  expect(await train('--yes')).toMatchObject({ exitCode: 6, stdout: expect.stringContaining('out of memory') });
  expect(sent('submit')).toHaveLength(1);
  expect(await run(['retry', '2'])).toMatchObject({ exitCode: 4 });
  expect(await run(['retry', '2', '--yes'])).toMatchObject({ exitCode: 0 });
});

it('says before another one that the last is perhaps paid, and `delete` that it is given up', async () => {
  const { train, run } = await trainStudio({
    emulator: { faults: [{ on: 'submit', kind: 'reset-after', times: 1 }] },
  });
  expect(await train('--yes')).toMatchObject({ exitCode: 75 });
  expect((await run(['retry', '--unknown'])).stdout).toContain('is held: `imggen retry --unknown 2` asks, and pays');
  expect((await train('--new')).stderr).toContain('job 2, another training of this character, was sent and is perhaps');
  expect((await run(['delete', 'mira-sol'])).stderr).toContain('1 request that was perhaps paid is given up');
});

it('says of one that was canceled and is not collected yet that this pays nothing', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 60_000 } });
  await leftTraining(studio);
  // As `cancel` leaves it where the service could not be asked.
  const db = new Sqlite(join(studio.folder, '.imggen', 'ledger.db'));
  db.exec(`UPDATE jobs SET state = 'canceled' WHERE id = 2`);
  db.close();
  expect((await studio.train()).stderr).toContain('was sent and is not collected yet: going on with it pays nothing');
});

it('has nothing to do with what lies where an export of the user’s own goes', async () => {
  const { folder, train } = await trainStudio();
  mkdirSync(join(folder, 'training'));
  writeFileSync(join(folder, 'training', 'mira-sol-fal.zip'), 'my own');
  expect(await train('--dry-run')).toMatchObject({ exitCode: 0 });
});

it('tells of weights that were changed since', async () => {
  const { folder, train } = await trainStudio();
  await train('--yes');
  const weights = join(folder, 'images', 'mira-sol', 'lora', 'mira_sol_lora_2.safetensors');
  writeFileSync(weights, 'short');
  expect((await train('--yes')).stdout).toContain('whose file is gone or was changed');
});

it('of the same pictures is not bought again for another output folder', async () => {
  const { folder, train, emulator } = await trainStudio();
  await train('--yes');
  const other = await train('--yes', '--output', join(folder, 'other'));
  expect(other.stdout).toContain('is there already (job 2): nothing was bought');
  expect(emulator.charges()).toHaveLength(1);
});

it('that waits goes on where it began, whatever the output folder is by now', async () => {
  const { folder, train, run, emulator } = await trainStudio();
  const wrongKey = await run(['train', 'mira-sol', '--provider', 'fal', '--yes'], { FAL_KEY: 'another:key' });
  expect(wrongKey).toMatchObject({ exitCode: 5 });
  expect(await train('--yes', '--output', join(folder, 'other'))).toMatchObject({ exitCode: 0 });
  expect(emulator.charges()).toHaveLength(1);
  expect([existsSync(join(folder, 'other')), readdirSync(join(folder, 'images', 'mira-sol', 'lora'))]).toEqual([
    false,
    ['mira_sol_lora_2.safetensors'],
  ]);
});

/** Leaves job 2, which is agreed to and was not sent. */
async function unsent({ run }: Awaited<ReturnType<typeof trainStudio>>, ...args: string[]): Promise<void> {
  const wrongKey = { FAL_KEY: 'another:key' };
  const left = await run(['train', 'mira-sol', '--provider', 'fal', '--yes', ...args], wrongKey);
  expect(left).toMatchObject({ exitCode: 5 });
}

it('that waits is sent under the caps that are given this time', async () => {
  const studio = await trainStudio();
  await unsent(studio, '--max-day-usd', '2.5');
  expect(await studio.train('--yes', '--steps', '500', '--max-day-usd', '10')).toMatchObject({ exitCode: 0 });
  expect(await studio.train('--yes', '--max-day-usd', '10')).toMatchObject({ exitCode: 0 });
  expect(studio.emulator.charges()).toHaveLength(2);
});

it('that waits is not sent where another training of the same pictures has made its LoRA', async () => {
  const studio = await trainStudio();
  await unsent(studio);
  await studio.train('--yes', '--new');
  expect((await studio.train('--yes')).stdout).toContain('is there already (job 3): nothing was bought');
  expect(studio.emulator.charges()).toHaveLength(1);
});

it('that a ledger knows nothing of is told before another: its weights are there', async () => {
  const { folder, train } = await trainStudio();
  cpSync(join(folder, '.imggen'), join(folder, 'backup'), { recursive: true });
  await train('--yes');
  rmSync(join(folder, '.imggen'), { recursive: true });
  cpSync(join(folder, 'backup'), join(folder, '.imggen'), { recursive: true });
  expect((await train()).stderr).toMatch(/weights that this ledger knows nothing of lie in .*: mira_sol_lora_2/);
});

it('whose ledger is deleted while it waits keeps its weights, and says so', async () => {
  const { folder, env, emulator } = await trainStudio({ emulator: { latencyMs: 100 } });
  const project = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const onEvent = ({ event }: RunEvent) =>
    event === 'generation_submitted' && rmSync(join(folder, '.imggen', 'ledger.db'));
  const run = project.train({ characterId: 'mira-sol', provider: 'fal', confirm: () => true, onEvent });
  const { lora, message } = await run.result;
  await project.close();
  expect([lora?.isThere, message]).toEqual([true, expect.stringContaining('was deleted, renamed or replaced')]);
  expect(emulator.charges()).toHaveLength(1);
});
