/** What exactly Gemini is sent for a picture, and what comes of it. */
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import module from '../../../src/providers/gemini.ts';
import { makePicture, pictureKey } from '../../emulators/picture.ts';
import { clearStage, KEY, stage } from '../../support/providers/gemini-stage.ts';
import { call, makeReferences } from '../../support/providers/openai-request.ts';
import { plainRequest } from '../../support/providers/request.ts';
import type { ImageRequest, Reference } from '../../../src/providers/provider.ts';

afterEach(clearStage);

const MODEL = 'gemini-nano-banana-2.1';
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: MODEL, prompt: 'A portrait.', seed: 7, ...more });

describe('a picture', () => {
  it('is asked for with these fields and no others, and the key is in a header, not in the address', async () => {
    const { provider, sent, emulator } = await stage();
    await provider.submit(request({ width: 832, height: 1248 }), call);
    const [first] = emulator.requests;
    expect(first?.path).toBe(`/v1beta/models/${MODEL}:generateContent`);
    expect(first?.headers['x-goog-api-key']).toBe(KEY);
    expect(sent()).toEqual({
      contents: [{ role: 'user', parts: [{ text: 'A portrait.' }] }],
      generationConfig: {
        seed: 7,
        responseModalities: ['IMAGE'],
        imageConfig: { aspectRatio: '2:3', imageSize: '1K' },
      },
    });
  });

  it.each([
    { model: MODEL, width: 1024, height: 1024, imageConfig: { aspectRatio: '1:1', imageSize: '1K' } },
    { model: MODEL, width: 2048, height: 2048, imageConfig: { aspectRatio: '1:1', imageSize: '2K' } },
    { model: MODEL, width: 3840, height: 2160, imageConfig: { aspectRatio: '16:9', imageSize: '4K' } },
    { model: MODEL, width: 4096, height: 4096, imageConfig: { aspectRatio: '1:1', imageSize: '4K' } },
    { model: MODEL, width: 512, height: 4096, imageConfig: { aspectRatio: '1:8', imageSize: '2K' } },
    { model: 'gemini-3.1-flash-lite-image', width: 2048, height: 2048, imageConfig: { aspectRatio: '1:1' } },
  ])('of $width x $height is asked of $model as $imageConfig', async ({ imageConfig, ...more }) => {
    const { provider, sent } = await stage();
    await provider.submit(request(more), call);
    expect(sent()['generationConfig']).toMatchObject({ imageConfig });
  });

  it('with references has them behind the words, in their order', async () => {
    const { provider, sent } = await stage();
    await provider.submit(request({ references: await makeReferences(), negativePrompt: 'text.' }), call);
    const [turn] = sent()['contents'] as {
      parts: { text?: string; inlineData?: { mimeType: string; data: string } }[];
    }[];
    const [words, ...pictures] = turn?.parts ?? [];
    expect(words).toEqual({ text: 'A portrait.\nAvoid: text.' });
    expect(pictures.map(({ inlineData }) => inlineData?.mimeType)).toEqual(['image/png', 'image/png']);
    const keys = pictures.map(({ inlineData }) => pictureKey(Buffer.from(inlineData?.data ?? '', 'base64')));
    expect(keys).toEqual(['face.png', 'side.png']);
  });

  it('with many references that hardly shrink still fits into one request', async () => {
    const { provider, emulator } = await stage();
    const folder = mkdtempSync(join(tmpdir(), 'imggen-gemini-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'noise.png');
    // Noise: a PNG of one megapixel has three megabytes.
    writeFileSync(path, makePicture(1024, 1024, 'noise', { sizeBytes: 3_000_000 }));
    const noise: Reference = { path, sha256: 'noise', mime: 'image/png', sizeBytes: statSync(path).size };
    const references = Array.from({ length: 14 }, () => noise);
    await provider.submit(request({ references }), call);
    expect(emulator.charges()).toHaveLength(1);
  });

  it('with references that take more than their share of the request has them smaller', async () => {
    const { provider, sent } = await stage();
    const path = join(mkdtempSync(join(tmpdir(), 'imggen-gemini-')), 'large.png');
    writeFileSync(path, makePicture(1500, 1200, 'large'));
    onTestFinished(() => rmSync(dirname(path), { recursive: true }));
    const large: Reference = { path, mime: 'image/png', sha256: 'large', sizeBytes: 7_500_000 };
    await provider.submit(request({ references: [large, large] }), call);
    const [turn] = sent()['contents'] as { parts: { inlineData?: { data: string } }[] }[];
    const bytes = Buffer.from(turn?.parts[2]?.inlineData?.data ?? '', 'base64');
    expect(bytes.readUInt32BE(16) * bytes.readUInt32BE(20)).toBeLessThanOrEqual(1024 * 1024);
  });

  it('has a seed that a signed 32-bit integer holds, and the wish is told as one', async () => {
    const { provider, sent } = await stage();
    const large = request({ seed: 4_294_967_295 });
    await provider.submit(large, call);
    expect(sent()['generationConfig']).toMatchObject({ seed: 2_147_483_647 });
    expect(provider.capabilities(MODEL).seed).toBe('best-effort');
    expect(provider.warnings(large)).toContainEqual(expect.stringMatching(/seed at best effort/));
  });

  it('comes with the picture that was charged, the usage and what it cost', async () => {
    const { provider, emulator } = await stage();
    const made = await provider.submit(request({ references: await makeReferences() }), call);
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    const [charge] = emulator.charges();
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(charge?.id);
    expect(made.costMicros).toBe(charge?.amountMicros);
    expect(made.usage).toMatchObject({ thoughtsTokenCount: 120 });
    expect(made.seedUsed).toBeUndefined();
  });

  it('reserves enough for a long prompt in any script', async () => {
    const { provider } = await stage();
    const prompt = '她站在雨中的街道上,穿着红色外套。'.repeat(100);
    const model = 'gemini-3-pro-image';
    const worst = (text: string): number => provider.price(request({ model, prompt: text }))?.worstMicros ?? 0;
    // $2 a million tokens; Gemini's tokenizer makes up to one token of a byte.
    expect(worst(prompt) - worst('')).toBeGreaterThanOrEqual(2 * Buffer.byteLength(prompt));
  });

  it('costs what the size costs, at worst with thoughts and references', async () => {
    const { provider } = await stage();
    const worst = (more: Partial<ImageRequest>): number => provider.price(request(more))?.worstMicros ?? 0;
    expect(worst({})).toBe(33_600 + 3 + 6000);
    expect(worst({ width: 2048, height: 2048 })).toBe(50_400 + 3 + 6000);
    expect(worst({ width: 4096, height: 4096 })).toBe(113_000 + 3 + 6000);
    expect(worst({ references: await makeReferences() })).toBe(33_600 + 3 + 2 * 280 + 6000);
    expect(worst({ model: 'gemini-3-pro-image' })).toBe(134_400 + 22 + 48_000);
    expect(provider.price(request({ model: 'gemini-5-image' }))).toBeUndefined();
  });

  it('goes to the address in the environment, with the key of either name', async () => {
    const { emulator } = await stage();
    const settings = {
      options: {},
      keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
      env: { GOOGLE_API_KEY: KEY, GOOGLE_GEMINI_BASE_URL: `${emulator.url}/` },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 5000,
    };
    await (await module.create(settings)).submit(request(), call);
    expect(emulator.requests).toHaveLength(1);
  });

  it('is not asked of an id that would be another address', async () => {
    const { provider, emulator } = await stage();
    expect(() => provider.capabilities('../v1/x')).toThrow(/no Gemini model/);
    await expect(provider.submit(request({ model: '../v1/x' }), call)).rejects.toMatchObject({ failure: 'rejected' });
    expect(emulator.requests).toEqual([]);
  });
});
