import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';
import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import type { ProviderError } from '../../../src/errors.ts';
import { errorOf } from '../../../src/providers/error-body.ts';
import { networkFailure, surelyNotSent } from '../../../src/providers/network-failure.ts';
import { failureOf, statusFailure } from '../../../src/providers/status-failure.ts';
import { caught, post, listen } from '../../support/providers/http-server.ts';

describe('whether a broken request may have been accepted', () => {
  const ask = async (url: string): Promise<ProviderError> =>
    networkFailure(await caught(fetch(url, post)), { service: 'the service', sent: true, paid: true });

  it('is surely not when the connection was refused', async () => {
    const server = createServer();
    const host = await listen(server);
    await new Promise((done) => server.close(done));
    expect(await ask(`http://${host}/`)).toMatchObject({
      failure: 'unavailable',
      charged: 'no',
      code: 'ECONNREFUSED',
      message: `the service could not be reached or broke off (ECONNREFUSED, ${host})`,
    });
  });

  it('is surely not when the name does not resolve', async () => {
    expect(await ask('http://no-such-host.invalid/')).toMatchObject({
      failure: 'unavailable',
      charged: 'no',
      message: expect.stringMatching(/\(E\w+, no-such-host\.invalid\)$/),
    });
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
    [408, 'rate-limited', 'unknown'],
    [409, 'unavailable', 'unknown'],
    [413, 'rejected', 'rejected'],
    [422, 'rejected', 'rejected'],
    [425, 'unavailable', 'unavailable'],
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

  it.each([
    ['{"error":{"message":"The server had an error","type":"server_error"}}', 'unavailable', 'no'],
    ['<html><h1>500 Internal Server Error</h1><hr>nginx</html>', 'unknown', 'maybe'],
    ['{"message":"Internal server error"}', 'unknown', 'maybe'],
    ['', 'unknown', 'maybe'],
  ])('500 with %s in place of a picture is %s: a proxy knows nothing of the charge', (bodyText, failure, charged) => {
    const answer = { service: 'OpenAI', status: 500, headers: new Headers(), nowMs: 0, bodyText } as const;
    expect(statusFailure({ ...answer, asked: 'sync-submit' })).toMatchObject({ failure, charged });
    expect(statusFailure({ ...answer, asked: 'read' })).toMatchObject({ failure: 'unavailable', charged: 'no' });
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
    ['{"detail":[{"loc":["body","seed"],"msg":"not a number","type":"int_type"}]}', 'seed: not a number'],
    ['{"detail":[{"loc":["body"],"msg":"no"},{"msg":"never"}]}', 'no; never'],
    ['{"error":"out of memory"}', 'out of memory'],
    ['', ''],
    ['x'.repeat(9000), `${'x'.repeat(500)}…`],
  ])('finds the words in %.40s', (body, words) => {
    expect(errorOf(body).message).toBe(words);
  });
});
