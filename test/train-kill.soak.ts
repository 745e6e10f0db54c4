/** `kill -9` of the real program at each request of a training, and at moments between them. */
import { afterAll, expect, it } from 'vitest';
import { killedTraining, type TrainToll } from './support/cli/train-kills.ts';
import { removeDrawn } from './support/train-studio.ts';

afterAll(removeDrawn);

const REQUESTS = {
  fal: ['upload', 'put', 'submit', 'poll', 'result', 'download'],
  replicate: ['model', 'upload', 'submit', 'poll', 'download'],
} as const;
/** After a request arrived: the moments until its answer is in the ledger, and the next request. */
const MOMENTS_MS = [0, 2, 4, 8, 16, 32];

it.each(['fal', 'replicate'] as const)('a training at %s is paid once wherever it is killed', async (provider) => {
  const tolls: [string, TrainToll][] = [];
  for (const during of REQUESTS[provider]) {
    tolls.push([during, await killedTraining({ provider, during })]);
    for (const afterMs of MOMENTS_MS)
      tolls.push([`${during} + ${afterMs} ms`, await killedTraining({ provider, during, afterMs })]);
  }
  const held = tolls.filter(([, { state }]) => state === 'held');
  console.log(`${provider}: ${tolls.length} kills, ${held.length} held: ${held.map(([when]) => when).join(', ')}`);
  expect(tolls.filter(([, { charges }]) => charges > 1)).toEqual([]);
  expect(tolls.filter(([, { state, loras }]) => state === 'done' && loras !== 1)).toEqual([]);
  // Replicate can be asked; fal's id is known only by its answer.
  if (provider === 'replicate') expect(held).toEqual([]);
});

it.each(['fal', 'replicate'] as const)(
  'is found to pay twice at %s when what was perhaps sent counts as never sent',
  async (provider) => {
    const toll = await killedTraining({ provider, during: 'submit', control: true });
    expect(toll).toEqual({ state: 'done', charges: 2, loras: 1 });
  },
);
