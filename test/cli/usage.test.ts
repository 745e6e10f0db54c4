/** Everything a person can type wrong: what happened, where, what to do next; exit 2; nothing written, no stack. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { filesIn, imggen, newFolder, newStudio, picturesIn, writeConfig, type Ran } from '../support/cli/imggen.ts';

/** What holds for every refusal. */
function refused({ exitCode, stdout, stderr }: Ran, code = 2): string {
  expect({ exitCode, stdout }, stderr).toEqual({ exitCode: code, stdout: '' });
  expect(stderr).toMatch(/^imggen: /);
  expect(stderr).not.toMatch(/^\s+at .*:\d+/m);
  expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  return stderr;
}

describe('the command line', () => {
  it.each<[string[], RegExp]>([
    [['pak', '--count', '8'], /unknown command 'pak'[^]*pack[^]* → imggen --help shows/],
    [['pak', '--help'], /unknown command 'pak'[^]*pack/],
    [['help', 'pak'], /unknown command 'pak'[^]*pack/],
    [['pack', '--cuont', '8'], /unknown option '--cuont'\n {2}did you mean --count\?/],
    [['pack'], /--count is missing[^]*imggen pack --count 8/],
    [['pack', '--count'], /argument missing[^]* → imggen pack --help shows what there is$/m],
    [['pack', '--count', '0'], /--count: expected a whole number from 1 to 100000, got "0"/],
    [['pack', '--count', 'abc'], /got "abc"/],
    [['pack', '--count', '-1'], /got "-1"/],
    [['pack', '--count', '1e9'], /got "1e9"/],
    [['pack', '--count', '8.5'], /got "8.5"/],
    [['pack', '--count', '1000000000'], /got "1000000000"/],
    [
      ['pack', '--count', '1', '--size', 'big', '--concurrency', '0', '--seed', 'x', '--budget', '-3'],
      /4 problems[^]*--size[^]*--seed[^]*--concurrency[^]*--budget/,
    ],
    [['pack', '--count', '1', '--seed', '4294967296'], /--seed: expected a whole number from 0 to 4294967295/],
    [['pack', '--count', '1', '--provider', 'opnai'], /did you mean openai/],
    [['pack', '--count', '1', '--storage', 'cloudnary'], /did you mean cloudinary/],
    [['pack', '--count', '1', '--model', 'dall-e'], /no model "dall-e"/],
    [['pack', '--count', '1', '--priority', 'urgent'], /high, normal, low/],
    [['pack', '--count', '1', '--config', 'nothing.json'], /no config file nothing\.json/],
    [['create-character', 'a.json', 'b.json'], /a\.json[^]*b\.json/],
    [['gallery'], /missing required argument 'id'/],
    [['gallery', 'mira-sol'], /no ledger at/],
    [['pack', 'nobody', '--count', '2'], /no ledger at/],
    [['status'], /no ledger at/],
    [['cancel'], /missing required argument 'job'/],
    [['completion', 'ksh'], /bash, zsh, fish/],
    [['pack', '--count', '1', '--log', 'no/such/folder/log'], /log can't be written/],
  ])('%j is refused', async (args, words) => {
    const folder = newStudio();
    expect(refused(await imggen(folder, args))).toMatch(words);
    expect(filesIn(folder)).toEqual(['config.json']);
  });

  it('suggests the character that was meant', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    expect(refused(await imggen(folder, ['gallery', 'mira-sool']))).toContain('did you mean mira-sol');
    expect(refused(await imggen(folder, ['gallery', 'kenji']))).toContain('there are mira-sol');
    expect(refused(await imggen(folder, ['status', '99']))).toMatch(/no job "99"[^]*imggen jobs/);
  });

  it('shows help with examples for every command, on stdout, with exit 0', async () => {
    const folder = newFolder();
    const top = await imggen(folder, ['--help']);
    expect(top.exitCode).toBe(0);
    const names = [...top.stdout.matchAll(/^ {2}([a-z-]+) /gm)]
      .map((match) => match[1] ?? '')
      .filter((name) => name !== 'help' && !name.startsWith('-'));
    expect(names).toEqual(
      expect.arrayContaining([
        'init',
        'create-character',
        'pack',
        'gallery',
        'status',
        'resume',
        'retry',
        'cancel',
        'jobs',
        'stats',
        'providers',
      ]),
    );
    for (const name of names) {
      const { exitCode, stdout, stderr } = await imggen(folder, [name, '--help']);
      expect({ exitCode, stderr }, name).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout, name).toMatch(new RegExp(`Usage: imggen ${name}[^]*Examples?:\\n {2}\\$`));
    }
    expect(await imggen(folder, ['--version'])).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^\d+\.\d+\.\d+$/),
    });
  });
});

