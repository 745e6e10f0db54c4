import { createServer } from 'node:http';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ProviderError, UserError } from '../../../src/errors.ts';
import { baseUrlOf, keyOf, withoutSecrets } from '../../../src/providers/access.ts';
import { readBytes, readJson } from '../../../src/providers/answer.ts';
import { confined, HiddenRetryError, singleUse, waitingUpTo } from '../../../src/providers/http.ts';
import { retryAfterMs } from '../../../src/providers/retry-after.ts';
import { listen, post, caught } from '../../support/providers/http-server.ts';

describe('waits asked for', () => {
  const now = Date.parse('2026-11-21T12:00:00Z');
  const headers = (entries: Record<string, string>): Headers => new Headers(entries);

  it.each<[string, Record<string, string>, string, number | undefined]>([
    ['milliseconds before seconds', { 'retry-after-ms': '1500', 'retry-after': '9' }, '', 1500],
    ['seconds', { 'retry-after': '7' }, '', 7000],
    ['fractions of a second', { 'retry-after': '0.25' }, '', 250],
    ['an HTTP date', { 'retry-after': 'Sat, 21 Nov 2026 12:00:42 GMT' }, '', 42_000],
    ['a date that is past as no wait', { 'retry-after': 'Sat, 21 Nov 2026 11:00:00 GMT' }, '', 0],
    ['an absurd wait as one hour', { 'retry-after': '99999999999' }, '', 3_600_000],
    ['a negative wait as none', { 'retry-after': '-5' }, '', 0],
    ['the words of Replicate', {}, '{"detail":"Request was throttled. Your rate limit resets in ~30s."}', 30_000],
    ['the words of OpenAI', {}, 'Please try again in 1m2.5s.', 62_500],
    ['milliseconds in words', {}, 'Please try again in 350ms.', 350],
    [
      "Google's RetryInfo",
      {},
      '{"error":{"details":[{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"37s"}]}}',
      37_000,
    ],
    ['nothing where nothing is said', {}, 'Too many requests', undefined],
    ['nothing from a header that is no wait', { 'retry-after': 'soon' }, '', undefined],
  ])('understands %s', (_, entries, body, expected) => {
    expect(retryAfterMs(headers(entries), now, body)).toBe(expected);
  });
});

describe('one paid request per attempt', () => {
  it('lets one POST and any number of GETs through, and stops the second POST before it is sent', async () => {
    const seen: string[] = [];
    const host = await listen(
      createServer((request, response) => {
        seen.push(request.method ?? '');
        response.end('{}');
      }),
    );
    const guarded = singleUse(fetch);
    expect(guarded.sent()).toBe(false);
    await guarded(`http://${host}/`);
    expect(guarded.sent()).toBe(false);
    await guarded(`http://${host}/`, post);
    expect(guarded.sent()).toBe(true);
    await guarded(`http://${host}/`);
    await expect(guarded(`http://${host}/`, post)).rejects.toBeInstanceOf(HiddenRetryError);
    await expect(guarded(new Request(`http://${host}/`, post))).rejects.toBeInstanceOf(HiddenRetryError);
    expect(seen).toEqual(['GET', 'POST', 'GET']);
  });
});

describe('a confined fetch', () => {
  it('follows no redirect and talks to no other origin, so the key stays at home', async () => {
    const elsewhere: unknown[] = [];
    const other = await listen(
      createServer((request, response) => {
        elsewhere.push(request.headers);
        response.end();
      }),
    );
    const host = await listen(
      createServer((_, response) => {
        response.writeHead(307, { location: `http://${other}/` });
        response.end();
      }),
    );
    const at = confined(fetch, `http://${host}/v1`);
    expect((await at(`http://${host}/v1/x`, post)).status).toBe(307);
    await expect(at(`http://${other}/`, post)).rejects.toThrow(/credentials go to/);
    expect(elsewhere).toEqual([]);
  });

  it('cuts the body of an error short instead of reading all of it', async () => {
    const host = await listen(
      createServer((_, response) => {
        response.writeHead(500);
        response.end(Buffer.alloc(3_000_000, 'x'));
      }),
    );
    const response = await confined(fetch, `http://${host}`)(`http://${host}/`);
    expect((await response.text()).length).toBe(256 * 1024);
  });
});

