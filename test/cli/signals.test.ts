/** Ctrl-C, SIGTERM, cancel and watching, on real processes. */
import { describe, expect, it } from 'vitest';
import { duration } from '../../src/views/format.ts';
import { newHeldStudio } from '../support/cli/held.ts';
import {
  ask,
  binary,
  imggen,
  linesOf,
  newStudio,
  picturesIn,
  start,
  until,
  writeConfig,
} from '../support/cli/imggen.ts';

const SLOW = { concurrency: 2, staggerMs: 0, providers: { local: { latencyMs: 400 } } };

/** What a child has written on stdout so far. */
function heard(child: ReturnType<typeof start>): () => string {
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return () => text;
}

/** The numbers of the pictures. */
function numbers(folder: string): number[] {
  return picturesIn(folder).map((name) => Number(/(\d{5})/.exec(name)?.[1]));
}

describe('signals', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    '%s: what is in flight ends, nothing new is sent, exit 130, and resume makes the rest',
    async (signal) => {
      const { folder, env, arrived, open, sent } = await newHeldStudio();
      const child = start(folder, ['pack', '--count', '6'], { env });
      const said = heard(child);
      await arrived(2);
      child.kill(signal);
      await until('the drain', () => said().includes('stopping: no new requests'));
      open();
      const { exitCode, stdout } = await child;
      expect(exitCode, stdout).toBe(130);
      expect(sent()).toBe(2);
      expect(picturesIn(folder)).toHaveLength(2);
      expect(stdout).toMatch(/interrupted[^]*imggen resume 1/);
      expect(await imggen(folder, ['resume'], { env })).toMatchObject({ exitCode: 0 });
      expect(numbers(folder)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(ask(folder, `SELECT COUNT(*) n FROM shots WHERE state = 'done'`)).toEqual([{ n: 6 }]);
    },
  );

  it('a second Ctrl-C lets go of what is in flight; it is no failed attempt, and resume makes it', async () => {
    const folder = newStudio({ ...SLOW, providers: { local: { latencyMs: 60_000 } } });
    const child = start(folder, ['pack', '--count', '3']);
    const said = heard(child);
    await until('a request', () => ask(folder, 'SELECT 1 FROM attempts').length >= 2);
    child.kill('SIGINT');
    await until('the drain', () => said().includes('stopping: no new requests'));
    child.kill('SIGINT');
    const { exitCode, stdout } = await child;
    expect([75, 130], stdout).toContain(exitCode);
    expect(stdout).toContain('0 of 3 pictures made, nothing lost');
    expect(ask(folder, `SELECT DISTINCT state FROM shots WHERE state <> 'queued'`)).toEqual([]);
    expect(picturesIn(folder)).toEqual([]);
    writeConfig(folder);
    expect(await imggen(folder, ['resume'])).toMatchObject({ exitCode: 0 });
    expect(numbers(folder)).toEqual([1, 2, 3]);
  });

  it('without a terminal one signal is enough: the run lets go by itself', async () => {
    const folder = newStudio({ ...SLOW, drainMs: 300, providers: { local: { latencyMs: 60_000 } } });
    const child = start(folder, ['pack', '--count', '3']);
    await until('a request', () => ask(folder, 'SELECT 1 FROM attempts').length >= 2);
    child.kill('SIGTERM');
    expect([75, 130]).toContain((await child).exitCode);
  });
});

