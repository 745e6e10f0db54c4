/** The shared HTTP layer against real sockets: nothing here is simulated but the far end. */
import { createServer, type Server } from 'node:http';
import { createServer as createTcp, type AddressInfo, type Server as TcpServer } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ProviderError, UserError } from '../../src/errors.ts';
import { baseUrlOf, keyOf, withoutSecrets } from '../../src/providers/access.ts';
import { readBytes, readJson } from '../../src/providers/answer.ts';
import { errorOf } from '../../src/providers/error-body.ts';
import { confined, HiddenRetryError, singleUse, waitingUpTo } from '../../src/providers/http.ts';
import { networkFailure, surelyNotSent } from '../../src/providers/network-failure.ts';
import { retryAfterMs } from '../../src/providers/retry-after.ts';
import { failureOf, statusFailure } from '../../src/providers/status-failure.ts';

const open: (Server | TcpServer)[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    const closed = new Promise((done) => server.close(done));
    if ('closeAllConnections' in server) server.closeAllConnections();
    await closed;
  }
});

async function listen<T extends Server | TcpServer>(server: T): Promise<string> {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const post = { method: 'POST', body: '{}', headers: { authorization: 'Bearer canary-key-1234' } };
const caught = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => expect.unreachable('it should have failed'),
    (error: unknown) => error,
  );

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

describe('whether a broken request may have been accepted', () => {
  const ask = async (url: string): Promise<ProviderError> =>
    networkFailure(await caught(fetch(url, post)), { service: 'the service', sent: true, paid: true });

  it('is surely not when the connection was refused', async () => {
    const server = createServer();
    const host = await listen(server);
    await new Promise((done) => server.close(done));
    open.length = 0;
    expect(await ask(`http://${host}/`)).toMatchObject({ failure: 'unavailable', charged: 'no', code: 'ECONNREFUSED' });
  });

  it('is surely not when the name does not resolve', async () => {
    expect(await ask('http://no-such-host.invalid/')).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it.each([
    ['closed', false],
    ['reset', true],
  ])('is surely not when the connection is %s during the TLS handshake', async (_, hard) => {
    const host = await listen(
      createTcp(
        (socket) =>
          void socket.on('error', () => {}).once('data', () => (hard ? socket.resetAndDestroy() : socket.destroy())),
      ),
    );
    expect(await ask(`https://${host}/`)).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it('is surely not when the far end does not speak TLS', async () => {
    const host = await listen(createServer((_, response) => response.end()));
    expect(await ask(`https://${host}/`)).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it.each([
    ['closed', false],
    ['reset', true],
  ])('is unknown when the connection is %s after the request', async (_, hard) => {
    const host = await listen(
      createTcp(
        (socket) =>
          void socket.on('error', () => {}).once('data', () => (hard ? socket.resetAndDestroy() : socket.destroy())),
      ),
    );
    expect(await ask(`http://${host}/`)).toMatchObject({ failure: 'unknown', charged: 'maybe' });
  });

  it('is unknown after a time-out or an abort once it was sent, and interrupted or unavailable before', async () => {
    const host = await listen(createServer(() => {})); // never answers
    const late = await caught(fetch(`http://${host}/`, { ...post, signal: AbortSignal.timeout(30) }));
    const stop = new AbortController();
    const stopping = caught(fetch(`http://${host}/`, { ...post, signal: stop.signal }));
    stop.abort();
    const stopped = await stopping;
    const name = (error: unknown, sent: boolean): string =>
      networkFailure(error, { service: 's', sent, paid: true }).failure;
    expect([name(late, true), name(stopped, true), name(stopped, false)]).toEqual([
      'unknown',
      'unknown',
      'interrupted',
    ]);
    expect(networkFailure(late, { service: 's', sent: true, paid: false }).failure).toBe('unavailable');
    expect(surelyNotSent(late)).toBe(false);
  });

  it('never shows request headers, also when printed whole', async () => {
    const host = await listen(
      createTcp((socket) => void socket.on('error', () => {}).once('data', () => socket.destroy())),
    );
    expect(inspect(await ask(`http://${host}/`), { depth: 9, showHidden: true })).not.toContain('canary');
  });
});

describe('what a status means', () => {
  it.each([
    [400, 'rejected', 'rejected'],
    [401, 'unauthorized', 'unauthorized'],
    [402, 'no-credit', 'no-credit'],
    [403, 'unauthorized', 'unauthorized'],
    [404, 'rejected', 'rejected'],
    [408, 'rate-limited', 'rate-limited'],
    [413, 'rejected', 'rejected'],
    [422, 'rejected', 'rejected'],
    [429, 'rate-limited', 'rate-limited'],
    [500, 'unavailable', 'unknown'],
    [502, 'unknown', 'unknown'],
    [503, 'unknown', 'unknown'],
    [504, 'unknown', 'unknown'],
  ] as const)('%i is %s for a synchronous submit and %s for a queue', (status, sync, queue) => {
    expect(failureOf(status, 'sync-submit')).toBe(sync);
    expect(failureOf(status, 'queue-submit')).toBe(queue);
    expect(failureOf(status, 'read')).toBe(status >= 500 ? 'unavailable' : sync);
  });

  it('an empty account is no rate limit', () => {
    expect(failureOf(429, 'sync-submit', 'insufficient_quota')).toBe('no-credit');
  });

  it("carries the service's words, code and wait", () => {
    const error = statusFailure({
      service: 'OpenAI',
      status: 429,
      headers: new Headers({ 'retry-after': '3' }),
      asked: 'sync-submit',
      nowMs: 0,
      bodyText: '{"error":{"message":"Rate limit\\nreached","type":"requests","code":"rate_limit_exceeded"}}',
    });
    expect(error).toMatchObject({
      message: 'OpenAI (429): Rate limit reached',
      failure: 'rate-limited',
      code: 'rate_limit_exceeded',
      retryAfterMs: 3000,
      status: 429,
      charged: 'no',
    });
  });

  it.each([
    ['<html><head><style>p{}</style></head><body><h1>502</h1> Bad Gateway</body></html>', '502 Bad Gateway'],
    ['{"detail":"No such version"}', 'No such version'],
    ['{"error":"out of memory"}', 'out of memory'],
    ['', ''],
    ['x'.repeat(9000), `${'x'.repeat(500)}…`],
  ])('finds the words in %.40s', (body, words) => {
    expect(errorOf(body).message).toBe(words);
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
