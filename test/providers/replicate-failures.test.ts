import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { FLAGGED_WORD, REFUSED_WORD } from '../emulators/replicate.ts';
import {
  accepted,
  call,
  clearStage,
  collect,
  fault,
  lost,
  made,
  request,
  stage,
  TOKEN,
} from '../support/providers/replicate-stage.ts';
import { ticking } from '../support/providers/time.ts';

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
    ['gzip-bomb', {}, { failure: 'unknown', charged: 'maybe' }],
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

describe('waiting for a prediction', () => {
  it.each(['status', 'reset-before', 'html', 'truncate-length', 'empty', 'error-json'] as const)(
    'tolerates readings that meet %s',
    async (kind) => {
      const { provider } = await stage({ emulator: fault('poll', kind, { times: 2, status: 503 }) });
      const generated = await made(provider, await accepted(provider));
      expect(generated.image.kind).toBe('url');
    },
  );

  it('reads again no sooner than it is asked to', async () => {
    const { provider, sleeps } = await stage({
      emulator: fault('poll', 'status', { status: 429, headers: { 'retry-after': '7' }, times: 1 }),
    });
    await collect(provider, await accepted(provider));
    expect(sleeps).toEqual([7000]);
  });

  it('reads less often the longer it takes', async () => {
    const { provider, sleeps } = await stage({ emulator: { latencyMs: 60_000 }, now: ticking() });
    await collect(provider, await accepted(provider));
    expect(sleeps.slice(0, 4).map(Math.round)).toEqual([10, 15, 23, 34]);
  });

  it('keeps the work when the time is over', async () => {
    const { provider } = await stage({ emulator: { latencyMs: 60_000 }, now: ticking() });
    expect(await collect(provider, await accepted(provider))).toEqual({
      state: 'running',
      why: expect.stringContaining('no result after 10 s') as string,
    });
  });

  it('keeps the work when it is stopped', async () => {
    const { provider, emulator } = await stage({ emulator: { latencyMs: 60_000 } });
    const stopping = new AbortController();
    const waiting = collect(provider, await accepted(provider), request(), call(stopping.signal));
    while (emulator.requests.at(-1)?.operation !== 'poll') await sleep(2);
    stopping.abort();
    expect(await waiting).toMatchObject({ state: 'running' });
  });

  it('keeps the work when the key is refused meanwhile', async () => {
    const { provider, operations } = await stage({ emulator: fault('poll', 'status', { status: 401 }) });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'running' });
    expect(operations()).toEqual(['model', 'submit', 'poll']);
  });

  it.each([
    [
      `a face ${REFUSED_WORD}`,
      { failure: 'refused', charged: 'no', message: expect.stringContaining('NSFW') as string },
    ],
    [
      'FAIL(Prediction failed for an unknown reason. (E1000\\)',
      { failure: 'unavailable', charged: 'no', code: 'E1000' },
    ],
    ['FAIL(The input or output was flagged as sensitive. E005)', { failure: 'refused', charged: 'no', code: 'E005' }],
    ['FAIL(E1001: CUDA out of memory)', { failure: 'rejected', charged: 'no', code: 'E1001' }],
    [`a face ${FLAGGED_WORD}`, { failure: 'refused', charged: 'yes' }],
  ])('names the end of “%s”', async (prompt, outcome) => {
    const { provider } = await stage();
    await expect(collect(provider, await accepted(provider, request({ prompt })))).rejects.toMatchObject(outcome);
  });

  it('is not sure what a failed run of somebody’s model costs', async () => {
    const { provider } = await stage();
    const asked = request({ model: 'someone/portrait-lora', prompt: 'FAIL(boom)' });
    await expect(collect(provider, await accepted(provider, asked), asked)).rejects.toMatchObject({
      failure: 'unavailable',
      charged: 'maybe',
    });
  });

  it('is not sure either of a pinned version, which runs by the second', async () => {
    const { provider } = await stage();
    const asked = request({ model: `black-forest-labs/flux-dev:${'2'.repeat(64)}`, prompt: 'FAIL(boom)' });
    await expect(collect(provider, await accepted(provider, asked), asked)).rejects.toMatchObject({
      charged: 'maybe',
    });
  });

  it('ends on cancelled and on aborted predictions', async () => {
    const queued = await stage({ service: { queueMs: 60_000 } });
    const unstarted = await accepted(queued.provider);
    await queued.provider.cancel?.(unstarted, call());
    await expect(collect(queued.provider, unstarted)).rejects.toMatchObject({
      failure: 'timeout',
      charged: 'no',
      code: 'canceled',
    });
    let now = Date.now();
    const late = await stage({
      service: { queueMs: 60_000 },
      emulator: { now: () => now },
      provider: { cancelAfterSeconds: 5 },
    });
    const aborted = await accepted(late.provider);
    now += 5000;
    await expect(collect(late.provider, aborted)).rejects.toMatchObject({
      failure: 'timeout',
      charged: 'no',
      code: 'aborted',
    });
    const running = await stage({ emulator: { latencyMs: 60_000 } });
    const canceled = await accepted(running.provider);
    await running.provider.cancel?.(canceled, call());
    await expect(collect(running.provider, canceled)).rejects.toMatchObject({
      failure: 'timeout',
      charged: 'maybe',
      code: 'canceled',
    });
  });

  it.each([404, 410])('asks again when it is told %i once', async (status) => {
    const { provider } = await stage({ emulator: fault('poll', 'status', { status, times: 1 }) });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'generated' });
  });

  it('asks again when the prediction has succeeded and its output is not there yet', async () => {
    const bare = {
      id: 'p',
      status: 'succeeded',
      output: null,
      data_removed: false,
      created_at: '2026-05-04T12:00:00Z',
    };
    const { provider } = await stage({
      emulator: fault('poll', 'status', { status: 200, body: JSON.stringify(bare), times: 1 }),
    });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'generated' });
  });

  it('keeps a prediction that it is told 404 for all the time, while Replicate keeps outputs', async () => {
    const { provider } = await stage({ emulator: fault('poll', 'status', { status: 404 }), now: ticking() });
    expect(await collect(provider, await accepted(provider))).toEqual({
      state: 'running',
      why: expect.stringContaining('404') as string,
    });
  });

  it('knows a prediction that nobody knows as paid and gone after an hour, and not before', async () => {
    const { provider } = await stage({ now: ticking() });
    const HOUR_MS = 3_600_000;
    expect(provider.retentionMs).toBe(HOUR_MS);
    const old = { remoteId: 'nosuchprediction', acceptedAtMs: Date.now() - HOUR_MS - 1 };
    await expect(collect(provider, old)).rejects.toMatchObject({ expired: true, charged: 'yes' });
    const young = { remoteId: 'nosuchprediction', acceptedAtMs: Date.now() - HOUR_MS + 60_000 };
    expect(await collect(provider, young)).toMatchObject({ state: 'running' });
  });

  it('knows a picture that Replicate says it deleted as paid and gone, at once', async () => {
    const { provider, operations } = await stage({ service: { expireMs: 0 } });
    await expect(collect(provider, await accepted(provider))).rejects.toMatchObject({ expired: true, charged: 'yes' });
    expect(operations().filter((operation) => operation === 'poll')).toHaveLength(1);
  });
});

