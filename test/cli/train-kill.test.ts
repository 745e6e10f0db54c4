/** `kill -9` of the real program during the paid request of a training. At every step: train-kill.soak.ts. */
import { afterAll, expect, it } from 'vitest';
import { killedTraining } from '../support/cli/train-kills.ts';
import { removeDrawn } from '../support/train-studio.ts';

afterAll(removeDrawn);

it('a killed training is looked up at Replicate, and paid once', async () => {
  const toll = await killedTraining({ provider: 'replicate', during: 'submit' });
  expect(toll).toEqual({ state: 'done', charges: 1, loras: 1 });
});
