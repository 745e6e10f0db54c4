/** What a server of one's own is sent, what it answers, and where it may be. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/providers/provider.ts';
import { BREAKING } from '../emulators/localai.ts';
import { pictureKey } from '../emulators/picture.ts';
import { clearStage, KEY, providerAt, stage } from '../support/providers/localai-stage.ts';
import { call, makeReferences } from '../support/providers/openai-request.ts';
import { plainRequest, thrownBy } from '../support/providers/request.ts';

afterEach(clearStage);

const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'stablediffusion', prompt: 'A portrait.', width: 512, height: 768, ...more });

describe('a server that speaks OpenAI', () => {
  it('is sent what all such servers know, and no key where there is none', async () => {
    const { provider, sent, emulator } = await stage();
    await provider.submit(request({ negativePrompt: 'text', prompt: 'A portrait | in Lisbon.' }), call);
    expect(sent()).toEqual({
      model: 'stablediffusion',
      prompt: 'A portrait , in Lisbon.\nAvoid: text.',
      n: 1,
      size: '512x768',
      response_format: 'b64_json',
    });
    expect(emulator.requests[0]?.headers.authorization).toBeUndefined();
    expect(provider.capabilities('any')).toMatchObject({ seed: 'none', referencesMax: 0, keepsFace: 'none' });
  });

  it('is sent besides what the config says that it takes', async () => {
    const takes = ['seed', 'negative_prompt', 'ref_images'];
    const { provider, sent } = await stage({ options: { takes, input: { step: 20, n: 4 } } });
    const references = await makeReferences();
    await provider.submit(request({ negativePrompt: 'text', seed: 4_294_967_295, references }), call);
    expect(sent()).toMatchObject({
      n: 1,
      step: 20,
      seed: 2_147_483_647,
      negative_prompt: 'text',
      prompt: 'A portrait.',
    });
    const keys = (sent()['ref_images'] as string[]).map((text) => pictureKey(Buffer.from(text, 'base64')));
    expect(keys).toEqual(['face.png', 'side.png']);
    const can = { seed: 'best-effort', referencesMax: 4, keepsFace: 'references', negativePrompt: true };
    expect(provider.capabilities('any')).toMatchObject(can);
  });

  it('is sent the key that the environment holds', async () => {
    const { provider, emulator } = await stage({
      service: { apiKey: KEY },
      env: { OPENAI_COMPATIBLE_API_KEY: KEY },
    });
    await provider.submit(request(), call);
    expect(emulator.requests[0]?.headers.authorization).toBe(`Bearer ${KEY}`);
  });

  it('may answer with an address, which is fetched from its own host', async () => {
    const { provider, emulator } = await stage({ service: { addresses: true } });
    const made = await provider.submit(request(), call);
    if (made.state !== 'generated' || made.image.kind !== 'url') return expect.unreachable();
    expect(new URL(made.image.url).origin).toBe(new URL(provider.baseUrl ?? '').origin);
    const bytes = Buffer.from(await (await fetch(made.image.url)).arrayBuffer());
    expect(pictureKey(bytes)).toBe(emulator.charges()[0]?.id);
    // By which a later refusal of that address is judged, whatever our clock shows.
    expect(Math.abs(Number(made.sent?.['answeredMs']) - Date.now())).toBeLessThan(60_000);
  });

  it('costs nothing, or what the config says', async () => {
    const { provider } = await stage();
    expect(provider.price(request())).toMatchObject({ worstMicros: 0, expectedMicros: 0 });
    const priced = await providerAt('http://127.0.0.1:1/v1', { options: { priceUsd: 0.002 } });
    expect(priced.price(request())).toMatchObject({ worstMicros: 2000, source: 'config' });
  });

  it('that says itself that its backend broke is asked again', async () => {
    const { provider } = await stage();
    const error = await thrownBy(provider.submit(request({ prompt: BREAKING }), call));
    expect(error).toMatchObject({ failure: 'unavailable', charged: 'no', status: 500 });
  });

  it('tells in its health whether it has the model, and needs no list to be well', async () => {
    const { provider, emulator } = await stage({ options: { model: 'sdxl' } });
    expect(await provider.check(call)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/no model sdxl/) as string,
    });
    emulator.faults.push({ on: 'models', kind: 'status', status: 404 });
    expect(await provider.check(call)).toMatchObject({
      ok: true,
      message: expect.stringMatching(/answers$/) as string,
    });
  });
});

describe('its address', () => {
  it.each([
    'http://127.0.0.1:8080/v1',
    'http://[::1]:8080/v1',
    'http://192.168.1.20/v1',
    'http://localai:8080/v1',
    'http://gpu.lan/v1',
    'https://ai.example.com/v1',
  ])('may be %s', async (baseUrl) => {
    expect((await providerAt(baseUrl)).baseUrl).toBe(baseUrl);
  });

  it.each(['http://ai.example.com/v1', 'http://93.184.215.14/v1'])('may not be %s: it needs https', async (baseUrl) => {
    expect(await thrownBy(providerAt(baseUrl))).toMatchObject({ name: 'UserError', kind: 'usage' });
  });
});
