/** Configs as YAML and as JSON with comments; where in a file a problem is. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../src/config/config.ts';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith, refusal, registries } from '../support/config-folder.ts';

async function loaded(name: string, text: string, configFile?: string): Promise<Config> {
  const cwd = await folderWith();
  await writeFile(path.join(cwd, name), text);
  return loadConfig({ cwd, env: {}, configFile }, registries);
}

const SAME = { owner: 'me', size: { width: 64, height: 128 }, fallback: ['local'], character: { name: 'Mira Sol' } };

describe('a config', () => {
  test.each([
    [
      'config.yaml',
      'owner: me # mine\nsize: 64x128\nprovider: openai\nfallback: [local]\ncharacter:\n  name: Mira Sol\n',
    ],
    ['config.yml', '{ owner: me, size: 64x128, provider: openai, fallback: [local], character: { name: Mira Sol } }'],
    [
      'config.jsonc',
      '{ // mine\n"owner": "me", "size": "64x128", "provider": "openai", "fallback": ["local",],\n' +
        '"character": { "name": "Mira Sol" }, }',
    ],
  ])('is found and read as %s', async (name, text) => {
    expect(await loaded(name, text)).toMatchObject(SAME);
    expect(await loaded(`other-${name}`, text, `other-${name}`)).toMatchObject(SAME);
  });

  test('of two in a folder is the JSON one', async () => {
    const cwd = await folderWith({ owner: 'json' });
    await writeFile(path.join(cwd, 'config.yaml'), 'owner: yaml');
    expect(await loadConfig({ cwd, env: {} }, registries)).toMatchObject({ owner: 'json' });
  });

  test('takes yes and no in YAML for words, and dates for text', async () => {
    expect(await loaded('config.yaml', 'owner: no\nmodel: 2026-11-21\n')).toMatchObject({
      owner: 'no',
      model: '2026-11-21',
    });
  });

  test.each([
    ['config.yaml', 'character:\n  name: Mira Sol\n  ageRange:\n    - 24\n    - old\nsise: 64x64\n'],
    ['config.jsonc', '{\n"character": { // who\n"name": "Mira Sol",\n"ageRange": [24,\n"old"] },\n"sise": "64x64" }'],
    ['config.json', '{\n"character": {\n"name": "Mira Sol",\n"ageRange": [24,\n"old"] },\n"sise": "64x64" }'],
  ])('tells every problem with its line and column: %s', async (name, text) => {
    const { message, problems } = await refusal(loaded(name, text));
    expect(message).toBe(`The configuration (${name}) has 2 problems:`);
    expect(problems).toEqual([
      expect.stringMatching(/^character\.ageRange\[1\]: .* got "old" \(line 5, column \d\)$/),
      expect.stringMatching(/^sise: unknown key; did you mean size\? \(line 6, column 1\)$/),
    ]);
  });
});

describe('a file that does not parse', () => {
  test.each([
    ['config.yaml', 'owner: "me\nsize: [1', 'is not valid YAML'],
    ['config.yaml', 'owner: me\nowner: you\n', 'line 2, column 1'],
    ['config.yaml', 'owner: &a me\nmodel: *a\n', 'line 2, column 8: aliases (*name) are not taken'],
    ['config.yaml', 'owner: !!js/function "x"\n', 'line 1, column 8'],
    ['config.yaml', 'owner: me\n---\nowner: you\n', 'is not valid YAML'],
    ['config.yaml', '['.repeat(200_000), 'config.yaml is n'],
    ['config.jsonc', '{ "owner": }', 'is not valid JSON with comments: line 1, column 12: value expected'],
    ['config.jsonc', '['.repeat(200_000), 'is nested more than 50 deep'],
    ['config.jsonc', '{ "__proto__": { "owner": "me" } }', ''],
  ])('is refused: %s %#', async (name, text, words) => {
    const { message, problems } = await refusal(loaded(name, text));
    expect([message, ...problems].join('\n')).toContain(words);
  });

  test('a bomb of aliases is refused at once', async () => {
    const level = (n: number) =>
      `a${n}: &a${n} [${Array(9)
        .fill(`*a${n - 1}`)
        .join(', ')}]`;
    const bomb = ['a0: &a0 [lol]', ...Array.from({ length: 9 }, (_, n) => level(n + 1))].join('\n');
    expect((await refusal(loaded('config.yaml', bomb))).problems.join('\n')).toContain('aliases');
  });
});
