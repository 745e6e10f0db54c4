import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanText, createCleaner, createRedactor, redactedValue } from '../src/redact.ts';
import { anyText } from './support/any-text.ts';

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

  test('takes each half of a key of two halves out, but no word', () => {
    const redact = createRedactor({ FAL_KEY: '0d1f7c1e-4b7e:5ecret9f8e7d6c', OTHER_KEY: 'project:5ecret9f8e' }, [
      'FAL_KEY',
      'OTHER_KEY',
    ]);
    expect(redact('no user 0d1f7c1e-4b7e with 5ecret9f8e7d6c')).toBe('no user [redacted] with [redacted]');
    expect(redact('a project of 5ecret9f8e')).toBe('a project of [redacted]');
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
      fc.property(anyText({ minLength: 6, maxLength: 40 }), fc.string(), (value, around) => {
        const redact = createRedactor({ SOME_SECRET: value });
        expect(redact(`<<${value}>>`)).toContain('[redacted]');
        expect(redact(Buffer.from(`${around}${value}`).toString('base64'))).toContain('[redacted]');
      }),
    );
  });
});

describe('a secret that is disguised', () => {
  const secret = 'canary-Key-71f3a9/4+z';
  const redact = createRedactor({ SERVICE_KEY: secret });
  const between = (sign: string) => [...secret].join(sign);

  test.each([
    ['a zero-width space', between('\u200b')],
    ['a zero-width joiner', between('\u200d')],
    ['a soft hyphen', between('\u00ad')],
    ['a bidi override', between('\u202e')],
    ['a variation selector', between('\ufe0f')],
    ['a combining grapheme joiner', between('\u034f')],
    ['a Hangul filler', between('\u3164')],
    ['a tag character', between('\u{e0041}')],
    ['an accent', between('\u0301')],
    ['a NUL', between('\u0000')],
    ['a backspace', between('\b')],
    ['half a character', between('\ud83d')],
    ['a color command', between('\u001b[31m')],
    ['a C1 color command', between('\u009b31m')],
    ['a window title', between('\u001b]0;x\u0007')],
    ['a line break', between('\r\n')],
    ['a space', between(' ')],
    ['an escaped line break', between(String.raw`\n`)],
    ['an escaped invisible character', between(String.raw`\u200b`)],
    ['an encoded NUL', between('%00')],
    ['an entity', between('&#8203;')],
    ['upper case', secret.toUpperCase()],
    ['lower case', secret.toLowerCase()],
    ['full width', [...secret].map((one) => String.fromCodePoint(one.codePointAt(0)! + 0xfee0)).join('')],
    ['percent encoding of all', [...secret].map((one) => `%${one.codePointAt(0)!.toString(16)}`).join('')],
    ['percent encoding, twice', encodeURIComponent(encodeURIComponent(secret))],
    ['unicode escapes', [...secret].map((one) => `\\u00${one.codePointAt(0)!.toString(16)}`).join('')],
    ['entities', [...secret].map((one) => `&#x${one.codePointAt(0)!.toString(16)};`).join('')],
    ['JSON in JSON in JSON', JSON.stringify(JSON.stringify(JSON.stringify(`"${secret}`)))],
    ['hex', Buffer.from(secret).toString('hex')],
    ['base64 in lines', Buffer.from(`user:${secret}:rest`).toString('base64').replaceAll(/.{7}/g, '$&\n')],
    ['a cut', `${secret.slice(0, 12)}…`],
    ['a cut in quotes', `"${secret.slice(0, 12)}…", it said`],
  ])('is found behind %s', (_what, disguised) => {
    const clean = cleanText(`before ${disguised} after`, redact);
    expect(clean).toMatch(/^before .*\[redacted\].* after$/);
    expect(clean.replaceAll('[redacted]', '').length).toBeLessThan(40);
  });

  test('leaves all other text as it was', () => {
    const text = 'Zoë 美 🦄 100% \\path &amp; canary-Key … 25%2 \\u00zz';
    expect(redact(text)).toBe(text);
  });

  test('is taken out of values in any depth, names and numbers included', () => {
    const hide = createRedactor({ A_KEY: '123456789012345' });
    expect(redactedValue({ a: [{ '123456789012345': 'x 123456789012345' }], b: 123456789012345, c: 5 }, hide)).toEqual({
      a: [{ '[redacted]': 'x [redacted]' }],
      b: '[redacted]',
      c: 5,
    });
  });

  test('is looked for in a megabyte without choking on it', () => {
    expect(redact('%25'.repeat(100_000))).toBe('%25'.repeat(100_000));
    expect(redact('\\'.repeat(300_000)).length).toBe(300_000);
    expect(redact('…'.repeat(100_000)).length).toBe(100_000);
    expect(redact('&amp;'.repeat(100_000)).length).toBe(500_000);
  });

  test('gives a text again as it did the first time, however long it may be the second time', () => {
    const text = `before ${secret} ${'x'.repeat(100)}`;
    const clean = createCleaner(redact);
    for (let time = 0; time < 2; time += 1) {
      expect(clean(text)).toBe(cleanText(text, redact));
      expect(clean(text, 40)).toBe(cleanText(text, redact, 40));
      for (let other = 0; other < 600; other += 1) expect(clean(`text ${other}`)).toBe(`text ${other}`);
    }
  });
});
