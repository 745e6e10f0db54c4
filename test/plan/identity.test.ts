import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CharacterAttributes } from '../../src/character.ts';
import { IDENTITY_MAX, identityBlock, tidy, withArticle } from '../../src/plan/identity.ts';
import { anyText } from '../support/any-text.ts';

const nobody: CharacterAttributes = { name: 'Mira Sol', distinctiveFeatures: [], style: 'photo' };
const block = (more: Partial<CharacterAttributes>) => identityBlock({ ...nobody, ...more });

describe('the identity block', () => {
  test('says all attributes in one clause', () => {
    const mira: Partial<CharacterAttributes> = {
      gender: 'woman',
      ageRange: [24, 28],
      ethnicity: 'Mediterranean',
      hairColor: 'auburn',
      hairStyle: 'long wavy',
      eyeColor: 'green',
      bodyType: 'athletic',
      outfitStyle: 'casual streetwear',
      distinctiveFeatures: ['freckles'],
    };
    expect(block(mira)).toBe(
      'Mira Sol, a 24-28 year old Mediterranean woman with long wavy auburn hair, green eyes, an ' +
        'athletic build and freckles, wearing casual streetwear',
    );
  });

  test.each<[Partial<CharacterAttributes>, string]>([
    [{}, 'Mira Sol'],
    [{ outfitStyle: 'wearing casual streetwear.' }, 'Mira Sol, wearing casual streetwear'],
    [{ outfitStyle: 'red leather jacket and jeans' }, 'Mira Sol, wearing a red leather jacket and jeans'],
    [{ gender: 'woman' }, 'Mira Sol, a woman'],
    [{ gender: 'Female' }, 'Mira Sol, a woman'],
    [{ gender: 'male', ageRange: [9, 11] }, 'Mira Sol, a 9-11 year old boy'],
    [{ gender: 'non-binary' }, 'Mira Sol, a non-binary person'],
    [{ gender: 'Nonbinary' }, 'Mira Sol, a non-binary person'],
    [{ gender: 'non-binary person' }, 'Mira Sol, a non-binary person'],
    [{ gender: 'elf' }, 'Mira Sol, an elf'],
    [{ ageRange: [30, 30] }, 'Mira Sol, a 30 year old person'],
    [{ ageRange: [18, 24], gender: 'man' }, 'Mira Sol, an 18-24 year old man'],
    [{ ageRange: [80, 85] }, 'Mira Sol, an 80-85 year old person'],
    [{ ethnicity: 'Italian', gender: 'woman' }, 'Mira Sol, an Italian woman'],
    [{ ethnicity: 'European' }, 'Mira Sol, a European person'],
    [{ hairColor: 'auburn' }, 'Mira Sol, a person with auburn hair'],
    [{ hairStyle: 'curly hair' }, 'Mira Sol, a person with curly hair'],
    [{ hairStyle: 'high ponytail', hairColor: 'black hair' }, 'Mira Sol, a person with black hair in a high ponytail'],
    [{ hairStyle: 'box braids', hairColor: 'black' }, 'Mira Sol, a person with black hair in box braids'],
    [
      { hairStyle: 'straight with bangs', hairColor: 'blond' },
      'Mira Sol, a person with straight blond hair with bangs',
    ],
    [{ hairStyle: 'bald', hairColor: 'grey' }, 'Mira Sol, a person with a bald head'],
    [{ eyeColor: 'blue eyes', bodyType: 'a slim build' }, 'Mira Sol, a person with blue eyes and a slim build'],
    [
      { distinctiveFeatures: ['wears round glasses', 'has a dimple.'] },
      'Mira Sol, a person with round glasses and a dimple',
    ],
    [{ bodyType: 'average' }, 'Mira Sol, a person with an average build'],
    [
      { distinctiveFeatures: ['small scar above left eyebrow', 'freckles', 'a nose ring'] },
      'Mira Sol, a person with a small scar above left eyebrow, freckles and a nose ring',
    ],
  ])('reads as English for %j', (attributes, expected) => {
    expect(block(attributes)).toBe(expected);
  });

  test('leaves out features before it outgrows its room, always the same ones', () => {
    const features = Array.from(
      { length: 20 },
      (_, index) => `feature number ${index} ${'that goes on and on '.repeat(9)}`,
    );
    const long = block({ distinctiveFeatures: features });
    expect(long.length).toBeLessThanOrEqual(IDENTITY_MAX);
    expect(long).toContain('feature number 0 that goes on');
    expect(long).not.toContain('feature number 19');
    expect(block({ distinctiveFeatures: features })).toBe(long);
  });

  test('keeps a long attribute whole while there is room', () => {
    const outfit =
      'a vintage brown leather jacket over a white t-shirt, high-waisted blue jeans with a ' +
      'braided belt, and scuffed desert boots';
    expect(block({ outfitStyle: outfit })).toContain(outfit);
  });

  test('is one tidy line within its length for any text', () => {
    const text = anyText({ minLength: 1, maxLength: 200 });
    const some = fc.record(
      {
        gender: text,
        ethnicity: text,
        hairColor: text,
        hairStyle: text,
        eyeColor: text,
        bodyType: text,
        outfitStyle: text,
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(text, some, fc.array(text, { maxLength: 20 }), (name, attributes, distinctiveFeatures) => {
        const result = identityBlock({ name, ...attributes, distinctiveFeatures, style: 'photo' });
        expect(result.length).toBeLessThanOrEqual(IDENTITY_MAX);
        expect(result).not.toMatch(/[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]| {2}/u);
      }),
    );
  });

  test('has no holes whichever attributes are missing', () => {
    const whole = {
      gender: 'woman',
      ageRange: [24, 28] as const,
      ethnicity: 'Irish',
      hairColor: 'red',
      hairStyle: 'short',
      eyeColor: 'green',
      bodyType: 'tall',
      outfitStyle: 'a linen suit',
    };
    fc.assert(
      fc.property(fc.subarray(Object.keys(whole)), fc.subarray(['freckles', 'dimple']), (keys, distinctiveFeatures) => {
        const attributes = Object.fromEntries(Object.entries(whole).filter(([key]) => keys.includes(key)));
        const result = block({ ...attributes, distinctiveFeatures });
        expect(result).toMatch(/^Mira Sol(?:, an? [^,]+(?:, [^,]+)*)?$|^Mira Sol, wearing a linen suit$/);
        expect(result).not.toMatch(
          /undefined|,\s*,|\s,| {2}|\ba [aeiou]|\ban [^aeiou18]|with\s*(?:,|$)|and\s*(?:,|$)/i,
        );
      }),
    );
  });
});

describe('tidy text', () => {
  test('turns line breaks, control characters and bidi marks into one space', () => {
    expect(tidy('auburn\r\n\tand \u001b[31m\u202e red\u2028. ')).toBe('auburn and [31m red');
  });

  test('cuts at a word, and never through a character', () => {
    expect(tidy('one two three', 8)).toBe('one two');
    expect(tidy('abcdef', 3)).toBe('abc');
    expect(tidy('ab😀cd', 3)).toBe('ab');
  });
});

test.each([
  ['hour', 'an hour'],
  ['unusual face', 'an unusual face'],
  ['uniform', 'a uniform'],
  ['Ukrainian man', 'a Ukrainian man'],
  ['11 year old', 'an 11 year old'],
  ['110 year old', 'a 110 year old'],
  ['85-90 year old', 'an 85-90 year old'],
])('the article of "%s" goes by its sound', (phrase, expected) => {
  expect(withArticle(phrase)).toBe(expected);
});
