import { describe, expect, it } from 'vitest';
import { ask, imggen, newStudio, start, until } from '../support/cli/imggen.ts';

describe('priority', () => {
  it('lets an urgent job of the same run go first', async () => {
    const folder = newStudio({ concurrency: 1 });
    await imggen(folder, ['pack', '--count', '2', '--seed', '7']);
    for (const [key, priority] of [
      ['later', 'low'],
      ['sooner', 'high'],
    ] as const) {
      const pack = start(folder, ['pack', '--count', '400', '--key', key, '--priority', priority, '--quiet']);
      await until(`job ${key}`, () => ask(folder, `SELECT 1 FROM jobs WHERE key = '${key}'`).length > 0);
      pack.kill('SIGKILL');
      await pack;
    }
    const resumed = start(folder, ['resume', '--quiet']);
    const done = (key: string) =>
      ask<{ n: number }>(
        folder,
        `SELECT COUNT(*) n FROM shots s JOIN jobs j ON j.id = s.job_id WHERE j.key = '${key}' AND s.state = 'done'`,
      )[0]?.n ?? 0;
    const [before, started] = [done('later'), done('sooner')];
    await until('progress', () => done('sooner') > started + 3);
    const meanwhile = done('later');
    resumed.kill('SIGKILL');
    await resumed;
    // One shot of the other may have been taken over from the process that was killed.
    expect(meanwhile - before).toBeLessThanOrEqual(1);
  });
});
