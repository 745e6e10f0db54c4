import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../src/config/load.ts';
import { folderWith, problemsOf, refusal, registries, unplaced } from '../support/config-folder.ts';

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
      ['a.png', 'b.jpg', 'c d.webp'].map((name) => ({ role: 'face', picture: path.join(cwd, name) })),
    );
  });

  test('are told apart from everything that is no picture', async () => {
    const { loading } = await withReferences(
      ['gone.png', '.', 'http://host.invalid/a.png', 'text.png', 'empty.png', 7, 'gone/x.png'],
      {
        'text.png': Buffer.from('RIFFnothing at all'),
        'empty.png': Buffer.alloc(0),
      },
    );
    expect(unplaced((await refusal(loading)).problems)).toEqual([
      'character.references[5]: expected a path, an address or a data URI, or ' +
        '{ "picture": "mug.png", "role": "product" }, got 7',
      'character.references[0]: expected a file, there is none (paths are relative to the file ' +
        'that names them), got "gone.png"',
      'character.references[1]: expected a file, this is a folder or a device, got "."',
      'character.references[2]: expected a path or an https address, got "http://host.invalid/a.png"',
      'character.references[3]: expected a PNG, JPEG or WebP file, this one begins otherwise, got "text.png"',
      'character.references[4]: expected a PNG, JPEG or WebP file, this one begins otherwise, got "empty.png"',
      'character.references[6]: expected a file, there is none (paths are relative to the file ' +
        'that names them), got "gone/x.png"',
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
