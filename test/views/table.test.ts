import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import { hyperlink, supportsLinks } from '../../src/views/links.ts';
import { table } from '../../src/views/table.ts';

const plain = { width: 80, color: false, links: false };

describe('tables', () => {
  test('columns are aligned by display width, CJK and emoji included', () => {
    const text = table(
      [{ title: 'name' }, { title: 'cost', align: 'right' }, { title: 'file' }],
      [
        ['ミラ・ソル', '$0.025', 'a'],
        ['👩‍🚀 Mira', '$12.00', 'b'],
        ['Zoë', '$1', 'c'],
      ],
      plain,
    );
    const lines = text.split('\n');
    const columnOfFile = lines.map((line) => stringWidth(line) - 1);
    expect(lines[0]).toBe('name          cost  file');
    expect(new Set(columnOfFile.slice(1)).size).toBe(1);
    expect(lines[3]).toBe('Zoë             $1  c');
  });

  test('the flexible columns give way until a row fits, the others stay whole', () => {
    const columns = [{ title: 'id' }, { title: 'url', flexible: true }, { title: 'name', flexible: true }];
    const lines = table(
      columns,
      [['0001', 'https://cdn.example.com/characters/mira/1.png', 'mira_sol_image_00001.png']],
      {
        ...plain,
        width: 40,
      },
    ).split('\n');
    for (const line of lines) expect(stringWidth(line)).toBeLessThanOrEqual(40);
    expect(lines[1]).toMatch(/^0001 {2}https.*… {2}mira.*…$/);
  });

  test('a pipe gets everything', () => {
    const url = `https://cdn.example.com/${'a'.repeat(300)}`;
    expect(table([{ title: 'url', flexible: true }], [[url]], { ...plain, width: Infinity })).toBe(`url\n${url}`);
  });

  test('a table that can not be made narrow enough keeps its shape', () => {
    const lines = table(
      [{ title: 'identifier' }, { title: 'text', flexible: true }],
      [['1234567890', 'long long long']],
      { ...plain, width: 10 },
    );
    expect(lines.split('\n')[1]).toBe('1234567890  long lo…');
  });

  test('a widest width is kept', () => {
    expect(table([{ title: 'a', maxWidth: 5 }], [['1234567890']], plain).split('\n')[1]).toBe('1234…');
  });

  test('links cover the words, not the padding, and only where they are wanted', () => {
    const rows = [[{ text: 'ab', link: 'https://example.com/x' }, 'z']];
    const columns = [{ title: 'file' }, { title: 'z' }];
    expect(table(columns, rows, { ...plain, links: true }).split('\n')[1]).toBe(
      '\u001b]8;;https://example.com/x\u0007ab\u001b]8;;\u0007    z',
    );
    expect(table(columns, rows, plain).split('\n')[1]).toBe('ab    z');
  });

  test('colors do not move columns', () => {
    const rows = [[{ text: 'ok', tone: 'good' as const }, 'z']];
    const columns = [{ title: 'state' }, { title: 'z' }];
    const line = table(columns, rows, { ...plain, color: true }).split('\n')[1] ?? '';
    expect(line).toBe('\u001b[32mok\u001b[39m     z');
  });

  test('text from outside cannot drive the terminal', () => {
    const text = table(
      [{ title: 'a' }],
      [['x\u001b[2Jy\nz'], [{ text: 'b', link: 'https://e.com/\u0007\u001b]0;t\u0007' }]],
      { ...plain, links: true },
    );
    expect(text.split('\n')).toHaveLength(3);
    expect(text).not.toContain('\u001b[2J');
    expect(text).not.toContain('\u001b]0;');
  });
});

describe('hyperlinks', () => {
  test.each<[string, boolean, Record<string, string>, boolean]>([
    ['iTerm has them', true, { TERM_PROGRAM: 'iTerm.app' }, true],
    ['VTE 0.50 has them', true, { VTE_VERSION: '5002' }, true],
    ['VTE 0.48 has not', true, { VTE_VERSION: '4803' }, false],
    ['Windows Terminal has them', true, { WT_SESSION: 'x' }, true],
    ['kitty has them', true, { KITTY_WINDOW_ID: '1' }, true],
    ['a pipe has not', false, { TERM_PROGRAM: 'iTerm.app' }, false],
    ['an unknown terminal has not', true, { TERM: 'xterm' }, false],
    ['tmux has not', true, { TERM_PROGRAM: 'WezTerm', TMUX: '/tmp/x' }, false],
    ['FORCE_HYPERLINK brings them', false, { FORCE_HYPERLINK: '1' }, true],
    ['FORCE_HYPERLINK=0 takes them away', true, { FORCE_HYPERLINK: '0', VTE_VERSION: '6000' }, false],
  ])('%s', (_title, isTty, env, expected) => {
    expect(supportsLinks(isTty, env)).toBe(expected);
  });

  test.each(['javascript:alert(1)', 'x-app://go', 'images/a.png', 'https://a b'])('%s is no link', (url) => {
    expect(hyperlink('words', url)).toBe('words');
  });
});

describe('when the rows do not fit', () => {
  const look = { color: false, links: false };
  const columns = [
    { title: 'name' },
    { title: 'pixels', spare: 1 },
    { title: 'mark', spare: 2 },
    { title: 'where', below: true },
  ];
  const rows = [
    ['one.png', '64x64', 'approved', 'https://example.test/a/rather/long/address/one.png'],
    ['two.png', '64x64', '', ''],
  ];

  test('what is below goes on a line of its own, whole, and only where it says something', () => {
    expect(table(columns, rows, { ...look, width: 30 })).toBe(
      [
        'name     pixels  mark',
        'one.png  64x64   approved',
        '  https://example.test/a/rather/long/address/one.png',
        'two.png  64x64',
      ].join('\n'),
    );
  });

  test('spare columns go, the lowest number first', () => {
    expect(table(columns, rows, { ...look, width: 18 })).toMatch(/^name {5}mark\n/);
    expect(table(columns, rows, { ...look, width: 10 })).toMatch(/^name\n/);
  });

  test('where the terminal is wide enough, all stand in the row', () => {
    expect(table(columns, rows, { ...look, width: Infinity }).split('\n')).toHaveLength(3);
  });

  test('a spare column with nothing to say is left out even then', () => {
    expect(table(columns, rows.slice(1), { ...look, width: Infinity })).toMatch(/^name {5}pixels {2}where\n/);
  });
});
