import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { CharacterAttributes } from '../../src/character.ts';
import { inspectImage } from '../../src/images/inspect.ts';
import { planCharacter, planPack } from '../../src/plan/plan.ts';
import local from '../../src/providers/local.ts';
import type { ProviderSettings } from '../../src/providers/definition.ts';
import type { CallContext, ImageRequest, Provider } from '../../src/providers/provider.ts';
import type { PlannedShot } from '../../src/shot.ts';

const mira: CharacterAttributes = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28],
  ethnicity: 'Mediterranean',
  hairColor: 'auburn',
  hairStyle: 'long wavy',
  eyeColor: 'green',
  bodyType: 'athletic',
  outfitStyle: 'casual streetwear',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
};
const nobody: CharacterAttributes = { name: 'Nobody', distinctiveFeatures: [], style: 'cartoon' };
const never = new AbortController().signal;

function provider(
  options: Record<string, unknown> = {},
  sleep: ProviderSettings['sleep'] = () => Promise.reject(new Error('slept')),
): Promise<Provider> {
  const fetch = (): never => {
    throw new Error('the local provider needs no network');
  };
  return local.create({ options, keyVariables: [], env: {}, fetch, now: () => 0, sleep, timeoutMs: 1000 });
}

function requestOf(shot: PlannedShot, character: CharacterAttributes, size: [number, number] = [96, 96]): ImageRequest {
  return {
    attemptKey: 'a-1',
    shot: shot.name,
    model: 'avataaars',
    prompt: shot.prompt,
    seed: shot.seed,
    width: size[0],
    height: size[1],
    references: [],
    character,
    look: shot.look,
  };
}

async function draw(request: ImageRequest, call: Partial<CallContext> = {}, asked?: Provider): Promise<Uint8Array> {
  const submission = await (asked ?? (await provider())).submit(request, { signal: never, ...call });
  if (submission.state !== 'generated' || submission.image.kind !== 'bytes') throw new Error('not drawn');
  expect(submission).toMatchObject({ seedUsed: request.seed, costMicros: 0 });
  return submission.image.bytes;
}

const sum = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const avatar = (character: CharacterAttributes, seed = 421_337): ImageRequest =>
  requestOf(planCharacter({ attributes: character, seed })[0]!, character);

describe('the picture', () => {
  it.each([
    [64, 64],
    [640, 640],
    [384, 96],
    [96, 384],
    [101, 77],
  ])('is a whole PNG of the asked size, %d by %d', async (width, height) => {
    expect(inspectImage(await draw({ ...avatar(mira), width, height }))).toMatchObject({
      format: 'png',
      width,
      height,
    });
  });

  it('has the same bytes for the same request, from another provider too', async () => {
    expect(sum(await draw(avatar(mira)))).toBe(
      sum(await draw({ ...avatar(mira), attemptKey: 'another', shot: 'another' })),
    );
  });

  it('is another one for another seed, where the attributes leave something open', async () => {
    const sums = await Promise.all([1, 2, 3, 4, 5, 6].map(async (seed) => sum(await draw(avatar(nobody, seed)))));
    expect(new Set(sums).size).toBe(6);
  });

  it('differs in each of the eleven shots of a character and in the next fifty of its gallery', async () => {
    const subject = { attributes: mira, seed: 7 };
    const shots = [...planCharacter(subject), ...planPack(subject, 50)];
    const drawing = await provider();
    const sums = await Promise.all(shots.map(async (shot) => sum(await draw(requestOf(shot, mira), {}, drawing))));
    expect(new Set(sums).size).toBe(61);
  });

  it.each([
    ['hairColor', 'auburn', 'black'],
    ['hairColor', '#ff0000', '#00f'],
    ['hairStyle', 'long wavy', 'short bob'],
    ['ethnicity', 'Nigerian', 'Swedish'],
    ['eyeColor', 'blue', 'brown'],
    ['outfitStyle', 'navy business suit', 'red hoodie'],
    ['gender', 'woman', 'man'],
  ])('shows the %s: %s is not %s', async (attribute, one, other) => {
    const look = { ...avatar(nobody) };
    expect(sum(await draw({ ...look, character: { ...nobody, [attribute]: one } }))).not.toBe(
      sum(await draw({ ...look, character: { ...nobody, [attribute]: other } })),
    );
  });

  it.each([
    'freckles',
    'round glasses',
    'full beard',
    'a mole on the left cheek',
    'dimples',
    'small scar over the eye',
    'sunglasses',
  ])('shows %s', async (feature) => {
    const plain = sum(await draw(avatar(nobody)));
    expect(sum(await draw(avatar({ ...nobody, distinctiveFeatures: [feature] })))).not.toBe(plain);
  });

  it('can be drawn of a name that means something in SVG', async () => {
    const hostile = '"><script>&\u0000\u001B[31m</svg>';
    const character = {
      ...mira,
      name: hostile,
      hairColor: hostile,
      outfitStyle: hostile,
      distinctiveFeatures: [hostile],
    };
    expect(inspectImage(await draw(avatar(character)))).toMatchObject({ format: 'png' });
  });
});

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
      onPhase: (phase) => phase === 'waiting' && setImmediate(() => stop.abort()),
    });
    await expect(waiting).rejects.toMatchObject({ failure: 'interrupted', charged: 'no' });
    await expect(slow.submit(avatar(mira), { signal: stop.signal })).rejects.toMatchObject({ failure: 'interrupted' });
  });
});
