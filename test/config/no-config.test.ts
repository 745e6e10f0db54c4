import { execFileSync } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { UserError } from '../../src/errors.ts';
import { folderWith, load, refusal, registries } from '../support/config-folder.ts';
import { anyText } from '../support/any-text.ts';

describe('a file that is no config', () => {
  test.each<[string, unknown, string]>([
    ['empty', '', 'config.json is empty.'],
    ['blank', ' \n\t', 'config.json is empty.'],
    ['binary', Buffer.from([0x7b, 0x00, 0x7d]), 'config.json is not a text file: it holds NUL bytes.'],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 'config.json is not a text file: it holds NUL bytes.'],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'config.json is not UTF-8 text.'],
    ['larger than 1 MiB', `"${'x'.repeat(1_048_576)}"`, 'config.json is larger than 1 MiB: that is no config file.'],
    [
      'all brackets',
      '['.repeat(200_000) + ']'.repeat(200_000),
      'config.json is nested more than 50 deep: that is no config file.',
    ],
    [
      'all objects',
      '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000),
      'config.json is nested more than 50 deep: that is no config file.',
    ],
  ])('because it is %s', async (_, content, message) => {
    expect((await refusal(load(content))).message).toBe(message);
  });

  test('because it is empty: only the config.json that `init` writes is to be replaced', async () => {
    const advice = { code: 'write-config', replace: true };
    expect(await refusal(load(''))).toMatchObject({ hint: 'Write one to start from', advice });
    const cwd = await folderWith({ character: { name: 'Mira' } });
    await writeFile(path.join(cwd, 'other.json'), '');
    const other = await refusal(loadConfig({ cwd, env: {}, configFile: 'other.json' }, registries));
    expect(other).toMatchObject({
      message: 'other.json is empty.',
      hint: 'Write your character into it, or name another file.',
    });
    expect(other.advice).toBeUndefined();
  });

  test('because it is a pipe that nobody writes to', async () => {
    const cwd = await folderWith();
    execFileSync('mkfifo', [path.join(cwd, 'config.json')]);
    expect((await refusal(loadConfig({ cwd, env: {} }, registries))).message).toBe(
      'config.json is not a regular file.',
    );
  });

  test('because it is a link to itself', async () => {
    const cwd = await folderWith();
    await symlink('config.json', path.join(cwd, 'config.json'));
    expect((await refusal(loadConfig({ cwd, env: {} }, registries))).message).toBe(
      'config.json cannot be read (ELOOP).',
    );
  });

  test('because it may not be read (root may)', async () => {
    const cwd = await folderWith({});
    await chmod(path.join(cwd, 'config.json'), 0);
    const loading = loadConfig({ cwd, env: {} }, registries);
    if (process.getuid?.() === 0) await expect(loading).resolves.toMatchObject({ dir: cwd });
    else expect((await refusal(loading)).message).toBe('config.json cannot be read (no permission).');
  });

  test('because its name is too long for any file system', async () => {
    expect((await refusal(load({}, { configFile: 'x'.repeat(5000) }))).message).toMatch(
      /^.{1,220} cannot be read \(ENAMETOOLONG\)\.$/,
    );
  });

  test.each([
    ['NUL in it', 'a\u0000b'],
    ['nothing in it', ''],
  ])('because its name has %s', async (_, config) => {
    expect((await refusal(load({}, { configFile: config }))).message).toBe(
      'The name of the config file is not a path.',
    );
  });

  test('because its name drives a terminal: the message does not', async () => {
    const { message } = await refusal(load({}, { configFile: '\u001b[2J\u202egone.json' }));
    expect(message).toBe('There is no config file gone.json.');
  });

  test('a byte order mark is no reason', async () => {
    expect(await load('\ufeff{"owner":"me"}')).toMatchObject({ owner: 'me' });
  });
});

describe('JSON that does not parse', () => {
  test.each([
    ['{\n  "a": 1,\n}', 'line 3, column 1'],
    ['{\n  "a": tru\n}', 'line 2, column 11'],
    ['{\n  // a comment\n  "a": 1\n}', 'line 2, column 3'],
    ['{ "a": 1', 'line 1, column 9'],
    ['{ "a": "x', 'line 1, column 10'],
    ["{ 'a': 1 }", 'line 1, column 3'],
    ['{}\n{}', 'line 2, column 1'],
    ['{ "a" 1 }', 'line 1, column 7'],
    ['hello', 'line 1, column 1'],
    ['{ "a": [1, 2,, 3] }', 'line 1, column 14'],
    ['{\r\n"a": 01\r\n}', 'line 2, column 7'],
  ])('%j stops at %s', async (text, place) => {
    const { message, hint } = await refusal(load(text));
    expect(message).toContain(`config.json is not valid JSON: ${place}: `);
    expect(message.split('\n')).toHaveLength(1);
    expect(hint).toContain('no comments');
  });

  test('the place is right in a large file too, and none of its content is shown', async () => {
    const text = `{\n${'  "a": 1,\n'.repeat(50_000)}  "b": \u001b[31m@secret\n}`;
    const { message } = await refusal(load(text));
    expect(message).toContain('line 50002, column 8');
    expect(message).not.toMatch(/secret|\u001b/);
  });

  test('whatever is cut off or changed: one line, exit 2, or a config', async () => {
    const good = JSON.stringify({
      character: { name: 'Mira Sol', ageRange: [20, 30] },
      budget: { perRunUsd: 5 },
      fallback: ['local'],
    });
    await fc.assert(
      fc.asyncProperty(fc.nat(good.length), anyText({ maxLength: 3 }), async (position, insert) => {
        const outcome = await load(good.slice(0, position) + insert + good.slice(position + insert.length)).catch(
          (error: unknown) => error,
        );
        if (outcome instanceof Error) {
          expect(outcome).toBeInstanceOf(UserError);
          expect([outcome.message, ...(outcome as UserError).problems].join('')).not.toMatch(
            /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/,
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});
