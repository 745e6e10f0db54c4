/** What a picture costs is told by what is sent: the config's inputs are stronger than the size that was asked for. */
import { afterEach, expect, it } from 'vitest';
import { clearStage, request, stage } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

const MODEL = 'black-forest-labs/flux-2-pro';

it.each([
  ['no inputs', {}, 30_000],
  ['sides of four megapixels', { width: 2048, height: 2048 }, 75_000],
  ['one side', { width: 2048 }, 45_000],
  ['a smaller size', { width: 256, height: 256 }, 30_000],
  ['a resolution', { resolution: '4 MP' }, 75_000],
  ['no pictures of its own', { input_images: [] }, 30_000],
])('with %s in the config', async (_, input, micros) => {
  const asked = request({ model: MODEL, width: 1024, height: 1024 });
  const all = await stage({ provider: { input } });
  expect(all.provider.price(asked)).toMatchObject({ worstMicros: micros });
  const one = await stage({ provider: { models: { [MODEL]: { input } } } });
  expect(one.provider.price(asked)).toMatchObject({ worstMicros: micros });
});

it('nobody knows it where pictures of the config are billed by a size that nobody has measured', async () => {
  const input = { input_images: ['https://example.org/face.png'] };
  const { provider } = await stage({ provider: { input } });
  expect(provider.price(request({ model: MODEL }))).toBeUndefined();
  const own = await stage({ provider: { models: { [MODEL]: { input, priceUsd: 0.09 } } } });
  expect(own.provider.price(request({ model: MODEL }))).toMatchObject({ worstMicros: 90_000 });
});

it('of a version is that of its model where the config has only inputs for the version', async () => {
  const version = `someone/upscaler:${'a'.repeat(64)}`;
  const models = { 'someone/upscaler': { priceUsd: 0.05 }, [version]: { input: { scale: 2 } } };
  const { provider } = await stage({ provider: { priceUsd: 0.004, models } });
  expect(provider.price(request({ model: version }))).toMatchObject({ worstMicros: 50_000 });
});
