import { describe, expect, test } from 'vitest';
import { characterSchema, createCharacter, deriveSeed, lockDifferences, lockedAttributes } from '../src/character.ts';
import { UserError } from '../src/errors.ts';

const parse = (input: Record<string, unknown>) => characterSchema.parse({ name: 'Mira Sol', ...input });

describe('the character schema', () => {
  test('needs a name only, and fills in the rest', () => {
    expect(parse({})).toEqual({ name: 'Mira Sol', distinctiveFeatures: [], style: 'photo', references: [] });
  });

  test.each([
    ['an unknown key', { hairColour: 'red' }],
    ['a name with a path in it', { name: '../x' }],
    ['a name with a backslash', { name: 'a\\b' }],
    ['a name of 10,000 characters', { name: 'a'.repeat(10_000) }],
    ['a name with a terminal escape', { name: 'Mira\u001b[31m' }],
    ['a name with NUL', { name: 'Mira\u0000' }],
    ['a name with a line break', { name: 'Mira\nSol' }],
    ['a name that turns the reading direction', { name: 'Mira\u202eSol' }],
    ['an empty name', { name: '   ' }],
    ['a name of which nothing is left', { name: '美' }],
    ['an age of 0', { ageRange: [0, 20] }],
    ['an age over 120', { ageRange: [20, 121] }],
    ['an age that is no whole number', { ageRange: [20.5, 30] }],
    ['ages in the wrong order', { ageRange: [30, 20] }],
    ['three ages', { ageRange: [1, 2, 3] }],
    ['one age', { ageRange: [1] }],
    ['an escape in an attribute', { hairColor: '\u001b]0;x\u0007' }],
    ['an attribute of 201 characters', { eyeColor: 'x'.repeat(201) }],
    ['21 features', { distinctiveFeatures: Array.from({ length: 21 }, () => 'freckle') }],
    ['a negative seed', { seed: -1 }],
    ['a seed of 2^32', { seed: 2 ** 32 }],
    ['a seed in text', { seed: '1' }],
    ['17 references', { references: Array.from({ length: 17 }, () => 'a.png') }],
    ['a reference with NUL', { references: ['a\u0000.png'] }],
    ['a negative prompt of 2001 characters', { negativePrompt: 'x'.repeat(2001) }],
  ])('refuses %s', (_, input) => {
    expect(characterSchema.safeParse({ name: 'Mira Sol', ...input }).success).toBe(false);
  });

  test('takes the limits themselves', () => {
    expect(parse({ ageRange: [1, 120], seed: 2 ** 32 - 1, name: 'a'.repeat(100) }).ageRange).toEqual([1, 120]);
    expect(parse({ seed: 0, ageRange: [30, 30] }).seed).toBe(0);
  });
});

describe('createCharacter', () => {
  test('takes the seed from the config', () => {
    expect(createCharacter(parse({ seed: 421_337 }))).toMatchObject({
      id: 'mira-sol',
      seed: 421_337,
      seedSource: 'config',
    });
  });

  test('takes seed 0 for a seed', () => {
    expect(createCharacter(parse({ seed: 0 }))).toMatchObject({ seed: 0, seedSource: 'config' });
  });

  test('derives the seed from the name when the config has none', () => {
    expect(createCharacter(parse({}))).toMatchObject({ seed: deriveSeed('Mira Sol'), seedSource: 'name' });
  });

  test('prefers the seed of a flag', () => {
    expect(createCharacter(parse({ seed: 1 }), { seed: 7 })).toMatchObject({ seed: 7, seedSource: 'config' });
  });

  test('keeps seed and references out of the attributes', () => {
    const character = createCharacter(parse({ seed: 1, references: ['/a.png'], hairColor: 'auburn' }));
    expect(character.attributes).toEqual({
      name: 'Mira Sol',
      distinctiveFeatures: [],
      style: 'photo',
      hairColor: 'auburn',
    });
    expect(character.references).toEqual([{ role: 'face', picture: '/a.png' }]);
  });

  test('refuses a name of which nothing is left, and says what to do', () => {
    const make = () => createCharacter({ ...parse({}), name: '美' });
    expect(make).toThrow(UserError);
    expect(make).toThrow(
      expect.objectContaining({ kind: 'usage', problems: [expect.stringContaining('write it as it sounds')] }),
    );
  });
});

describe('deriveSeed', () => {
  test('never changes: these seeds are in ledgers', () => {
    expect(deriveSeed('Mira Sol')).toBe(415180318);
  });

  test('is the same for twins in letter case and normal form', () => {
    const names = ['Zoë', 'ZOË', 'zoë', 'Zoe\u0308'];
    expect(new Set(names.map(deriveSeed)).size).toBe(1);
  });

  test('tells names apart and stays within 32 bits', () => {
    const seeds = Array.from({ length: 1000 }, (_, index) => deriveSeed(`name ${index}`));
    expect(new Set(seeds).size).toBe(1000);
    expect(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)).toBe(true);
  });
});

describe('the lock', () => {
  const locked = (input: Record<string, unknown>) => lockedAttributes(createCharacter(parse(input)));

  test('holds what makes the identity, in a fixed order', () => {
    expect(Object.keys(locked({ seed: 1, style: 'anime', hairColor: 'auburn', ageRange: [24, 28] }))).toEqual([
      'ageRange',
      'distinctiveFeatures',
      'hairColor',
      'name',
      'seed',
      'style',
    ]);
  });

  test('does not depend on the order of the config', () => {
    const one = locked({ eyeColor: 'green', hairColor: 'auburn' });
    const other = locked({ hairColor: 'auburn', eyeColor: 'green' });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  test('does not hold the negative prompt, the trigger word of a LoRA, nor the references', () => {
    const more = { negativePrompt: 'text', trigger: 'm1r4s0l', references: ['/a.png'] };
    expect(lockDifferences(locked({}), locked(more))).toEqual([]);
  });

  test('names every difference, for people', () => {
    const before = locked({ seed: 1, hairColor: 'auburn', ageRange: [24, 28] });
    const after = locked({ seed: 2, eyeColor: 'green', ageRange: [24, 29] });
    expect(lockDifferences(before, after)).toEqual([
      { path: 'character.ageRange', before: '[24, 28]', after: '[24, 29]' },
      { path: 'character.eyeColor', before: 'not set', after: '"green"' },
      { path: 'character.hairColor', before: '"auburn"', after: 'not set' },
      { path: 'character.seed', before: '1', after: '2' },
    ]);
  });

  test('survives a round through JSON', () => {
    const attributes = locked({ ageRange: [24, 28], distinctiveFeatures: ['freckles'] });
    expect(lockDifferences(JSON.parse(JSON.stringify(attributes)), attributes)).toEqual([]);
  });

  test('takes the name in other letters of case or another normal form for the same', () => {
    expect(lockDifferences(locked({ name: 'Zoë' }), locked({ name: 'ZOE\u0308' }))).toEqual([]);
    expect(lockDifferences(locked({ name: 'Zoë' }), locked({ name: 'Zoe' })).map(({ path }) => path)).toContain(
      'character.name',
    );
  });
});
