/** `imggen cancel` after a process was killed: what is finished is fetched, what is dropped is told. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { ask, imggen, newStudio, picturesIn, start, until } from '../support/cli/imggen.ts';

/** Three of five pictures are accepted, then the process is killed. */
async function killed(latencyMs: number) {
  const options = { token: 'emulated-token' };
  const service = replicate(options);
  const emulator = await startEmulator(service, { latencyMs });
  onTestFinished(() => emulator.close());
  const env = { REPLICATE_API_TOKEN: options.token };
  const replicateOptions = { baseUrl: `${emulator.url}/v1`, priceUsd: 0.025, pollMs: 20, settleMs: 50 };
  const folder = newStudio({
    provider: 'replicate',
    size: '512x512',
    thumbnails: false,
    concurrency: 3,
    staggerMs: 0,
    providers: { replicate: replicateOptions },
  });
  const running = start(folder, ['pack', '--count', '5'], { env });
  await until('three predictions are in the ledger', () => {
    return ask(folder, `SELECT 1 FROM attempts WHERE remote_id IS NOT NULL`).length === 3;
  });
  running.kill('SIGKILL');
  await running;
  return { service, emulator, env, folder, options };
}

it('fetches what is finished at the provider, and `retry` pays for what was dropped alone', async () => {
  const { service, emulator, env, folder } = await killed(1_500);
  await until('they are finished', () => [...service.predictions.values()].every(({ endsMs }) => endsMs < Date.now()));
  const canceled = await imggen(folder, ['cancel', '1'], { env });
  expect(canceled.exitCode).toBe(0);
  expect(canceled.stdout).toContain('2 waiting shots dropped');
  expect(canceled.stdout).toContain('3 pictures finished at the provider: fetched');
  expect(picturesIn(folder)).toHaveLength(3);
  expect(emulator.charges()).toHaveLength(3);

  const retried = await imggen(folder, ['retry', '1'], { env });
  expect(retried.exitCode).toBe(0);
  expect(retried.stdout).toMatch(/2 pictures of job 1 may cost up to \$0\.05\d* more at replicate/);
  expect(picturesIn(folder)).toHaveLength(5);
  expect(emulator.charges()).toHaveLength(5);
});

it('tells what was stopped while it was being made: perhaps charged, and not bought again by retry', async () => {
  const { emulator, env, folder } = await killed(60_000);
  const canceled = await imggen(folder, ['cancel', '1', '--json'], { env });
  expect(JSON.parse(canceled.stdout)).toMatchObject({ jobId: '1', canceled: 2, collected: 0, perhapsCharged: 3 });
  expect(picturesIn(folder)).toEqual([]);
  const sent = () => emulator.requests.filter(({ operation }) => operation === 'submit').length;
  expect(sent()).toBe(3);
  const again = await imggen(folder, ['resume'], { env });
  expect(again.stdout).toContain('nothing is unfinished');
  expect(sent()).toBe(3);
});

it('says why what is finished was not fetched', async () => {
  const { env, folder, options } = await killed(60_000);
  options.token = 'another-token';
  const { stderr } = await imggen(folder, ['cancel', '1'], { env });
  const told = stderr.trim().split('\n');
  expect(told.filter((line) => !line.includes('could not be asked to stop')).join()).toContain('token');
});