describe('two processes', () => {
  it('with one key work on one job, and share no number', async () => {
    const folder = newStudio({ ...SLOW, providers: { local: { latencyMs: 100 } } });
    const both = await Promise.all([1, 2].map(() => binary(folder, ['pack', '--count', '6', '--key', 'nightly-42'])));
    expect(
      both.map((one) => one.exitCode),
      both.map((one) => one.stderr).join(''),
    ).toEqual([0, 0]);
    expect(ask(folder, 'SELECT key, state FROM jobs')).toEqual([{ key: 'nightly-42', state: 'ended' }]);
    expect(numbers(folder)).toEqual([1, 2, 3, 4, 5, 6]);
    const third = await imggen(folder, ['pack', '--count', '6', '--key', 'nightly-42']);
    expect(third).toMatchObject({ exitCode: 0 });
    expect(third.stdout).toContain('going on with job 1');
    expect(picturesIn(folder)).toHaveLength(6);
    expect(await imggen(folder, ['pack', '--count', '7', '--key', 'nightly-42'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('never makes a second job'),
    });
  });

  it('with two packs at once share no number either', async () => {
    const folder = newStudio();
    const both = await Promise.all([1, 2].map(() => binary(folder, ['pack', '--count', '4', '--new'])));
    expect(both.map((one) => one.exitCode)).toEqual([0, 0]);
    expect(numbers(folder)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('pack again goes on with an unfinished job and says so; --new starts another', async () => {
    const { folder, env, arrived, open } = await newHeldStudio();
    const child = start(folder, ['pack', '--count', '4'], { env });
    const said = heard(child);
    await arrived(2);
    child.kill('SIGINT');
    await until('the drain', () => said().includes('stopping: no new requests'));
    open();
    expect((await child).exitCode).toBe(130);
    const again = await imggen(folder, ['pack', '--count', '4'], { env });
    expect(again.exitCode).toBe(0);
    expect(again.stdout).toMatch(/going on with job 1: 2 of 4 pictures are there \(add --new to start another\)/);
    expect(ask(folder, 'SELECT id FROM jobs')).toHaveLength(1);
    expect(await imggen(folder, ['pack', '--count', '1', '--new'], { env })).toMatchObject({ exitCode: 0 });
    expect(ask(folder, 'SELECT id FROM jobs')).toHaveLength(2);
  });

  it('cancel stops a job that another process runs; what is finished stays', async () => {
    const folder = newStudio(SLOW);
    const child = start(folder, ['pack', '--count', '30', '--json']);
    await until('a picture', () => picturesIn(folder).length > 0);
    const canceled = await imggen(folder, ['cancel', '1']);
    expect(canceled).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/canceled job 1: \d+ waiting shots dropped/),
    });
    const { exitCode, stdout, stderr } = await child;
    expect(exitCode).toBe(130);
    expect(stderr).toMatch(/job 1 was canceled: \d+ pictures were not made/);
    expect(stderr).toMatch(/Go on with: imggen retry 1$/m);
    expect(linesOf(stdout).at(-1)).toMatchObject({ event: 'pack_completed' });
    expect(picturesIn(folder).length).toBeLessThan(30);
    expect(ask(folder, 'SELECT state FROM jobs')).toEqual([{ state: 'canceled' }]);
    expect(await imggen(folder, ['resume', '1'])).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('imggen retry 1'),
    });
    expect(await imggen(folder, ['cancel', '1'])).toMatchObject({ exitCode: 0 });
  });

  it('status --watch follows a job that another process runs, to its end', async () => {
    const { folder, env, arrived, open } = await newHeldStudio();
    const child = start(folder, ['pack', '--count', '4'], { env });
    await arrived(2);
    const live = JSON.parse((await imggen(folder, ['status', '--json'])).stdout) as {
      inFlight: number;
      queued: number;
      done: number;
    };
    expect(live).toMatchObject({ inFlight: 2, queued: 2, done: 0 });
    const watching = start(folder, ['status', '--watch', '--json']);
    const told = heard(watching);
    await until('what is in flight', () => told().split('generation_started').length === 3);
    open();
    expect((await watching).exitCode).toBe(0);
    expect((await child).exitCode).toBe(0);
    const lines = linesOf((await watching).stdout);
    expect(lines.filter((line) => line['event'] === 'image_stored')).toHaveLength(4);
    expect(lines.at(-1)).toMatchObject({ event: 'pack_completed' });
    const [took] = ask(folder, 'SELECT ended_at_ms - created_at_ms ms FROM jobs') as [{ ms: number }];
    expect((await imggen(folder, ['status', '--watch'])).stdout).toContain(` · ${duration(took.ms)}\n`);
  });

  it('status --watch that is stopped says that the job goes on, and advises nothing', async () => {
    const { folder, env, arrived, open } = await newHeldStudio();
    const child = start(folder, ['pack', '--count', '4'], { env });
    await arrived(2);
    const watching = start(folder, ['status', '--watch']);
    const told = heard(watching);
    await until('the job', () => told().includes('4 pictures'));
    watching.kill('SIGINT');
    const { exitCode, stdout } = await watching;
    expect(exitCode).toBe(0);
    expect(stdout).toContain('stopped watching; job 1 goes on');
    expect(stdout).not.toMatch(/Go on with|warning|interrupted| 0 ms/);
    open();
    expect((await child).exitCode).toBe(0);
  });
});
