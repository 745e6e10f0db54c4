/** What is shown at a terminal of 80 columns. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import stringWidth from 'string-width';
import { expect, it } from 'vitest';
import { main } from '../../src/cli.ts';
import { MODELS } from '../../src/providers/replicate/model-table.ts';
import { wrapped } from '../../src/views/wrap.ts';
import { imggen, newStudio } from '../support/cli/imggen.ts';
import { FakeTerminal } from '../support/view-events.ts';

/** What a command shows, and how it ends. */
async function ended(folder: string, words: readonly string[], columns = 80): Promise<[code: number, text: string]> {
  const stdout = new FakeTerminal({ columns, rows: 24 });
  const terminal = { stdout, stderr: stdout, stdin: stdout, onInterrupt: () => () => {} };
  const code = await main(['node', join(folder, 'imggen.js'), ...words, '--no-color'], {
    terminal,
    cwd: () => folder,
    env: {},
  });
  return [code, stdout.text];
}

/** What a command shows. */
async function shown(folder: string, words: readonly string[], columns = 80): Promise<string> {
  const [code, text] = await ended(folder, words, columns);
  expect(code).toBe(0);
  return text;
}

/** What a command says that does nothing. */
async function refused(folder: string, words: readonly string[]): Promise<string> {
  const [code, text] = await ended(folder, words);
  expect(code).toBeGreaterThan(0);
  return text;
}

/** Lines of several words that are wider than 80 columns. */
function longLines(text: string): string[] {
  return text.split(/[\r\n]/).filter((line) => stringWidth(line) > 80 && !/^\s*(\S+ +)?\S+$/.test(line));
}

it('a refusal is told in whole words, and the command that it advises in one piece', async () => {
  const folder = newStudio();
  await imggen(folder, ['create-character', '--training-count', '1', '--quiet']);
  const unset = await refused(folder, ['pack', '--count', '1', '--provider', 'openai']);
  expect(longLines(unset)).toEqual([]);
  expect(unset).toMatch(/^ {2}→ Set OPENAI_API_KEY .+\n {4}\S/m);
  const example = await refused(folder, ['pack']);
  expect(example).toMatch(/^ {4}node imggen\.js pack --scene "on a balcony in Lisbon"$/m);
  const approve = await refused(folder, ['export', 'mira-sol']);
  expect(longLines(approve)).toEqual([]);
  expect(approve).toMatch(/ mark mira-sol\/2 --approve$/m);
});

it('every line fits, in whole words', async () => {
  const folder = newStudio({}, { distinctiveFeatures: ['a scar above the left eyebrow', 'freckles'] });
  await imggen(folder, ['create-character', '--training-count', '1', '--quiet']);
  const scene = 'on a balcony in Lisbon at sunset, holding a coffee and looking at the sea';
  await imggen(folder, ['pack', '--scene', scene, '--quiet']);
  await imggen(folder, ['mark', 'mira-sol/1', 'mira-sol/2', '--approve']);
  const all = ['models', 'providers', 'gallery mira-sol', 'characters', 'show mira-sol/3', 'jobs', 'stats', 'status'];
  const more = ['pack --count 1 --dry-run', 'edit mira-sol/3 --prompt night --dry-run', 'export mira-sol --dry-run'];
  const file = 'images/mira-sol/mira_sol_image_00003.png';
  for (const command of [...all, ...more, `inspect ${file}`, 'score mira-sol', 'use mira-sol/2']) {
    expect(longLines(await shown(folder, command.split(' '))), command).toEqual([]);
  }
  expect((await shown(folder, ['show', 'mira-sol/3'])).replaceAll(/\n\s+/g, ' ')).toContain(scene);
});

it('models are told by their whole names, under their providers where the terminal is narrow', async () => {
  const folder = newStudio();
  const narrow = await shown(folder, ['models']);
  for (const { id } of MODELS) expect(narrow).toContain(id);
  expect(narrow).toMatch(/^replicate\n {2}\S+/m);
  expect(await shown(folder, ['models'], 120)).toMatch(/^replicate +\S+\/\S+ .*references/m);
  const providers = await shown(folder, ['providers']);
  expect(providers).toContain('black-forest-labs/flux-2-pro');
  expect(providers).not.toContain('refs');
});

it('names of files are whole, also those of placeholders: what is too wide is left out', async () => {
  const folder = newStudio();
  await imggen(folder, ['pack', '--count', '2', '--quiet']);
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  const name = 'mira_sol_image_00002.placeholder.png';
  // A seed as long as they get, which the model did not use, with a name as long as most.
  db.prepare(`UPDATE images SET seed = 4294967295, seed_honoured = 'no', provider = 'replicate'`).run();
  db.prepare('UPDATE images SET filename = ? WHERE number = 2').run(name);
  db.close();
  const lines = (await shown(folder, ['gallery', 'mira-sol'])).split('\n');
  expect(lines.join('\n')).toContain(name);
  expect(lines.filter((line) => stringWidth(line) > 80)).toEqual([]);
});

it.each([
  ['short', 'short'],
  ['  one two three', '  one two\n  three'],
  ['a averyveryverylongword b', 'a\naveryveryverylongword\nb'],
  ['12345 7890', '12345 7890'],
  ['see `one two three` now', 'see\n`one two three`\nnow'],
  ['give it --budget 0.32 more', 'give it\n--budget 0.32\nmore'],
  ['a ` alone stays', 'a ` alone\nstays'],
  ['first\nsecond one is', 'first\nsecond one\nis'],
])('%j in ten columns', (text, lines) => {
  expect(wrapped(text, 10)).toBe(lines);
});
