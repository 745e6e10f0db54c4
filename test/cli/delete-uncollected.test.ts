/** `imggen delete` of a character whose paid work is not collected, and perhaps never is. */
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { ask, filesIn } from '../support/cli/imggen.ts';
import { leftTraining, removeDrawn, trainStudio } from '../support/train-studio.ts';

afterAll(removeDrawn);

const SETTINGS = { provider: 'fal', model: 'fal-ai/flux/dev', size: '256x256' };

/** Leaves two pictures in the making at fal. */
async function leftPack({ folder, env }: Awaited<ReturnType<typeof trainStudio>>): Promise<void> {
  const studio = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json'), settings: SETTINGS });
  const stop = new AbortController();
  let submitted = 0;
  const { result } = studio.pack({
    count: 2,
    signal: stop.signal,
    onEvent: ({ event }) => {
      if (event === 'generation_submitted') submitted += 1;
      if (submitted === 2) stop.abort();
    },
  });
  expect(await result).toMatchObject({ status: 'interrupted' });
  await studio.close();
}

it.each([
  { what: 'pack', leave: leftPack, owed: '2 requests that are' },
  { what: 'training', leave: leftTraining, owed: '1 request that is' },
])('a $what in the making is deleted on purpose alone', async ({ leave, owed }) => {
  const studio = await trainStudio({ emulator: { latencyMs: 600_000 } });
  const { run, folder, emulator } = studio;
  await leave(studio);
  const kept = () => [
    filesIn(folder).filter((name) => !name.includes('ledger.db')),
    ask(folder, `SELECT spent_micros + reserved_micros micros FROM totals ORDER BY scope`),
  ];
  const before = kept();
  const refused = await run(['delete', 'mira-sol', '--yes']);
  expect(refused.exitCode).toBe(2);
  expect(refused.stderr).toContain('mira-sol: paid work is not collected yet, nothing was deleted');
  expect(refused.stderr).toMatch(/`.*imggen resume` collects it, --uncollected gives it up/);
  const asked = await run(['delete', 'mira-sol', '--uncollected']);
  expect(asked.stderr).toContain(`; ${owed} not collected yet`);
  expect(kept()).toEqual(before);

  const requests = emulator.requests.length;
  expect(await run(['delete', 'mira-sol', '--uncollected', '--yes'])).toMatchObject({ exitCode: 0 });
  const [files, totals] = kept();
  expect(files?.filter((name) => String(name).includes('mira'))).toEqual([]);
  expect(totals).toEqual(before[1]);
  expect((await run(['resume'])).exitCode).toBe(0);
  expect(emulator.requests).toHaveLength(requests);
  // The name is free again.
  expect(await run(['pack', '--count', '1'])).toMatchObject({ exitCode: 0 });
});

it('gives up no more than the question has counted', async () => {
  const studio = await trainStudio({ emulator: { latencyMs: 600_000 } });
  const { folder, env } = studio;
  await leftTraining(studio);
  const imggen = await ImgGen.open({ cwd: folder, env, config: join(folder, 'config.json') });
  const before = filesIn(folder).filter((name) => !name.includes('ledger.db'));
  const confirm = async (question: string) => {
    expect(question).toContain('1 request that is not collected yet is given up');
    await leftPack(studio);
    return true;
  };
  await expect(imggen.delete(['mira-sol'], { uncollected: true, confirm })).rejects.toThrow('nothing was deleted');
  await imggen.close();
  expect(filesIn(folder)).toEqual(expect.arrayContaining(before));
});
