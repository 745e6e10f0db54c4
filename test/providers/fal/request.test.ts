/** What fal is sent: to which endpoint, with which inputs and headers. */
import { describe, expect, it } from 'vitest';
import { MODEL_LIST } from '../../../src/providers/fal/models.ts';
import { sizeProblem } from '../../../src/providers/capabilities.ts';
import type { ImageRequest } from '../../../src/providers/provider.ts';
import { endpointOf, inputOf } from '../../../src/providers/fal/input.ts';
import { stage } from '../../support/providers/fal-stage.ts';
import { makeReferences } from '../../support/providers/openai-request.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'fal-ai/flux-2-pro', prompt: 'A portrait.', ...more });

describe('a request to fal', () => {
  it('asks the model itself for one picture of a size, with the seed, and names no other input', async () => {
    const { provider, sent } = await stage();
    await makeOne(provider, request({ width: 832, height: 1216 }), call);
    expect(sent().path).toBe('/fal-ai/flux-2-pro');
    expect(sent().body).toEqual({
      prompt: 'A portrait.',
      seed: 421_337,
      image_size: { width: 832, height: 1216 },
      output_format: 'png',
    });
  });

  it('asks the sibling for edits when references go along, in their order', async () => {
    const { provider, sent } = await stage();
    const references = await makeReferences();
    await makeOne(provider, request({ references }), call);
    expect(sent().path).toBe('/fal-ai/flux-2-pro/edit');
    const urls = sent().body['image_urls'] as string[];
    expect(urls).toHaveLength(2);
    for (const url of urls) expect(url).toMatch(/^data:image\/png;base64,/);
    expect(urls[0]).not.toBe(urls[1]);
  });

  it('has the queue run it once, and by the model that was asked', async () => {
    const { provider, sent } = await stage();
    await makeOne(provider, request(), call);
    expect(sent().headers).toMatchObject({ 'x-fal-no-retry': '1', 'x-app-fal-disable-fallback': 'true' });
    expect(sent().headers).not.toHaveProperty('x-fal-store-io');
  });

  it('takes inputs of the model’s own from the config, and refuses those that decide the price', async () => {
    const { provider, sent } = await stage({ options: { input: { safety_tolerance: '4' } } });
    await makeOne(provider, request(), call);
    expect(sent().body).toMatchObject({ safety_tolerance: '4', output_format: 'png' });
    for (const name of ['num_images', 'image_size', 'sync_mode', 'image_urls'])
      await expect(stage({ options: { input: { [name]: 4 } } })).rejects.toThrow('imggen sends this input by itself');
  });

  it('refuses more references than the model takes and a model that lacks one, before anything is sent', async () => {
    const { provider, emulator } = await stage();
    const [face] = await makeReferences();
    const many = Array.from({ length: 9 }, () => face!);
    for (const asked of [request({ references: many }), request({ model: 'fal-ai/ideogram/character' })]) {
      const error = await thrownBy(provider.submit(asked, call));
      expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    }
    expect(emulator.requests).toEqual([]);
  });

  it('refuses a model that it does not know, and names those that it knows', async () => {
    const { provider, emulator } = await stage();
    expect(() => provider.capabilities('fal-ai/veo3.1')).toThrow('fal has no model "fal-ai/veo3.1"');
    expect(await thrownBy(provider.submit(request({ model: 'fal-ai/veo3.1' }), call))).toMatchObject({
      failure: 'rejected',
    });
    expect(emulator.requests).toEqual([]);
  });
});

describe('each model of fal', () => {
  it.each(MODEL_LIST.models.map((model) => [model.id, model] as const))('%s is asked as it says', (_id, model) => {
    const { capabilities: can, price, referenceInput } = model;
    const at = { ratio: [1024, 1024], free: [2048, 2048], any: [1024, 1024], list: [1024, 1024] }[can.sizes.kind];
    const [width = 0, height = 0] = model.id === 'fal-ai/ideogram/character' ? [1024, 1024] : at;
    expect(sizeProblem(can.sizes, width, height)).toBeUndefined();
    const asked = request({ model: model.id, width, height, negativePrompt: 'a hat' });
    const count = can.referencesMin ?? 0;
    const urls = Array.from({ length: can.referencesMax }, (_, index) => `https://files.test/${index}.png`);
    expect(endpointOf(model, count)).toMatch(/^[\w.-]+(\/[\w.-]+)+$/);
    const input = inputOf(model, asked, urls, {});
    expect(input['prompt']).toBe('A portrait.');
    expect('seed' in input).toBe(can.seed !== 'none');
    expect('negative_prompt' in input).toBe(can.negativePrompt);
    expect('image_size' in input || 'aspect_ratio' in input).toBe(can.sizes.kind !== 'any');
    if (referenceInput === undefined) expect(can.referencesMax).toBe(0);
    else expect([input[referenceInput]].flat()).toEqual(urls);
    if (referenceInput !== undefined) expect(endpointOf(model, can.referencesMax)).toBe(model.withReferences);
    expect(price.rule({ request: { ...asked, references: [] }, extra: {} })).toBeGreaterThan(0);
  });

  it('is told the resolution that its price is for', () => {
    const model = MODEL_LIST.models.find(({ id }) => id === 'fal-ai/nano-banana-2')!;
    const said = (width: number, height: number) => {
      const asked = request({ width, height });
      const { resolution, aspect_ratio: ratio } = inputOf(model, asked, [], {});
      return [resolution, ratio, model.price.rule({ request: asked, extra: {} })];
    };
    expect(said(1024, 1024)).toEqual(['1K', '1:1', 0.08]);
    expect(said(1536, 2304)).toEqual(['2K', '2:3', 0.12]);
    expect(said(4096, 4096)).toEqual(['4K', '1:1', 0.16]);
  });
});

describe('the health of fal', () => {
  it('is good where its queue says that it does not know a request of nobody', async () => {
    const { provider } = await stage();
    expect(await provider.check(call)).toEqual({ ok: true, message: 'it answers, and takes the key' });
  });

  it.each([
    ['<html>404 Not Found</html>', 404],
    ['{"detail":"Not Found"}', 404],
    ['{}', 200],
  ])('is bad where another server answers %s (%i)', async (body, status) => {
    const { provider } = await stage({ emulator: { faults: [{ on: 'poll', kind: 'status', status, body }] } });
    expect(await provider.check(call)).toMatchObject({ ok: false });
  });
});
