/** What RunPod is asked for: every model gets an input that its endpoint takes, within the price. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { SizeSupport } from '../../../src/providers/capabilities.ts';
import type { ImageRequest, Reference, SubmitContext } from '../../../src/providers/provider.ts';
import module from '../../../src/providers/runpod.ts';
import { makePicture } from '../../emulators/picture.ts';
import { OWN_ENDPOINT } from '../../emulators/runpod.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/runpod-stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-runpod-'));
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };

function reference(name: string, sizeBytes?: number): Reference {
  const bytes = sizeBytes === undefined ? makePicture(64, 64, name) : makePicture(1024, 1024, name, { sizeBytes });
  const path = join(folder, `${name}.png`);
  writeFileSync(path, bytes);
  return { path, mime: 'image/png', sha256: name.padEnd(64, '0'), sizeBytes: bytes.length };
}

function sizesOf(sizes: SizeSupport): [number, number][] {
  switch (sizes.kind) {
    case 'list':
      return sizes.sizes.map((size) => size.split('x').map(Number) as [number, number]);
    case 'ratio':
      return sizes.ratios.map((ratio) => ratio.split(':').map((part) => 80 * Number(part)) as [number, number]);
    default:
      return [
        [1024, 1024],
        [768, 1280],
      ];
  }
}

const withPictures = module.models.filter(
  ({ id, capabilities }) => capabilities.referencesMax > 0 && !id.startsWith('worker-'),
);

describe('a request to RunPod', () => {
  it('is taken by every model at every size, and never costs more than its worst price', async () => {
    const { provider, emulator } = await stage({ provider: { priceUsd: undefined } });
    for (const { id, capabilities } of module.models.filter((model) => !model.id.startsWith('worker-')))
      for (const [width, height] of sizesOf(capabilities.sizes)) {
        const references = capabilities.referencesMin ? [reference('face')] : [];
        const request = plainRequest({ model: id, width, height, references, negativePrompt: 'text' });
        const made = await makeOne(provider, request, call);
        const price = provider.price(request);
        expect(made.costMicros, `${id} ${width}x${height}`).toBeLessThanOrEqual(price?.worstMicros ?? 0);
        expect(made.costMicros).toBe(emulator.charges().at(-1)?.amountMicros);
      }
  });

  it.each(withPictures.map(({ id, capabilities }) => [id, capabilities.referencesMax]))(
    'to %s takes up to %i pictures along, inside it',
    async (model, max) => {
      const { provider, emulator, sent } = await stage();
      const references = Array.from({ length: max }, (_, index) => reference(`face-${index}`));
      await makeOne(provider, plainRequest({ model, references }), call);
      const input = sent();
      const pictures = [input['images'] ?? input['image']].flat();
      expect(pictures).toHaveLength(max);
      expect(pictures.every((picture) => String(picture).startsWith('data:image/png;base64,'))).toBe(true);
      expect(emulator.requests[0]?.path).toBe(`/v2/${model}/run`);
    },
  );

  it.each([
    ['qwen-image-edit-2511', 'qwen-image-t2i'],
    ['seedream-v4-edit', 'seedream-v4-t2i'],
    ['p-image-edit', 'p-image-t2i'],
  ])('to %s without a picture goes to %s', async (model, sibling) => {
    const { provider, asked } = await stage();
    await makeOne(provider, plainRequest({ model }), call);
    expect(asked()[0]).toBe(`POST /v2/${sibling}/run`);
  });

  it('is refused before it is sent when its references are too large together', async () => {
    const { provider, asked } = await stage();
    const references = [1, 2, 3].map((index) => reference(`large-${index}`, 3_000_000));
    const error = await thrownBy(provider.submit(plainRequest({ model: provider.defaultModel, references }), call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no', code: 'request_too_large' });
    expect(asked()).toEqual([]);
  });

  it('has the inputs of the config, which may not name those that decide the price', async () => {
    const { provider, sent } = await stage({ provider: { input: { loras: [{ path: 'x', scale: 1 }] } } });
    await makeOne(provider, plainRequest({ model: 'qwen-image-t2i-lora' }), call);
    expect(sent()).toMatchObject({ loras: [{ path: 'x', scale: 1 }], size: '1024*1024', seed: 421_337 });
    for (const name of ['size', 'seed', 'images', 'num_images'])
      expect(module.optionsSchema.safeParse({ input: { [name]: 1 } }).success).toBe(false);
  });
});

describe('a worker on an own endpoint', () => {
  const request: Partial<ImageRequest> = { width: 512, height: 768, negativePrompt: 'text' };

  it.each(['worker-sdxl', 'worker-a1111'] as const)('%s makes one picture with the seed', async (worker) => {
    const { provider, asked, sent } = await stage({ service: { worker } });
    const made = await makeOne(provider, plainRequest({ model: worker, ...request }), call);
    expect(made).toMatchObject({ image: { kind: 'bytes' }, seedUsed: 421_337 });
    expect(made.costMicros).toBeUndefined();
    expect(asked()[0]).toBe(`POST /v2/${OWN_ENDPOINT}/run`);
    expect(sent()).toMatchObject({ width: 512, height: 768, negative_prompt: 'text', seed: 421_337 });
  });

  it('has the price of the config alone', async () => {
    const { provider } = await stage();
    expect(provider.price(plainRequest({ model: 'worker-sdxl' }))).toBeUndefined();
    const priced = await stage({ provider: { model: 'worker-sdxl', priceUsd: 0.01 } });
    expect(priced.provider.price(plainRequest({ model: 'worker-sdxl' }))).toMatchObject({ worstMicros: 10_000 });
  });

  it('is refused where no endpoint is named, and the endpoint may be named in the config', async () => {
    const none = await stage({ env: { RUNPOD_ENDPOINT_ID: '' } });
    expect(() => none.provider.capabilities('worker-sdxl')).toThrow(/endpoint of yours/);
    const error = await thrownBy(none.provider.submit(plainRequest({ model: 'worker-sdxl' }), call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    const named = await stage({ env: { RUNPOD_ENDPOINT_ID: '' }, provider: { endpointId: OWN_ENDPOINT } });
    await makeOne(named.provider, plainRequest({ model: 'worker-sdxl' }), call);
    expect(named.asked()[0]).toBe(`POST /v2/${OWN_ENDPOINT}/run`);
  });
});