describe('a fetch that may wait long', () => {
  it('has its own dispatcher for long waits only, one for each length', async () => {
    const host = await listen(createServer((_, response) => response.end('late')));
    const long = waitingUpTo(900_000);
    expect(await (await fetch(`http://${host}/`, long)).text()).toBe('late');
    expect(long).toHaveProperty('dispatcher');
    expect((waitingUpTo(900_000) as { dispatcher: unknown }).dispatcher).toBe(
      (long as { dispatcher: unknown }).dispatcher,
    );
    expect(waitingUpTo(60_000)).toEqual({});
  });
});

describe('reading answers', () => {
  const schema = z.object({ id: z.string() });
  const reading = { service: 'S', paid: true };

  it('takes what it asked for and ignores the rest', async () => {
    expect(await readJson(Response.json({ id: 'a', more: 1 }), schema, reading)).toEqual({ id: 'a' });
  });

  it('stops at the cap', async () => {
    expect((await readBytes(new Response('x'.repeat(100)), 100)).length).toBe(100);
    await expect(readBytes(new Response('x'.repeat(101)), 100)).rejects.toMatchObject({ failure: 'unusable' });
    expect((await readBytes(new Response('x'.repeat(101)), 100, 'cut')).length).toBe(100);
    // Longer than what is set aside at first, whatever its length is said to be.
    const long = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
    for (const said of ['1', '300000', '9999999999', 'much']) {
      const read = await readBytes(new Response(long, { headers: { 'content-length': said } }), 1_000_000);
      expect(read.equals(long), said).toBe(true);
    }
  });

  it.each([
    ['', /with nothing/],
    ['<html>', /not JSON \(text\/plain/],
    ['{"id":5}', /unexpected form: id/],
  ])('says what is wrong with %j', async (body, message) => {
    const error = await caught(readJson(new Response(body), schema, reading));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'unusable', message: expect.stringMatching(message) as string });
    await expect(readJson(new Response(body), schema, { service: 'S', paid: false })).rejects.toMatchObject({
      failure: 'unavailable',
    });
  });

  it('calls a paid answer that broke off unknown', async () => {
    const host = await listen(
      createServer((_, response) => {
        response.writeHead(200, { 'content-length': '100' });
        response.write('{"id');
        setTimeout(() => response.destroy(), 10);
      }),
    );
    await expect(readJson(await fetch(`http://${host}/`), schema, reading)).rejects.toMatchObject({
      failure: 'unknown',
      charged: 'maybe',
    });
  });
});

describe('addresses and keys', () => {
  it('takes the first base URL that is set, without a slash at its end', () => {
    expect(baseUrlOf([undefined, '', 'http://127.0.0.1:1/v1/'], 'x')).toBe('http://127.0.0.1:1/v1');
  });

  it.each(['ftp://x', 'nonsense', '', 'https://user:secretword@host/'])(
    'refuses %j as base URL without repeating it',
    (url) => {
      const error = (() => {
        try {
          return baseUrlOf([url], 'providers.openai');
        } catch (thrown) {
          return thrown;
        }
      })();
      expect(error).toBeInstanceOf(UserError);
      expect(error).toMatchObject({ kind: 'usage' });
      expect(String(error)).not.toContain('secretword');
    },
  );

  it('says which variable to set when there is no key, and refuses a broken one without repeating it', () => {
    expect(() => keyOf({}, ['A_KEY', 'B_KEY'], 'A')).toThrow(/A_KEY or B_KEY is not set/);
    expect(() => keyOf({ A_KEY: 'line\nbreak' }, ['A_KEY'], 'A')).toThrow(/^A_KEY holds characters that no key has$/);
    expect(keyOf({ B_KEY: ' good ' }, ['A_KEY', 'B_KEY'], 'A')).toBe('good');
  });

  it('takes secrets out of texts', () => {
    expect(withoutSecrets('Incorrect API key provided: abcd1234.', ['abcd1234', ''])).toBe(
      'Incorrect API key provided: [redacted].',
    );
  });
});
