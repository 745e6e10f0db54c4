import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { call, clearStage, fault, request, stage, TOKEN } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

describe('a paid request to Replicate', () => {
  it.each([
    [
      'status',
      { status: 429, body: '{"detail":"Request was throttled. Your rate limit resets in ~30s."}' },
      { failure: 'rate-limited', charged: 'no', retryAfterMs: 30_000 },
    ],
    [
      'status',
      { status: 402, body: '{"title":"Insufficient credit","detail":"Buy some","status":402}' },
      { failure: 'no-credit', charged: 'no' },
    ],
    ['status', { status: 401 }, { failure: 'unauthorized', charged: 'no' }],
    ['status', { status: 422 }, { failure: 'rejected', charged: 'no' }],
    ['status', { status: 500 }, { failure: 'unknown', charged: 'maybe' }],
    ['status', { status: 503 }, { failure: 'unknown', charged: 'maybe' }],
    ['reset-before', {}, { failure: 'unknown', charged: 'maybe' }],
    ['reset-after', {}, { failure: 'unknown', charged: 'maybe' }],
    ['truncate-length', {}, { failure: 'unknown', charged: 'maybe' }],
    ['truncate-chunked', {}, { failure: 'unknown', charged: 'maybe' }],
    ['truncate-close', {}, { failure: 'unknown', charged: 'maybe' }],
    ['html', {}, { failure: 'unknown', charged: 'maybe' }],
    ['error-json', {}, { failure: 'unknown', charged: 'maybe' }],
    ['empty', {}, { failure: 'unknown', charged: 'maybe' }],
    ['gzip-bomb', { unpackedBytes: 70 * 1024 * 1024 }, { failure: 'unknown', charged: 'maybe' }],
    ['header-bomb', {}, { failure: 'unknown', charged: 'maybe' }],
    ['redirect', { headers: { location: 'http://127.0.0.1:9/' } }, { failure: 'rejected', charged: 'no' }],
  ] as const)('is sent once and named when it meets %s %j', async (kind, more, outcome) => {
    const { provider, operations } = await stage({ emulator: fault('submit', kind, more) });
    await expect(provider.submit(request(), call())).rejects.toMatchObject(outcome);
    expect(operations()).toEqual(['model', 'submit']);
  });

  it('is unknown when it is stopped under way, and was never sent when stopped before', async () => {
    const { provider, emulator } = await stage({ emulator: fault('submit', 'hang') });
    const stopping = new AbortController();
    const submission = provider.submit(request(), call(stopping.signal));
    void submission.catch(() => {});
    while (emulator.requests.at(-1)?.operation !== 'submit') await sleep(2);
    stopping.abort();
    await expect(submission).rejects.toMatchObject({ failure: 'unknown' });
    await expect(provider.submit(request(), call(stopping.signal))).rejects.toMatchObject({
      failure: 'interrupted',
      charged: 'no',
    });
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(1);
  });

  it('was never sent when nobody listens', async () => {
    const { provider, emulator } = await stage();
    await provider.submit(request(), call());
    await emulator.close();
    // The client notices that its idle connection is gone.
    for (let turns = 0; turns < 5; turns += 1) await new Promise(setImmediate);
    await expect(provider.submit(request({ seed: 2 }), call())).rejects.toMatchObject({
      failure: 'unavailable',
      charged: 'no',
    });
  });

  it('keeps the token out of what it says', async () => {
    const { provider } = await stage({
      emulator: fault('submit', 'status', { status: 401, body: `{"detail":"invalid token ${TOKEN}"}` }),
    });
    const error: unknown = await provider.submit(request(), call()).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ message: expect.stringContaining('[redacted]') as string });
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(TOKEN);
  });
});
