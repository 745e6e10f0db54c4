import { describe, expect, it } from 'vitest';
import { inspectImage } from '../../../src/images/inspect.ts';
import { planCharacter, planPack } from '../../../src/plan/plan.ts';
import { draw, avatar, mira, sum, nobody, provider, requestOf } from '../../support/providers/local-stage.ts';

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
