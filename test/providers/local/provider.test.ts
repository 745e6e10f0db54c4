import { describe, expect, it } from 'vitest';
import local from '../../../src/providers/local.ts';
import { provider, avatar, mira, nobody, never, draw } from '../../support/providers/local-stage.ts';

describe('what it tells', () => {
  it('says in one sentence which attributes it leaves out', async () => {
    const { warnings } = await provider();
    expect(warnings(avatar(mira))).toEqual([
      'The local provider draws a cartoon and leaves out: age (24–28), body type (athletic), style (photo).',
    ]);
    expect(warnings(avatar(nobody))).toEqual([]);
    const odd = {
      ...nobody,
      hairColor: 'octarine',
      distinctiveFeatures: ['freckles', 'a tattoo of a swallow', 'glasses', 'sunglasses'],
    };
    expect(warnings(avatar(odd))).toEqual([
      'The local provider draws a cartoon and leaves out: hair color (octarine), a tattoo of a swallow, sunglasses.',
    ]);
  });

  it('says what of the request it has no use for', async () => {
    const { warnings } = await provider();
    const reference = { path: '/x.png', mime: 'image/png' as const, sha256: '', sizeBytes: 1 };
    expect(warnings({ ...avatar(nobody), references: [reference], negativePrompt: 'text', quality: 'high' })).toEqual([
      'The local provider has no use for reference pictures or a negative prompt or a quality.',
    ]);
  });

  it('says that it draws no profile and nobody sitting', async () => {
    const { warnings } = await provider();
    const request = avatar(nobody);
    for (const look of [
      { ...request.look, angle: 'profile left' as const },
      { ...request.look, pose: 'sitting on a bench' },
    ]) {
      expect(warnings({ ...request, look })).toEqual([expect.stringContaining('standing and nearly facing you')]);
    }
  });

  it('is free, exact in its seed, takes no references and can be asked again after a crash', async () => {
    const drawing = await provider();
    expect(drawing.price(avatar(mira))).toMatchObject({ worstMicros: 0, expectedMicros: 0 });
    expect(drawing.capabilities(drawing.defaultModel)).toMatchObject({ seed: 'exact', referencesMax: 0 });
    expect(drawing.idempotent).toBe(true);
    expect(await drawing.check({ signal: never })).toMatchObject({ ok: true });
  });
});

describe('what it refuses', () => {
  it.each([
    [63, 64],
    [64, 4097],
    [64.5, 64],
  ])('a picture of %d by %d', async (width, height) => {
    await expect(draw({ ...avatar(mira), width, height })).rejects.toMatchObject({
      name: 'ProviderError',
      failure: 'rejected',
    });
  });

  it('a model that it has not, saying which it has', async () => {
    const drawing = await provider();
    expect(() => drawing.capabilities('flux')).toThrow(/no model "flux"/);
  });

  it('options that it does not know', () => {
    expect(local.optionsSchema.safeParse({ latencyMs: 5, speed: 'fast' }).success).toBe(false);
    expect(local.optionsSchema.safeParse({ latencyMs: 600_001 }).success).toBe(false);
  });
});

describe('its pace', () => {
  it('takes as long as the options ask', async () => {
    const slept: number[] = [];
    const slow = await provider({ latencyMs: 1500 }, (ms) => Promise.resolve(void slept.push(ms)));
    const phases: string[] = [];
    await draw(avatar(mira), { onPhase: (phase) => phases.push(phase) }, slow);
    expect(slept).toEqual([1500]);
    expect(phases).toEqual(['sending', 'waiting']);
  });

  it('stops at once when told to, before and while it takes its time', async () => {
    const stop = new AbortController();
    const slow = await provider(
      { latencyMs: 600_000 },
      (_ms, signal) =>
        new Promise((_resolve, reject) => signal?.addEventListener('abort', () => reject(new Error('woken')))),
    );
    const waiting = slow.submit(avatar(mira), {
      signal: stop.signal,
      onSending: () => {},
      onPhase: (phase) => phase === 'waiting' && setImmediate(() => stop.abort()),
    });
    await expect(waiting).rejects.toMatchObject({ failure: 'interrupted', charged: 'no' });
    await expect(slow.submit(avatar(mira), { signal: stop.signal, onSending: () => {} })).rejects.toMatchObject({
      failure: 'interrupted',
    });
  });
});
