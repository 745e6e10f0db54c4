import { afterEach, describe, expect, it } from 'vitest';
import { starterConfig } from '../../../src/config/init.ts';
import { UserError } from '../../../src/errors.ts';
import { MODELS } from '../../../src/providers/openai/models.ts';
import { costOf } from '../../../src/providers/openai/price.ts';
import type { ImageRequest, Reference } from '../../../src/providers/provider.ts';
import { thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { request, call, makeReferences } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

describe('models and prices', () => {
  const day = (text: string) => ({ now: () => Date.parse(`${text}T12:00:00Z`) });

  it('makes a picture with every model at every quality it has, below its worst price', async () => {
    const { provider, emulator } = await stage(day('2026-11-21'));
    const references = await makeReferences();
    for (const { id } of MODELS.filter(({ retired }) => !retired)) {
      for (const quality of provider.capabilities(id).qualities) {
        const asked = request({ model: id, quality, references, width: quality === 'high' ? 1536 : 1024 });
        await provider.submit(asked, call);
        const price = provider.price(asked);
        if (MODELS.find((model) => model.id === id)?.price?.tokens)
          expect(emulator.charges().at(-1)?.amountMicros).toBeLessThanOrEqual(price?.worstMicros ?? 0);
      }
    }
  });

  it.each([
    ['with all the references that go along', { references: 16 }, {}],
    ['at quality high with references', { quality: 'high', references: 4 }, {}],
    ['in the background', { references: 4 }, { background: true }],
  ])('makes a picture of the default model %s under the image cap of a new config', async (_, asked, options) => {
    const { provider } = await stage({ options });
    const { budget } = starterConfig('') as { budget: { perImageUsd: number } };
    const face: Reference = { path: 'face.png', mime: 'image/png', sha256: '0', sizeBytes: 1 };
    const references = Array.from({ length: asked.references }, () => face);
    const price = provider.price(request({ ...asked, references, prompt: 'x'.repeat(1000) }));
    expect(price?.worstMicros).toBeLessThanOrEqual(budget.perImageUsd * 1e6);
  });

  it.each([['dall-e-2'], ['dall-e-3'], ['gpt-image-1']])('refuses %s, which is gone', async (id) => {
    const { provider } = await stage();
    expect(() => provider.capabilities(id)).toThrow(UserError);
  });

  it('warns of a model that is about to go, and refuses it once it has gone', async () => {
    const soon = await stage(day('2026-12-01'));
    expect(soon.provider.warnings(request({ model: 'gpt-image-1.5' })).join(' ')).toContain('2026-12-01');
    expect(soon.provider.capabilities('gpt-image-1.5').sizes.kind).toBe('list');
    const late = await stage(day('2026-12-02'));
    expect(() => late.provider.capabilities('gpt-image-1.5')).toThrow(/shut gpt-image-1\.5 down on 2026-12-01/);
    expect(await thrownBy(late.provider.submit(request({ model: 'gpt-image-1.5' }), call))).toMatchObject({
      failure: 'rejected',
    });
    expect(late.emulator.requests).toEqual([]);
  });

  it('knows no price of an unknown model until the user gives one', async () => {
    const [plain, priced] = [await stage(), await stage({ options: { priceUsd: 0.0123 }, ...day('2026-11-21') })];
    expect(plain.provider.price(request({ model: 'gpt-image-9' }))).toBeUndefined();
    expect(priced.provider.price(request({ model: 'gpt-image-9' }))).toEqual({
      worstMicros: 12_300,
      expectedMicros: 12_300,
      source: 'config',
      asOf: '2026-11-21',
    });
  });

  it('tells what a picture cost also where the user has given a price', async () => {
    const { provider, emulator } = await stage({ options: { priceUsd: 0.0123 } });
    expect(await provider.submit(request(), call)).toMatchObject({ costMicros: emulator.charges()[0]?.amountMicros });
  });

  it('costs more with more quality, area, references and words', async () => {
    const { provider } = await stage();
    const references = await makeReferences();
    const worst = (more: Partial<ImageRequest>): number => provider.price(request(more))?.worstMicros ?? 0;
    const base = worst({});
    for (const dearer of [{ quality: 'high' }, { width: 2048 }, { references }, { prompt: 'x'.repeat(3000) }])
      expect(worst(dearer)).toBeGreaterThan(base);
    expect(worst({ width: 512, height: 512 })).toBe(base);
    expect(worst({ quality: 'max' })).toBeGreaterThan(worst({ quality: 'high' }));
    expect(provider.price(request({ quality: 'no-such' }))).toBeUndefined();
  });

  it('counts usage to the micro-dollar, cached input at a quarter', () => {
    const tokens = { textIn: 5, imageIn: 8, imageOut: 30 };
    const usage = { input_tokens_details: { text_tokens: 10, image_tokens: 40 }, output_tokens: 50 };
    expect(costOf(tokens, usage)).toBe(50 + 320 + 1500);
    expect(
      costOf(tokens, { ...usage, cached_tokens_details: { cached_text_tokens: 10, cached_image_tokens: 0 } }),
    ).toBe(13 + 320 + 1500);
    for (const odd of [undefined, null, {}, { ...usage, output_tokens: 'many' }, { ...usage, output_tokens: -1 }])
      expect(costOf(tokens, odd)).toBeUndefined();
  });
});

describe('health', () => {
  it('says when the model in use is going', async () => {
    const { provider } = await stage({
      options: { model: 'gpt-image-1.5' },
      now: () => Date.parse('2026-11-21T00:00:00Z'),
    });
    expect(await provider.check(call)).toEqual({
      ok: true,
      message: 'OpenAI answers; gpt-image-1.5 is shut down on 2026-12-01, in 10 days',
    });
  });

  it('says when the key does not list the model', async () => {
    const { provider } = await stage({ options: { model: 'gpt-image-9' } });
    expect(await provider.check(call)).toEqual({
      ok: true,
      message: 'OpenAI answers, but this key does not list gpt-image-9',
    });
  });
});