describe('looking for an attempt whose answer was lost', () => {
  it.each(['reset-after', 'hang', 'truncate-close', 'html'] as const)('finds the prediction after %s', async (kind) => {
    const { provider, service } = await stage({ emulator: fault('submit', kind) });
    const attempt = lost();
    const stop = new AbortController();
    const answer = provider.submit(request(), call(stop.signal)).catch(() => {});
    await expect.poll(() => service.predictions.size).toBe(1);
    if (kind === 'hang') stop.abort();
    await answer;
    expect(await provider.find?.(attempt, call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('finds nothing when the request was never handled', async () => {
    const { provider } = await stage({ emulator: fault('submit', 'reset-before') });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'absent' });
  });

  it('leaves out known ones, older ones, other seeds, prompts and models', async () => {
    const { provider, service } = await stage();
    const known = await accepted(provider);
    for (const other of [{ seed: 1 }, { prompt: 'another' }, { model: 'black-forest-labs/flux-schnell' }])
      await accepted(provider, request(other));
    const old = service.predictions.get(await accepted(provider));
    if (old !== undefined) old.createdMs -= 600_000;
    expect(await provider.find?.(lost({ isKnown: (id) => id === known }), call())).toEqual({ state: 'absent' });
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'found', remoteId: known });
  });

  it('looks through all pages', async () => {
    const { provider, operations } = await stage({ service: { pageSize: 2 } });
    const ours = await accepted(provider);
    for (let seed = 1; seed <= 5; seed++) await accepted(provider, request({ seed }));
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'found', remoteId: ours });
    expect(operations().filter((operation) => operation === 'list')).toHaveLength(3);
  });

  it('waits for a list that lags behind before it says that nothing is there', async () => {
    const { provider, service } = await stage({
      service: { listLagMs: 20 },
      provider: { settleMs: 40 },
      emulator: fault('submit', 'reset-after'),
    });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost(), call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('is unsure when the service can not be asked or no longer tells what was asked', async () => {
    const down = await stage({ emulator: fault('list', 'status', { status: 503 }) });
    expect(await down.provider.find?.(lost(), call())).toMatchObject({ state: 'unsure' });
    const forgetful = await stage({ service: { expireMs: 0 } });
    await accepted(forgetful.provider, request({ seed: 9 }));
    expect(await forgetful.provider.find?.(lost(), call())).toMatchObject({ state: 'unsure' });
  });

  /** A list as a service might give it that does not obey `created_after`, or names strange things. */
  const listed = (predictions: object[], next: string | null = null): object => ({
    status: 200,
    body: JSON.stringify({ next, results: predictions }),
  });
  const theirs = (more: object, input: object = {}): object => ({
    id: 'theirs',
    status: 'succeeded',
    model: 'black-forest-labs/flux-dev',
    created_at: new Date().toISOString(),
    input: { prompt: request().prompt, seed: 421_337, ...input },
    ...more,
  });
  it.each([
    ['is the same', theirs({}), 'found'],
    ['has more inputs than were sent', theirs({}, { guidance: 3 }), 'found'],
    ['is older than the attempt', theirs({ created_at: '2026-01-01T00:00:00Z' }), 'absent'],
    ['has no seed', theirs({}, { seed: undefined }), 'absent'],
    ['has another size', theirs({}, { aspect_ratio: '2:3' }), 'absent'],
    ['names no model', theirs({ model: null }), 'found'],
  ])('takes a listed prediction that %s for %s', async (_, prediction, state) => {
    const { provider } = await stage({ emulator: fault('list', 'status', listed([prediction])) });
    expect(await provider.find?.(lost(), call())).toMatchObject({ state });
  });

  it('compares pictures by content where it can, and takes one with a picture over one that failed', async () => {
    const uri = (text: string): string => `data:image/png;base64,${Buffer.from(text).toString('base64')}`;
    const path = join(mkdtempSync(join(tmpdir(), 'reference-')), 'face.png');
    writeFileSync(path, 'ours');
    const reference = { path, mime: 'image/png' as const, sha256: '0'.repeat(64), sizeBytes: 4 };
    const attempt = lost({ request: request({ references: [reference] }) });
    const list = [
      theirs({ id: 'other' }, { image: uri('another') }),
      theirs({ id: 'failed', status: 'failed' }, { image: uri('ours') }),
      theirs({ id: 'good' }, { image: uri('ours') }),
    ];
    const { provider } = await stage({ emulator: fault('list', 'status', listed(list)) });
    expect(await provider.find?.(attempt, call())).toEqual({ state: 'found', remoteId: 'good' });
  });

  it('does not follow a list to another address', async () => {
    const elsewhere = await stage();
    const { provider } = await stage({
      emulator: fault('list', 'status', listed([], `${elsewhere.emulator.url}/v1/predictions`)),
    });
    expect(await provider.find?.(lost(), call())).toMatchObject({
      state: 'unsure',
      message: expect.stringContaining('another address') as string,
    });
    expect(elsewhere.emulator.requests).toEqual([]);
  });

  const DAY_MS = 86_400_000;
  it.each([
    ['ahead all the time', DAY_MS, DAY_MS],
    ['behind all the time', -DAY_MS, -DAY_MS],
    ['set forward since', 0, DAY_MS],
    ['set back since', 0, -DAY_MS],
    ['put right since, from ahead', DAY_MS - 3_600_000, 0],
  ])('finds it although our clock was %s', async (_, whenSent, whenAsked) => {
    const { provider, service } = await stage({
      emulator: fault('submit', 'reset-after'),
      now: () => Date.now() + whenAsked,
    });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost({ sentAtMs: Date.now() + whenSent }), call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('does not doubt because of predictions that were made long after', async () => {
    const { provider } = await stage({ service: { expireMs: 0 } });
    await accepted(provider, request({ seed: 9 }));
    expect(await provider.find?.(lost({ sentAtMs: Date.now() - DAY_MS }), call())).toEqual({ state: 'absent' });
  });
});
