/** What is told of a job that another process makes, or nobody: `status`, `status --watch`, `jobs`. */
import { expect, it } from 'vitest';
import { newHeldStudio } from '../support/cli/held.ts';
import { atTerminal, HAS_TERMINAL } from '../support/cli/at-terminal.ts';
import { ask, imggen, newStudio, picturesIn, start, until } from '../support/cli/imggen.ts';

/** A job of 40 pictures whose process was killed when some were made. */
async function killed(): Promise<string> {
  const folder = newStudio({ concurrency: 2, staggerMs: 0, providers: { local: { latencyMs: 50 } } });
  const child = start(folder, ['pack', '--count', '40']);
  await until('some pictures', () => picturesIn(folder).length >= 4);
  child.kill('SIGKILL');
  await child;
  return folder;
}

it('status --watch of a job that nobody works on says so, with the times of then, and ends', async () => {
  const folder = await killed();
  const { exitCode, stdout } = await imggen(folder, ['status', '--watch']);
  expect(exitCode).toBe(0);
  expect(stdout).toMatch(/^job 1 is stopped, nobody works on it: \d+ of 40 pictures made$/m);
  expect(stdout).toContain('Go on with: imggen resume 1');
  expect(stdout).not.toMatch(/ left\b|\/min|Ctrl-C/);
  const [done] = ask<{ at: number }>(
    folder,
    `SELECT at_ms at FROM events WHERE event = 'image_stored' ORDER BY id LIMIT 1`,
  );
  const then = new Date(done?.at ?? 0).toTimeString().slice(0, 8);
  expect(/^\[(\S+)\] gallery-\d+ done/m.exec(stdout)?.[1]).toBe(then);
});

it.skipIf(!HAS_TERMINAL)('the same at a terminal: no speed, no time left, nothing about Ctrl-C', async () => {
  const folder = await killed();
  const { stdout } = await atTerminal(folder, ['status', '--watch']);
  expect(stdout).toContain('job 1 is stopped, nobody works on it');
  expect(stdout).not.toMatch(/s left|pictures\/min|Ctrl-C:/);
});

it('status, jobs and status --watch call the state of a job the same, and say who works on it', async () => {
  const { folder, env, arrived, open } = await newHeldStudio();
  const child = start(folder, ['pack', '--count', '4', '--budget', '0.5', '--concurrency', '2'], { env });
  await arrived(2);
  const shown = (await imggen(folder, ['status'])).stdout;
  expect(shown).toMatch(new RegExp(`state: +running: process ${child.pid} on `));
  expect(shown).toMatch(/making: +gallery-0001, gallery-0002/);
  expect(shown).toMatch(/limits: +2 at a time, at most .*\$0\.50 a job/);
  const status = JSON.parse((await imggen(folder, ['status', '--json'])).stdout) as Record<string, unknown>;
  const { jobs } = JSON.parse((await imggen(folder, ['jobs', '--json'])).stdout) as { jobs: Record<string, unknown>[] };
  expect(status).toMatchObject({
    state: 'open',
    running: true,
    percentage: 0,
    currentStep: 'gallery',
    position: 1,
    errorMessage: null,
    startedAt: expect.stringMatching(/Z$/),
    workers: [{ pid: child.pid }],
  });
  expect(status).toMatchObject(jobs[0] ?? {});
  expect((await imggen(folder, ['jobs'])).stdout).toMatch(/^1 .* running /m);
  open();
  expect((await child).exitCode).toBe(0);
  expect((await imggen(folder, ['jobs'])).stdout).toMatch(/^1 .* ended /m);
  const after = JSON.parse((await imggen(folder, ['status', '--json'])).stdout) as { pictures: { filename: string }[] };
  expect(after).toMatchObject({ percentage: 100, currentStep: null, position: null, workers: [] });
  expect(after.pictures.map(({ filename }) => filename).toSorted()).toEqual(picturesIn(folder));
});

it('a job whose process was killed is stopped for all of them', async () => {
  const folder = await killed();
  expect((await imggen(folder, ['status'])).stdout).toMatch(/state: +stopped, nobody works on it: imggen resume 1/);
  expect((await imggen(folder, ['jobs'])).stdout).toMatch(/^1 .* stopped /m);
  const status = JSON.parse((await imggen(folder, ['status', '--json'])).stdout) as unknown;
  expect(status).toMatchObject({ state: 'open', running: false, position: null, timeLeftMs: null });
});
