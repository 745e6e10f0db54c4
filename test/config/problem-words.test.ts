import { describe, expect, test } from 'vitest';
import { didYouMean, pathText, shown } from '../../src/config/problems.ts';
import { problemsOf } from '../support/config-folder.ts';

const character = { name: 'Mira Sol' };

describe('keys in a config', () => {
  test.each([
    ['at the top', { apiKey: 'VALUE' }, 'apiKey'],
    ['in the character', { character: { ...character, api_token: 'VALUE' } }, 'character.api_token'],
    ['in a store', { storage: { provider: 'cloudinary', api_secret: 'VALUE' } }, 'storage.api_secret'],
    ['for no store at all', { storage: { provider: 'none', password: 'VALUE' } }, 'storage.password'],
    ['in a budget', { budget: { credentials: 'VALUE' } }, 'budget.credentials'],
  ])('are refused %s, without being shown', async (_, file, where) => {
    const [problem, ...others] = await problemsOf(file);
    expect(others).toEqual([]);
    expect(problem).toMatch(`${where}: keys come from the environment only, never from the config`);
    expect(problem).not.toContain('VALUE');
  });

  test("the provider's own variable is named", async () => {
    const [problem] = await problemsOf({ providers: { openai: { apiKey: 'VALUE' } } });
    expect(problem).toContain('providers.openai.apiKey: keys come from the environment only (OPENAI_API_KEY)');
  });

  test('inside an address are refused too', async () => {
    const problems = await problemsOf({ providers: { openai: { baseUrl: 'https://user:hunter22@host.invalid' } } });
    expect(problems).toEqual([
      'providers.openai.baseUrl: expected an address without user and password: keys come from the environment only',
    ]);
  });

  test('that stand where something else belongs are not shown', async () => {
    const env = { OPENAI_API_KEY: 'a-value-to-hide' };
    expect(await problemsOf({ size: 'a-value-to-hide' }, { env })).toEqual([
      expect.stringContaining('got "[redacted]"'),
    ]);
  });
});

describe('the words of a problem', () => {
  test('a near miss is proposed, anything farther is not', () => {
    const names = ['openai', 'replicate', 'fal'];
    expect(didYouMean('opneai', names)).toBe('; did you mean openai?');
    expect(didYouMean('OpenAI', names)).toBe('; did you mean openai?');
    expect(didYouMean('fa', names)).toBe('; did you mean fal?');
    expect(didYouMean('foo', names)).toBe('');
    expect(didYouMean('x'.repeat(10_000), names)).toBe('');
    expect(didYouMean('x', [])).toBe('');
  });

  test('a path reads like code and cannot drive a terminal', () => {
    expect(pathText(['character', 'ageRange', 1])).toBe('character.ageRange[1]');
    expect(pathText(['a b', '\u001b[2J'])).toBe('["a b"][""]');
    expect(pathText([])).toBe('the file');
  });

  test('values are told in a few words', () => {
    expect([null, true, 1.5, [1], { a: 1 }, 'a"\u001b[31mb'].map(shown)).toEqual([
      'null',
      'true',
      '1.5',
      'a list of 1',
      'an object',
      String.raw`"a\"b"`,
    ]);
  });
});

test('a scene that is a text is shown, not called missing', async () => {
  expect(await problemsOf({ character, scenes: [' ', 'x'.repeat(1_001)] })).toEqual([
    'scenes[0].prompt: expected 1 to 1000 characters of text, got " "',
    expect.stringMatching(
      /^scenes\[1\]\.prompt: expected 1 to 1000 characters of text, got "x+…?" \(1001 characters\)$/,
    ),
  ]);
});
