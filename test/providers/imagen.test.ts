/** What Imagen is sent, how it ends, and what is said of accounts that no longer have it. */
import { afterEach, describe, expect, it } from 'vitest';
import module from '../../src/providers/imagen.ts';
import type { ImageRequest } from '../../src/providers/provider.ts';
import { FILTERED, FORBIDDEN, NOTHING } from '../emulators/gemini.ts';
import { pictureKey } from '../emulators/picture.ts';
import { clearStage, KEY, type Stage, stage } from '../support/providers/gemini-stage.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest, thrownBy } from '../support/providers/request.ts';

afterEach(clearStage);

const STANDARD = 'imagen-4.0-generate-001';
const FAST = 'imagen-4.0-fast-generate-001';
const open = (imagen = true): Promise<Stage> => stage({ module, service: { imagen } });
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: STANDARD, prompt: 'A portrait.', ...more });

describe('a picture of Imagen', () => {
  it.each([
    { model: STANDARD, width: 960, height: 1280, size: { aspectRatio: '3:4', sampleImageSize: '1K' } },
    { model: STANDARD, width: 2048, height: 2048, size: { aspectRatio: '1:1', sampleImageSize: '2K' } },
    { model: FAST, width: 2048, height: 2048, size: { aspectRatio: '1:1' } },
  ])('is asked of $model with $size and these fields, and the key in a header', async ({ size, ...more }) => {
    const { provider, sent, emulator } = await open();
    await provider.submit(request({ ...more, negativePrompt: 'text' }), call);
    expect(emulator.requests.map(({ path }) => path)).toEqual([`/v1beta/models/${more.model}:predict`]);
    expect(emulator.requests[0]?.headers['x-goog-api-key']).toBe(KEY);
    expect(sent()).toEqual({
      instances: [{ prompt: 'A portrait.\nAvoid: text.' }],
      parameters: { sampleCount: 1, ...size, includeRaiReason: true },
    });
  });

  it('is the one that was charged, at the price of the list', async () => {
    const { provider, emulator } = await open();
    const made = await provider.submit(request(), call);
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    const [charge] = emulator.charges();
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(charge?.id);
    expect(provider.price(request())?.worstMicros).toBe(charge?.amountMicros);
  });

  it.each([
    { when: 'the prompt is refused', prompt: FORBIDDEN, is: { failure: 'refused', charged: 'no', status: 400 } },
    { when: 'the picture is filtered out', prompt: FILTERED, is: { failure: 'refused', charged: 'maybe' } },
    { when: 'nothing is told', prompt: NOTHING, is: { failure: 'unusable', charged: 'maybe' } },
  ])('is not there when $when: $is.failure', async ({ prompt, is }) => {
    const { provider } = await open();
    expect(await thrownBy(provider.submit(request({ prompt }), call))).toMatchObject(is);
  });
});

describe('an account', () => {
  it('that still has Imagen may use it, and is told of its end', async () => {
    const { provider } = await open();
    await provider.learn?.(FAST, call);
    const { message } = await provider.check(call);
    expect(message).toBe(`Imagen answers; this account has ${STANDARD}, ${FAST}, imagen-4.0-ultra-generate-001`);
    expect(provider.warnings(request())).toContainEqual(expect.stringMatching(/shut .* down for most accounts/));
  });

  it('that has it no longer is told so before anything is sent, with the day and the way out', async () => {
    const { provider, emulator } = await open(false);
    const error = await thrownBy(provider.learn?.(STANDARD, call) ?? Promise.resolve());
    expect(error).toMatchObject({ name: 'UserError', kind: 'usage' });
    expect(String(error)).toMatch(/shut imagen-4\.0-generate-001 down on 2026-08-17/);
    expect((error as { hint: string }).hint).toMatch(/provider gemini/);
    expect(emulator.requests.map(({ method }) => method)).toEqual(['GET']);
    expect((await provider.check(call)).message).toMatch(/none of the models .*, and not imagen-4/);
  });

  it('that can not be asked now leaves it to the request', async () => {
    const { provider, emulator } = await open();
    emulator.faults.push({ on: 'models', kind: 'status', status: 503 });
    await expect(provider.learn?.(STANDARD, call)).resolves.toBeUndefined();
  });
});
