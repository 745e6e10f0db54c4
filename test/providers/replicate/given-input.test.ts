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

it('looks into lists, and tells words from addresses', async () => {
  const input = { input_images: ['https://example.org/face.png', 7, 'face.png'] };
  const model = 'black-forest-labs/flux-2-pro';
  const { provider } = await stage({ provider: { input } });
  await expect(provider.learn?.(model, call())).rejects.toThrow(/: input_images\[1\]: must be string, is number$/);
  const words = await stage({ provider: { input: { input_images: ['face.png'] } } });
  await expect(words.provider.learn?.(model, call())).rejects.toThrow(/input_images\[0\]: must be an address/);
});
