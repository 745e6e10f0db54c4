/** What new users stumbled over: names, lists, caps and words. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from '../../src/index.ts';
import { suggestedCommands } from '../../src/grammar/suggest.ts';
import { replicateProject } from '../support/replicate-project.ts';

const drawn = () => replicateProject({ provider: 'local', size: '64x64' });

it('list markers of a file of scenes are no words of the prompt', async () => {
  const { imggen, folder } = await drawn();
  writeFileSync(join(folder, 'trip.txt'), '- in a tram\n* at the market\n3. on a pier\n10 boats on a lake\n');
  const { shots } = await imggen.planPack({ scenesFile: 'trip.txt' });
  const prompts = shots.map(({ prompt }) => prompt).join('\n');
  for (const words of ['in a tram', 'at the market', 'on a pier', '10 boats']) expect(prompts).toContain(words);
  expect(prompts).not.toMatch(/- in a tram|\* at|3\. on/);
});

it('a deleted character is not listed any more', async () => {
  const { imggen } = await drawn();
  await imggen.pack({ count: 1 }).result;
  expect(await imggen.characters()).toHaveLength(1);
  await imggen.delete(['mira'], { confirm: () => true });
  expect(await imggen.characters()).toEqual([]);
});

it('a drawing that is chosen as the face is told as one', async () => {
  const { imggen } = await drawn();
  await imggen.pack({ count: 1 }).result;
  expect(await imggen.use('mira/1')).toMatchObject({ isDrawing: true });
});

describe('a model that is not known', () => {
  it('is answered with the one that was perhaps meant', async () => {
    const { imggen } = await replicateProject({ size: '1024x1024', model: 'black-forest-labs/flux-2-prp' });
    await expect(imggen.planPack({ count: 1 })).rejects.toMatchObject({
      hint: expect.stringContaining('did you mean black-forest-labs/flux-2-pro?'),
    });
  });

  it('and that the service does not have is not told to keep no face', async () => {
    const { imggen } = await replicateProject({
      size: '1024x1024',
      providers: { replicate: { model: 'someone/nothing', priceUsd: 0.01 } },
    });
    await expect(imggen.pack({ count: 1 }).result).rejects.toMatchObject({
      hint: expect.not.stringContaining('face'),
    });
  });
});

it('a cap under which not one picture fits is refused without a question, and leaves no job', async () => {
  const { imggen, folder, inputs } = await replicateProject({ size: '1024x1024' });
  const asked: string[] = [];
  const settings = { maxDayUsd: 0.02 };
  const run = imggen.pack({ count: 3, settings, confirm: (question) => asked.push(question) > 0 });
  await expect(run.result).rejects.toMatchObject({ kind: 'budget', advice: { someFit: false } });
  expect(asked).toEqual([]);
  expect(existsSync(join(folder, '.imggen', 'ledger.db'))).toBe(false);
  expect(inputs()).toEqual([]);
});

it('what is held for requests on their way is told before the first picture has come', async () => {
  const { imggen } = await replicateProject({ size: '1024x1024' });
  const heard: RunEvent[] = [];
  await imggen.pack({ count: 1, onEvent: (event) => heard.push(event) }).result;
  const first = heard.findIndex(({ event }) => event === 'generation_completed');
  const told = heard.slice(0, first).flatMap((event) => (event.event === 'spend' ? [event.reserved_usd] : []));
  expect(told.at(-1)).toBeGreaterThan(0);
});

it('a slip of two neighbors is answered with the command; never with one that deletes', () => {
  expect(suggestedCommands('pakc', ['pack', 'clean', 'jobs'])).toEqual(['pack']);
  expect(suggestedCommands('claen', ['pack', 'clean', 'jobs'])).toEqual([]);
});