describe('a config that can not be used', () => {
  it.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /config\.json is empty/],
    ['cut off', '{ "character": {', /not valid JSON: line 1/],
    ['of NUL bytes', Buffer.from([123, 0, 125]), /NUL/],
    ['of the wrong type', '[1, 2]', /expected an object/],
    [
      'with a wrong value and a wrong name at once',
      '{ "character": { "name": 5 }, "provider": "local", "sise": "64x64" }',
      /character\.name[^]*sise[^]*did you mean size/,
    ],
    ['naming a path as its character', '{ "character": { "name": "../x" } }', /character\.name/],
    [
      'with 10,000 characters for a name',
      JSON.stringify({ character: { name: 'a'.repeat(10_000) } }),
      /character\.name/,
    ],
    ['with terminal escapes', JSON.stringify({ character: { name: 'Mira\u001b[31m\u0007' } }), /character\.name/],
    ['with a NUL in a name', JSON.stringify({ character: { name: 'Mi\u0000ra' } }), /character\.name/],
    [
      'with an escape as a setting',
      JSON.stringify({ character: { name: 'Mira' }, 'x\u001b]0;owned\u0007': 1, provider: 'p\u001b[2J' }),
      /provider/,
    ],
  ])('%s is told', async (_, text, words) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'config.json'), text);
    expect(refused(await imggen(folder, ['pack', '--count', '1']))).toMatch(words);
    expect(filesIn(folder)).toEqual(['config.json']);
  });

  it('a folder is no config', async () => {
    const folder = newFolder();
    mkdirSync(join(folder, 'config.json'));
    expect(refused(await imggen(folder, ['pack', '--count', '1']))).toContain('is a folder');
  });

  it('one of several stops them all before anything is made', async () => {
    const folder = newStudio();
    writeConfig(folder, {}, { name: 'Kenji', ageRange: [90, 20] }, 'kenji.json');
    expect(refused(await imggen(folder, ['create-character', 'config.json', 'kenji.json']))).toMatch(
      /nothing was started[^]*ageRange/,
    );
    expect(filesIn(folder)).toEqual(['config.json', 'kenji.json']);
  });
});

describe('a ledger that can not be used', () => {
  const make = (folder: string) => join(folder, '.imggen', 'ledger.db');

  it.each<[string, (file: string) => void, RegExp]>([
    ['of a newer imggen', (file) => new Sqlite(file).pragma('user_version = 999'), /newer imggen[^]*--ledger/],
    [
      'that is no database',
      (file) => writeFileSync(file, 'hello, I am a text\n'.repeat(100)),
      /damaged or no database/,
    ],
    ['that is a folder', (file) => mkdirSync(file), /ledger is a folder/],
  ])('%s is told, and left as it is', async (_, spoil, words) => {
    const folder = newStudio();
    mkdirSync(join(folder, '.imggen'));
    spoil(make(folder));
    expect(refused(await imggen(folder, ['pack', '--count', '1']))).toMatch(words);
    expect(picturesIn(folder)).toEqual([]);
  });

  it('cut off in the middle is told', async () => {
    const folder = newStudio();
    await imggen(folder, ['pack', '--count', '1']);
    const bytes = readFileSync(make(folder));
    writeFileSync(make(folder), bytes.subarray(0, Math.floor(bytes.length / 3)));
    expect(refused(await imggen(folder, ['pack', '--count', '1', '--new']))).toMatch(/damaged or no database/);
  });

  it.each(['/proc/nowhere/deep/ledger.db', '/dev/null/ledger.db'])(
    'in an impossible place (%s) is told, and does not hang',
    async (ledger) => {
      expect(refused(await imggen(newStudio(), ['pack', '--count', '1', '--ledger', ledger]))).toMatch(
        /ledger can not be written/,
      );
    },
  );
});

describe('a folder for the pictures that can not be written', () => {
  it.each([
    ['--output', 'images'],
    ['--output', '/proc/nowhere/deep'],
    ['--output', '/dev/null/x'],
  ])('%s %s: stops before anything is sent, and says how to go on', async (...output) => {
    const folder = newStudio();
    writeFileSync(join(folder, 'images'), 'a file in the way');
    expect(refused(await imggen(folder, ['pack', '--count', '2', ...output]))).toMatch(
      /can't be written[^]*nothing was sent[^]*--output DIR/,
    );
    // Nothing is left behind that a later `resume` could buy.
    expect(filesIn(folder)).toEqual(['config.json', 'images']);
    rmSync(join(folder, 'images'));
    expect(await imggen(folder, ['pack', '--count', '2'])).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(2);
  });
});
