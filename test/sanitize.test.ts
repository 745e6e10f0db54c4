import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { printable } from '../src/sanitize.ts';
import { anyText } from './support/any-text.ts';

describe('printable', () => {
  test.each([
    ['\u001b[31mred\u001b[0m', 'red'],
    ['\u009b2Jgone', 'gone'],
    ['\u001b]0;new title\u0007after', 'after'],
    ['\u001b]8;;https://x.invalid\u001b\\link\u001b]8;;\u001b\\', 'link'],
    ['\u001b]0;never ends', ']0;never ends'],
    ['\u001bc', 'c'],
    ['one\r\ntwo\tthree\u2028four', 'one two three four'],
    ['a\u0000b\u0008c\u007fd\u0090e', 'abcde'],
    ['user\u202egnp.exe\u2066\u2069\u200e\u200f', 'usergnp.exe'],
    ['ze\u200bro\u200d\ufeff\u2060', 'zero'],
    ['tag\u{e0041}\u{e007f}', 'tag'],
    ['half \ud83d pair', 'half \ufffd pair'],
    ['Zoë 美 🦄', 'Zoë 美 🦄'],
  ])('makes %j safe', (text, expected) => {
    expect(printable(text)).toBe(expected);
  });

  test('cuts to the length asked for, and says so', () => {
    expect(printable('abcdef', 6)).toBe('abcdef');
    expect(printable('abcdefg', 6)).toBe('abcde…');
    expect(printable('abc', 1)).toBe('…');
  });

  test('does not cut a character in two', () => {
    expect(printable('ab🦄🦄', 4)).toBe('ab…');
  });

  test('leaves nothing that a terminal obeys, whatever comes in', () => {
    const nasty = fc.array(
      fc.oneof(anyText(), fc.constantFrom('\u001b', '[', ']', '0', ';', 'm', '\u0007', '\u009b', '\u202e', '\u009c')),
    );
    fc.assert(
      fc.property(nasty, fc.integer({ min: 1, max: 50 }), (parts, lengthMax) => {
        const safe = printable(parts.join(''), lengthMax);
        expect(safe).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/);
        expect(safe.length).toBeLessThanOrEqual(lengthMax);
        expect(printable(safe, lengthMax)).toBe(safe);
      }),
    );
  });

  test('takes a megabyte of openings without choking on it', () => {
    expect(printable('\u001b]'.repeat(500_000), 10)).toBe(']]]]]]]]]…');
    expect(printable('\u001b['.repeat(500_000), 10)).toBe('[[[[[[[[[…');
  });
});
