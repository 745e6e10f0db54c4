import { describe, expect, it } from 'vitest';
import type { CharacterAttributes } from '../../../src/character.ts';
import { HAIR_ANY, HAIR_BY_GENDER, HAIR_STYLES } from '../../../src/providers/local/appearance-words.ts';
import { CLOTHES, CLOTHES_ANY, FEATURES } from '../../../src/providers/local/clothes-words.ts';
import { identityOf, styleOptions, undrawn } from '../../../src/providers/local/identity.ts';
import { loadStyle } from '../../../src/providers/local/style.ts';

const nobody: CharacterAttributes = { name: 'Nobody', distinctiveFeatures: [], style: 'cartoon' };
const of = (some: Partial<CharacterAttributes>, seed = 1): ReturnType<typeof identityOf> =>
  identityOf({ ...nobody, ...some }, seed);

describe('the figure', () => {
  it.each([
    ['auburn', '#8c3b1f'],
    ['Dark brown', '#4a312c'],
    ['strawberry blonde', '#d98c5f'],
    ['salt and pepper', '#8f8a86'],
    ['#AbC', '#aabbcc'],
    ['dyed #123456', '#123456'],
  ])('has hair of the color that is asked for: %s', (hairColor, expected) => {
    expect(of({ hairColor }).hair).toBe(expected);
  });

  it.each([
    ['long wavy', ['bigHair', 'curvy']],
    ['short, curly', ['shortCurly', 'dreads01']],
    ['a chin-length bob', ['bob', 'miaWallace']],
    ['shoulder-length', ['longButNotTooLong']],
    ['high ponytail', ['bun']],
    ['bald', [undefined]],
    ['blue hijab', ['hijab']],
  ])('wears its hair %s', (hairStyle, expected) => {
    for (let seed = 0; seed < 8; seed += 1) expect(expected).toContain(of({ hairStyle }, seed).top);
  });

  it.each([
    ['South Asian', 'East Asian'],
    ['Palestinian', 'pale'],
    ['Tanzanian (East African)', 'tan'],
    ['Afro-Latina', 'Latina'],
    ['African American', 'American'],
  ])('is not taken by a part of a word: %s is not %s', (ethnicity, other) => {
    for (let seed = 0; seed < 8; seed += 1)
      expect(of({ ethnicity }, seed).skin).not.toBe(of({ ethnicity: other }, seed).skin);
  });

  it.each([
    ['gold-rimmed glasses', { accessories: expect.any(String) as string }],
    ['a short grey beard', { facialHair: 'beardLight' }],
    ['lots of freckles', { marks: ['freckles'] }],
  ])('shows its distinctive features: %s', (feature, expected) => {
    expect(of({ distinctiveFeatures: [feature] })).toMatchObject(expected);
  });

  it('has nothing on its face that nobody asked for', () => {
    for (let seed = 0; seed < 50; seed += 1)
      expect(of({}, seed)).toMatchObject({ accessories: undefined, facialHair: undefined, marks: [] });
  });

  it('keeps what the attributes say whatever the seed, and leaves the rest to the seed', () => {
    const seeds = Array.from({ length: 60 }, (_, seed) => of({ hairColor: 'red', eyeColor: 'green' }, seed));
    expect(new Set(seeds.map(({ hair, eyes }) => hair + eyes)).size).toBe(1);
    expect(new Set(seeds.map(({ skin }) => skin)).size).toBeGreaterThan(4);
    expect(new Set(seeds.map(({ top }) => top)).size).toBeGreaterThan(4);
  });

  it('goes gray with age where no color is given', () => {
    expect(of({ ageRange: [70, 75] }).hair).toBe('#a9a5a2');
    expect(of({ ageRange: [70, 75], hairColor: 'black' }).hair).toBe('#2c1b18');
  });
});

it('every part that a word can stand for exists in the style', async () => {
  const { style } = await loadStyle();
  const variants = (part: string): string[] => [...(style.components().get(part)?.variants().keys() ?? [])];
  const tops = [...HAIR_STYLES, ...HAIR_BY_GENDER].flatMap(([, names]) => names).filter((name) => name !== 'none');
  expect(variants('top')).toEqual(expect.arrayContaining([...tops, ...HAIR_ANY]));
  expect(variants('clothes')).toEqual(
    expect.arrayContaining([...CLOTHES.flatMap(([, names]) => names), ...CLOTHES_ANY]),
  );
  for (const [, feature] of FEATURES) {
    if ('variants' in feature) expect(variants(feature.part)).toEqual(expect.arrayContaining([...feature.variants]));
    else expect(variants(feature.part)).toEqual(['default']);
  }
});

it('leaves no part of the figure to the style: two seeds of the style draw the same', async () => {
  const { Avatar, style } = await loadStyle();
  const options = {
    ...styleOptions(of({ outfitStyle: 'hoodie' })),
    mouthVariant: 'smile',
    eyesVariant: 'default',
    eyebrowsVariant: 'default',
  };
  const drawn = (seed: string): string =>
    new Avatar(style, { ...options, seed }).toString().replaceAll(/-[0-9a-f]{8}(?=["')])/g, '-id');
  expect(drawn('one')).toBe(drawn('two'));
});

describe('what is left out', () => {
  it('is nothing for a character that can be drawn', () => {
    expect(
      undrawn({
        ...nobody,
        gender: 'woman',
        ethnicity: 'Irish',
        hairColor: 'red',
        hairStyle: 'bob',
        eyeColor: 'green',
        outfitStyle: 'hoodie',
        distinctiveFeatures: ['freckles', 'dimples'],
      }),
    ).toEqual([]);
  });

  it('is every word that stands for nothing', () => {
    const strange = {
      ...nobody,
      gender: 'x',
      ethnicity: 'x',
      hairColor: 'x',
      hairStyle: 'x',
      eyeColor: 'x',
      outfitStyle: 'x',
      bodyType: 'tall',
      distinctiveFeatures: ['x'],
    };
    expect(undrawn(strange)).toEqual([
      'gender (x)',
      'ethnicity (x)',
      'hair color (x)',
      'hair style (x)',
      'eye color (x)',
      'body type (tall)',
      'outfit (x)',
      'x',
    ]);
  });
});
