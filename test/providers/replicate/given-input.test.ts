/** Inputs of the config that a model does not take. */
import { afterEach, expect, it } from 'vitest';
import { call, clearStage, request, stage } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

it('refuses inputs of the config that the model does not take as soon as its schema is read', async () => {
  const { provider, operations } = await stage({ provider: { input: { guidance: 99, steps: 3 } } });
  await expect(provider.learn?.(request().model, call())).rejects.toThrow(
    /does not take the inputs of the config: guidance: must be at most 10; steps: the model has no such input/,
  );
  expect(operations()).toEqual(['model']);
});
