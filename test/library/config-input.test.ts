/** What the config adds to a model's input (`providers.replicate`): it never takes a picture's place in silence. */
import { expect, it } from 'vitest';
import { replicateProject } from '../support/replicate-project.ts';

const OWN = ['https://example.com/own.png'];
const SIZED = { size: '320x480' };
const INSTEAD = /gets a picture from the config instead \(input.input_images\)/;

it('a picture of the config is not sent in place of the one that is edited, or of the face', async () => {
  const { imggen, folder, emulator } = await replicateProject(SIZED);
  await imggen.avatar().result;
  const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  const withOwn = async (more: object) => {
    const providers = { replicate: { input: { input_images: OWN }, priceUsd: 0.06, ...more } };
    const opened = await replicateProject({ ...SIZED, providers }, { folder, options: { env } });
    return opened.imggen;
  };
  const own = await withOwn({});
  const sent = () =>
    emulator.requests.flatMap(({ operation, body }) =>
      operation === 'submit' ? (body as { input: { input_images?: unknown } }).input.input_images : [],
    );
  await expect(own.edit({ image: 'mira/1', prompt: 'a red coat' }).result).rejects.toThrow(INSTEAD);
  await expect(own.pack({ count: 1 }).result).rejects.toThrow(INSTEAD);
  expect(sent()).toHaveLength(1);
  // Billed by its megapixels, which nobody has measured.
  const unpriced = await withOwn({ reference: 'none', priceUsd: undefined });
  await expect(unpriced.pack({ count: 1 }).result).rejects.toThrow(/nobody knows what a picture of replicate .* costs/);
  expect(sent()).toHaveLength(1);
  const alone = await withOwn({ reference: 'none' });
  expect(await alone.pack({ count: 1 }).result).toMatchObject({ status: 'done' });
  expect(sent().slice(1)).toEqual(OWN);
});

it('what is added for all models stays for one that has only a price of its own', async () => {
  const model = 'black-forest-labs/flux-2-pro';
  const models = { [model]: { priceUsd: 0.02 } };
  const { imggen, inputs } = await replicateProject({
    ...SIZED,
    providers: { replicate: { input: { safety_tolerance: 1 }, models } },
  });
  await imggen.pack({ count: 1 }).result;
  expect(inputs()).toMatchObject([{ safety_tolerance: 1 }]);
  expect((await imggen.gallery('mira')).images).toMatchObject([{ costUsd: 0.02 }]);
});
