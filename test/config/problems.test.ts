import { describe, expect, test } from 'vitest';
import { load, problemsOf, refusal } from '../support/config-folder.ts';

const character = { name: 'Mira Sol' };

describe('problems', () => {
  test('of file, environment and flags are told all at once', async () => {
    const file = {
      character: { name: 'Mira Sol', ageRange: [20, 'x'] },
      concurency: 4,
      size: '1x1',
      provider: 'opneai',
    };
    const sources = { env: { IMGGEN_SEED: 'many' }, options: { timeoutMs: '12', priority: 'hihg' } };
    expect(await problemsOf(file, sources)).toEqual([
      'character.ageRange[1]: expected a whole number from 1 to 120, got "x"',
      'size: expected WIDTHxHEIGHT in pixels, 64 to 4096 a side, such as 1024x1536, got "1x1"',
      'concurency: unknown key; did you mean concurrency?',
      'provider: unknown provider "opneai"; did you mean openai?',
      'IMGGEN_SEED: expected a whole number from 0 to 4294967295, got "many"',
      '--timeout-ms: expected a whole number from 1000 to 3600000, got 12',
      '--priority: expected high, normal or low, got "hihg"; did you mean high?',
    ]);
  });

  test('are counted in the message, which names the file', async () => {
    expect((await refusal(load({ a: 1 }))).message).toBe('The configuration (config.json) has 1 problem:');
    expect((await refusal(load({ a: 1, b: 2 }))).message).toBe('The configuration (config.json) has 2 problems:');
    expect((await refusal(load(undefined, { optional: true, options: { size: 'x' } }))).message).toBe(
      'The options have 1 problem:',
    );
  });

  test('are blamed on the options or the environment when all are from there', async () => {
    const message = async (file: unknown, sources: Parameters<typeof load>[1]) =>
      (await refusal(load(file, sources))).message;
    expect(await message({ character }, { options: { size: 'x', seed: 'y' } })).toBe('The options have 2 problems:');
    expect(await message({ character }, { env: { IMGGEN_SIZE: 'x' } })).toBe('The environment has 1 problem:');
    expect(await message({ character }, { env: { IMGGEN_SIZE: 'x' }, options: { seed: 'y' } })).toBe(
      'The configuration (config.json) has 2 problems:',
    );
    expect(await message({ character, a: 1 }, { options: { seed: 'y' } })).toBe(
      'The configuration (config.json) has 2 problems:',
    );
  });

  test('a value that a stronger layer overrules must be right all the same', async () => {
    expect(await problemsOf({ concurrency: 'x' }, { options: { concurrency: '1' } })).toHaveLength(1);
    expect(await problemsOf({}, { env: { IMGGEN_SIZE: 'x' }, options: { size: '64x64' } })).toHaveLength(1);
  });

  test.each<[string, unknown, string]>([
    ['a missing name', { character: {} }, 'character.name: expected 1 to 100 characters of text, but it is missing'],
    [
      'a name that is null',
      { character: { name: null } },
      'character.name: expected 1 to 100 characters of text, got null',
    ],
    ['a character that is a list', { character: [] }, 'character: expected a character: { … }, got a list of 0'],
    [
      'ages in the wrong order',
      { character: { ...character, ageRange: [3, 2] } },
      'character.ageRange: expected the younger age first, got a list of 2',
    ],
    [
      'one age',
      { character: { ...character, ageRange: [3] } },
      'character.ageRange: expected two ages, youngest and oldest, such as [24, 28], got a list of 1',
    ],
    [
      'a feature that is a number',
      { character: { ...character, distinctiveFeatures: ['a', 1] } },
      'character.distinctiveFeatures[1]: expected 1 to 200 characters of text, got 1',
    ],
    [
      'features that are a text',
      { character: { ...character, distinctiveFeatures: 'a' } },
      'character.distinctiveFeatures: expected a list of texts, got "a"',
    ],
    [
      'a near miss in a character',
      { character: { ...character, hairColour: 'red' } },
      'character.hairColour: unknown key; did you mean hairColor?',
    ],
    ['a key that belongs elsewhere', { seed: 3 }, 'seed: unknown key; did you mean character.seed?'],
    [
      'a key that belongs to the top',
      { character: { ...character, priority: 'low' } },
      'character.priority: unknown key; did you mean priority at the top level?',
    ],
    ['a near miss in a budget', { budget: { perRunUSD: 1 } }, 'budget.perRunUSD: unknown key; did you mean perRunUsd?'],
    [
      'a foreign key',
      { budget: { zzzzzz: 1 } },
      'budget.zzzzzz: unknown key; known here: perImageUsd, perRunUsd, perDayUsd',
    ],
    ['money in text', { budget: { perRunUsd: '5' } }, 'budget.perRunUsd: expected US dollars, 0 or more, got "5"'],
    ['negative money', { budget: { perRunUsd: -1 } }, 'budget.perRunUsd: expected US dollars, 0 or more, got -1'],
    ['a number in text', { concurrency: '4' }, 'concurrency: expected a whole number from 1 to 64, got "4"'],
    ['a fraction', { concurrency: 1.5 }, 'concurrency: expected a whole number from 1 to 64, got 1.5'],
    ['too many attempts', { attemptsMax: 11 }, 'attemptsMax: expected a whole number from 1 to 10, got 11'],
    [
      'a number beyond all numbers',
      '{"concurrency": 1e999}',
      'concurrency: expected a whole number from 1 to 64, got Infinity',
    ],
    ['yes in text', { thumbnails: 'yes' }, 'thumbnails: expected true or false, got "yes"'],
    [
      'a side too long',
      { size: '64x4097' },
      'size: expected WIDTHxHEIGHT in pixels, 64 to 4096 a side, such as 1024x1536, got "64x4097"',
    ],
    ['auto as a fallback', { fallback: ['auto'] }, 'fallback[0]: unknown provider "auto"; known: local, openai, modal'],
    [
      'a section of an unknown provider',
      { providers: { opnai: {} } },
      'providers.opnai: unknown provider "opnai"; did you mean openai?',
    ],
    [
      'an unknown store',
      { storage: { provider: 'cludinary' } },
      'storage.provider: unknown store "cludinary"; did you mean cloudinary?',
    ],
    [
      'a store without a name',
      { storage: {} },
      'storage.provider: expected 1 to 60 characters of text, but it is missing',
    ],
    [
      "another store's option",
      { storage: { provider: 'cloudinary', foldr: 'x' } },
      'storage.foldr: unknown key; did you mean folder?',
    ],
    [
      "a provider's unknown option",
      { providers: { openai: { moderatoin: 'x' } } },
      'providers.openai.moderatoin: unknown key; did you mean moderation?',
    ],
    [
      "a provider's wrong option",
      { providers: { openai: { moderation: 1 } } },
      'providers.openai.moderation: expected string, got 1',
    ],
    [
      "a provider's near miss of a value",
      { providers: { local: { flaw: 'slwo' } } },
      'providers.local.flaw: expected one of "none"|"slow", got "slwo"; did you mean slow?',
    ],
    [
      'an address that is none',
      { providers: { openai: { baseUrl: 'file:///etc/passwd' } } },
      'providers.openai.baseUrl: Invalid URL, got "file:///etc/passwd"',
    ],
    ['a section that is no object', { providers: { openai: 1 } }, 'providers.openai: expected options: { … }, got 1'],
    ['a list as a file', [], 'the file: expected an object: { "character": … }, got a list of 0'],
    ['null as a file', null, 'the file: expected an object: { "character": … }, got null'],
  ])('%s', async (_, file, problem) => {
    expect(await problemsOf(file)).toEqual([problem]);
  });

  test('a value shown is short', async () => {
    const [problem] = await problemsOf({ size: 'x'.repeat(10_000) });
    expect(problem).toMatch(/got "x{59}…" \(10000 characters\)$/);
  });

  test('a flood of problems is cut', async () => {
    const file = Object.fromEntries(Array.from({ length: 5000 }, (_, index) => [`key${index}`, 1]));
    const problems = await problemsOf(file);
    expect(problems).toHaveLength(51);
    expect(problems.at(-1)).toBe('… and 4950 more');
  });
});
