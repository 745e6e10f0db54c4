import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor, printable } from '../src/sanitize.ts';

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
      fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.constantFrom('\u001b', '[', ']', '0', ';', 'm', '\u0007', '\u009b', '\u202e', '\u009c'),
      ),
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

describe('the redactor', () => {
  const secret = 'not/a+real"value 42';
  const redactKnown = createRedactor({
    OPENAI_API_KEY: secret,
    HOME: '/home/someone',
    SHORT_TOKEN: 'abc',
    EMPTY_SECRET: '',
    UNSET_KEY: undefined,
  });

  test('takes the value of a key out, wherever it stands', () => {
    expect(redactKnown(`before ${secret} after ${secret}`)).toBe('before [redacted] after [redacted]');
  });

  test('knows its URL-encoded, JSON, twice JSON-escaped and base64 forms', () => {
    const json = JSON.stringify({ key: secret });
    for (const form of [
      encodeURIComponent(secret),
      json,
      JSON.stringify(json),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ]) {
      expect(redactKnown(form)).toContain('[redacted]');
      expect(redactKnown(form)).not.toMatch(/real|value|bm90L2EreZ/);
    }
  });

  test.each(['', 'a', 'ab', 'abc', 'user:'])('finds it in base64 behind %j', (before) => {
    const text = redactKnown(Buffer.from(`${before}${secret}:rest`).toString('base64'));
    expect(text).toContain('[redacted]');
    expect(Buffer.from(text.replace('[redacted]', ''), 'base64').toString('latin1')).not.toContain('real');
  });

  test('leaves variables alone that are no secrets, and values too short to be one', () => {
    expect(redactKnown('/home/someone says abc')).toBe('/home/someone says abc');
  });

  test('takes key, secret and the whole out of CLOUDINARY_URL', () => {
    const redact = createRedactor({ CLOUDINARY_URL: 'cloudinary://1234567890:s3cr3tvalue@demo' }, ['CLOUDINARY_URL']);
    expect(redact('cloudinary://1234567890:s3cr3tvalue@demo')).toBe('[redacted]');
    expect(redact('key 1234567890, secret s3cr3tvalue, cloud demo')).toBe(
      'key [redacted], secret [redacted], cloud demo',
    );
  });

  test('takes the password out of a database URL, as written and as decoded', () => {
    const redact = createRedactor({ DATABASE_URL: 'postgres://app:p%40ss-w0rd@db:5432/x' });
    expect(redact('auth failed for p@ss-w0rd / p%40ss-w0rd')).toBe('auth failed for [redacted] / [redacted]');
    expect(redact('role app does not exist')).toBe('role app does not exist');
  });

  test('takes user and password out of any URL', () => {
    expect(createRedactor({})('GET https://user:p@ss@host.invalid/a?b=c@d failed')).toBe(
      'GET https://[redacted]@host.invalid/a?b=c@d failed',
    );
    expect(createRedactor({})('see https://host.invalid/path?mail=a@b.invalid')).toBe(
      'see https://host.invalid/path?mail=a@b.invalid',
    );
  });

  test('takes authorization tokens out that it has never seen', () => {
    const redact = createRedactor({});
    expect(redact('Authorization: Bearer abc.def-123')).toBe('Authorization: Bearer [redacted]');
    expect(redact('Authorization: Key 12ab-34cd:56ef')).toBe('Authorization: Key [redacted]');
    expect(redact('Key missing or refused')).toBe('Key missing or refused');
  });

  test('shows a multi-line key neither whole nor line by line', () => {
    const redact = createRedactor({ PRIVATE_KEY: 'first line of the key\nsecond line of the key\n' });
    expect(redact('log: second line of the key.')).toBe('log: [redacted].');
  });

  test('prefers the longest of overlapping secrets', () => {
    expect(createRedactor({ A_KEY: 'abcdef', B_KEY: 'abcdef-ghijkl' })('abcdef-ghijkl')).toBe('[redacted]');
  });

  test('no secret survives, whatever it is made of', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 6, maxLength: 40 }), fc.string(), (value, around) => {
        const redact = createRedactor({ SOME_SECRET: value });
        expect(redact(`<<${value}>>`)).toContain('[redacted]');
        expect(redact(Buffer.from(`${around}${value}`).toString('base64'))).toContain('[redacted]');
      }),
    );
  });
});
