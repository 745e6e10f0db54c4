import { execFileSync } from 'node:child_process';
import { chmod, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { UserError } from '../../src/errors.ts';
import { folderWith, load, problemsOf, refusal, registries } from '../support/config-folder.ts';

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
      fc.asyncProperty(fc.nat(good.length), fc.string({ unit: 'binary', maxLength: 3 }), async (position, insert) => {
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

describe('hostile content', () => {
  test.each([
    ['a path', '../x', 'expected a name without / and \\, got "../x"'],
    ['an absolute path', '/etc/passwd', 'expected a name without / and \\, got "/etc/passwd"'],
    ['dots', '..', /expected a name of which Latin letters or digits are left .* got "\.\."$/],
    ['10,000 characters', 'a'.repeat(10_000), /expected 1 to 100 characters of text, got .* \(10000 characters\)$/],
    [
      'a terminal escape',
      'Mira\u001b]0;owned\u0007',
      'expected text of one line without control characters, got "Mira"',
    ],
    ['NUL', 'Mira\u0000', 'expected text of one line without control characters, got "Mira"'],
    ['nothing to make an id of', '美', /write it as it sounds, such as "Mei Lin", got "美"$/],
  ])('a name that is %s', async (_, name, what) => {
    const problems = await problemsOf({ character: { name } });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^character\.name: /);
    expect(problems[0]).toMatch(what);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])(
    'the key %s is a key like any other',
    async (key) => {
      const top = await problemsOf(`{"${key}": {"polluted": true}}`);
      expect(top).toEqual([expect.stringMatching(`^${key}: unknown key`)]);
      const section = await problemsOf(`{"providers": {"${key}": {"polluted": true}}}`);
      expect(section).toEqual([expect.stringMatching(`^providers.${key}: unknown provider`)]);
      expect({}).not.toHaveProperty('polluted');
    },
  );

  test.each(['__proto__', 'constructor', 'toString'])('%s is no provider and no store', async (name) => {
    expect(await problemsOf({ provider: name, fallback: [name], storage: { provider: name } })).toHaveLength(3);
    expect(await problemsOf({}, { options: { provider: name, storage: name } })).toHaveLength(2);
  });

  test('keys that drive a terminal do not', async () => {
    const problems = await problemsOf({ '\u001b[2J\u001b]0;x\u0007': 1, providers: { '\u202e': {} } });
    expect(problems.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/);
    expect(problems).toHaveLength(2);
  });

  test.each(['0x10', '1e3', 'Infinity', 'NaN', '4;rm', '-1', '9'.repeat(400), '1.5', '４'])(
    '--concurrency %s is refused',
    async (concurrency) => {
      expect(await problemsOf({}, { options: { concurrency } })).toEqual([
        expect.stringMatching(/^--concurrency: expected a whole number/),
      ]);
    },
  );
});

describe('references', () => {
  const png = Buffer.from('89504e470d0a1a0a0000000d', 'hex');
  const jpeg = Buffer.from('ffd8ffe000104a46', 'hex');
  const webp = Buffer.concat([Buffer.from('RIFF'), Buffer.from([1, 2, 3, 4]), Buffer.from('WEBPVP8 ')]);

  async function withReferences(references: unknown[], files: Record<string, Buffer> = {}) {
    const cwd = await folderWith({ character: { name: 'Mira Sol', references } });
    for (const [name, bytes] of Object.entries(files)) await writeFile(path.join(cwd, name), bytes);
    return {
      cwd,
      loading: loadConfig({ cwd: '/', env: {}, configFile: path.join(cwd, 'config.json') }, registries),
    };
  }

  test('are found beside the config, and absolute afterwards', async () => {
    const { cwd, loading } = await withReferences(['a.png', './b.jpg', 'c d.webp'], {
      'a.png': png,
      'b.jpg': jpeg,
      'c d.webp': webp,
    });
    expect((await loading).character?.references).toEqual(
      ['a.png', 'b.jpg', 'c d.webp'].map((name) => path.join(cwd, name)),
    );
  });

  test('are told apart from everything that is no picture', async () => {
    const { loading } = await withReferences(
      ['gone.png', '.', 'https://host.invalid/a.png', 'text.png', 'empty.png', 7, 'gone/x.png'],
      {
        'text.png': Buffer.from('RIFFnothing at all'),
        'empty.png': Buffer.alloc(0),
      },
    );
    expect((await refusal(loading)).problems).toEqual([
      'character.references[5]: expected 1 to 1000 characters of text, got 7',
      'character.references[0]: expected a file, there is none (paths are relative to the config file), got "gone.png"',
      'character.references[1]: expected a file, this is a folder or a device, got "."',
      'character.references[2]: expected the path of a file on this machine, got "https://host.invalid/a.png"',
      'character.references[3]: expected a PNG, JPEG or WebP file, this one begins otherwise, got "text.png"',
      'character.references[4]: expected a PNG, JPEG or WebP file, this one begins otherwise, got "empty.png"',
      'character.references[6]: expected a file, there is none (paths are relative to the config file), got "gone/x.png"',
    ]);
  });

  test('of more than 50 MB are refused without being read', async () => {
    const { cwd, loading } = await withReferences(['big.png']);
    await loading.catch(() => undefined);
    execFileSync('truncate', ['-s', '50000001', path.join(cwd, 'big.png')]);
    const again = loadConfig({ cwd, env: {} }, registries);
    expect((await refusal(again)).problems).toEqual([
      expect.stringContaining('expected a file of at most 50 MB, this one has 51 MB'),
    ]);
  });
});
