import { afterEach, describe, expect, it } from 'vitest';
import type { SentRecord } from '../../../src/providers/provider.ts';
import { sentRecord } from '../../../src/providers/replicate/sent.ts';
import { accepted, call, clearStage, fault, lost, request, stage } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

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

  it('says that nothing is there by a list asked for after the wait, however long the first took', async () => {
    const { provider, operations } = await stage({ provider: { settleMs: 1 }, emulator: { latencyMs: 20 } });
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'absent' });
    expect(operations().filter((operation) => operation === 'list')).toHaveLength(2);
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
    ['was asked of another model', theirs({ model: 'black-forest-labs/flux-pro' }), 'absent'],
    ['names no model', theirs({ model: null }), 'found'],
  ])('takes a listed prediction that %s for %s', async (_, prediction, state) => {
    const { provider } = await stage({ emulator: fault('list', 'status', listed([prediction])) });
    const input = { prompt: request().prompt, seed: 421_337, aspect_ratio: '1:1' };
    const sent = sentRecord({ model: request().model, input, skewMs: 0 });
    expect(await provider.find?.(lost({ sent }), call())).toMatchObject({ state });
  });

  it('compares pictures by content where it can, and takes one with a picture over one that failed', async () => {
    const uri = (text: string): string => `data:image/png;base64,${Buffer.from(text).toString('base64')}`;
    const input = { prompt: request().prompt, seed: 421_337, image: uri('ours') };
    const attempt = lost({ sent: sentRecord({ model: request().model, input, skewMs: 0 }) });
    expect(JSON.stringify(attempt.sent)).not.toContain('base64');
    const list = [
      theirs({ id: 'other' }, { image: uri('another') }),
      theirs({ id: 'failed', status: 'failed' }, { image: uri('ours') }),
      theirs({ id: 'good' }, { image: uri('ours') }),
    ];
    const { provider } = await stage({ emulator: fault('list', 'status', listed(list)) });
    expect(await provider.find?.(attempt, call())).toEqual({ state: 'found', remoteId: 'good', fitting: 2 });
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
  const OFFSETS_MS = [1000, 180_000, 3_600_000, DAY_MS, 365 * DAY_MS].flatMap((ms) => [ms, -ms]);
  const CLOCKS = [0, ...OFFSETS_MS].flatMap((whenSent) => [0, whenSent, -whenSent].map((asked) => [whenSent, asked]));
  it.each(CLOCKS)('finds it with a clock %i ms ahead at the sending and %i ms at the look-up', async (when, asked) => {
    let aheadMs = when ?? 0;
    const now = () => Date.now() + aheadMs;
    const { provider, service } = await stage({ emulator: fault('submit', 'reset-after'), now });
    let attempt = lost();
    const onSending = (sent: SentRecord = {}) => {
      attempt = lost({ sent, sentAtMs: now() });
    };
    await provider.submit(request(), { ...call(), onSending }).catch(() => {});
    aheadMs = asked ?? 0;
    const remoteId = [...service.predictions.keys()][0];
    expect(await provider.find?.(attempt, call())).toEqual({ state: 'found', remoteId });
  });

  it.each(OFFSETS_MS)(
    'finds it when the clock is set by %i ms after the last answer, before the sending',
    async (ms) => {
      let aheadMs = 0;
      const now = () => Date.now() + aheadMs;
      const { provider, service } = await stage({ emulator: fault('submit', 'reset-after'), now });
      await provider.learn?.(request().model, call());
      aheadMs = ms;
      let attempt = lost();
      const onSending = (sent: SentRecord = {}) => {
        attempt = lost({ sent, sentAtMs: now() });
      };
      await provider.submit(request(), { ...call(), onSending }).catch(() => {});
      const remoteId = [...service.predictions.keys()][0];
      expect(await provider.find?.(attempt, call())).toEqual({ state: 'found', remoteId });
    },
  );

  it('does not doubt because of predictions that were made long after', async () => {
    const { provider } = await stage({ service: { expireMs: 0 } });
    await accepted(provider, request({ seed: 9 }));
    expect(await provider.find?.(lost({ sentAtMs: Date.now() - DAY_MS }), call())).toEqual({ state: 'absent' });
  });
});
