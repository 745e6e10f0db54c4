import { afterEach, describe, expect, it } from 'vitest';
import { accepted, clearStage, collect, fault, stage } from '../../support/providers/replicate-stage.ts';
import { ticking } from '../../support/providers/time.ts';

afterEach(clearStage);

/** A prediction that has succeeded, without its output. */
const bare = (completedMs?: number): object => ({
  id: 'p',
  status: 'succeeded',
  output: null,
  data_removed: false,
  created_at: '2026-05-04T12:00:00Z',
  ...(completedMs === undefined ? {} : { completed_at: new Date(completedMs).toISOString() }),
});

describe('a prediction that Replicate does not have', () => {
  it.each([404, 410])('asks again when it is told %i once', async (status) => {
    const { provider } = await stage({ emulator: fault('poll', 'status', { status, times: 1 }) });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'generated' });
  });

  it('asks again when the prediction has succeeded and its output is not there yet', async () => {
    const { provider } = await stage({
      emulator: fault('poll', 'status', { status: 200, body: JSON.stringify(bare()), times: 1 }),
    });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'generated' });
  });

  it('keeps a prediction that it is told 404 for all the time, while Replicate keeps outputs', async () => {
    const { provider } = await stage({ emulator: fault('poll', 'status', { status: 404 }), elapsed: ticking() });
    expect(await collect(provider, await accepted(provider))).toEqual({
      state: 'running',
      why: expect.stringContaining('404') as string,
    });
  });

  it('knows a prediction that nobody knows as paid and gone after an hour, and not before', async () => {
    const { provider } = await stage({ elapsed: ticking() });
    const HOUR_MS = 3_600_000;
    expect(provider.retentionMs).toBe(HOUR_MS);
    const old = { remoteId: 'nosuchprediction', acceptedAtMs: Date.now() - HOUR_MS - 1, sent: {} };
    await expect(collect(provider, old)).rejects.toMatchObject({ expired: true, charged: 'yes' });
    const young = { remoteId: 'nosuchprediction', acceptedAtMs: Date.now() - HOUR_MS + 60_000, sent: {} };
    expect(await collect(provider, young)).toMatchObject({ state: 'running' });
  });

  it('keeps one that was queued for more than an hour and has just ended, its output not there yet', async () => {
    const { provider } = await stage({
      emulator: fault('poll', 'status', { status: 200, body: JSON.stringify(bare(Date.now() - 60_000)), times: 2 }),
    });
    const old = { remoteId: await accepted(provider), acceptedAtMs: Date.now() - 3_660_000, sent: {} };
    expect(await collect(provider, old)).toMatchObject({ state: 'generated' });
  });

  it('knows a picture that Replicate says it deleted as paid and gone, at once', async () => {
    const { provider, operations } = await stage({ service: { expireMs: 0 } });
    await expect(collect(provider, await accepted(provider))).rejects.toMatchObject({ expired: true, charged: 'yes' });
    expect(operations().filter((operation) => operation === 'poll')).toHaveLength(1);
  });
});
