/** Waiting for accepted work, on virtual time: each test is a list of what the service says, reading by reading. */
import { describe, expect, it } from 'vitest';
import { collectFromQueue } from '../../src/providers/queue.ts';
import { VirtualClock } from '../support/clock.ts';
import { collecting, running, made, picture, fails, notFound, missing } from '../support/providers/queue-scene.ts';

const HOUR_MS = 3_600_000;

describe('waiting for accepted work', () => {
  it('reads at once, then less and less often, until the picture is there', async () => {
    const { end, readAtMs } = await collecting({ says: [...Array.from({ length: 8 }, () => running), made] });
    expect(end).toEqual({ state: 'generated', image: picture });
    expect(readAtMs).toEqual([0, 100, 250, 475, 812.5, 1318.75, 2078.125, 3078.125, 4078.125]);
  });

  it('tells how far the work is', async () => {
    const told: unknown[] = [];
    await collecting({
      says: [running, { state: 'running', progress: 0.5 }, made],
      onPhase: (...phase) => told.push(phase),
    });
    expect(told).toEqual([
      ['waiting', undefined],
      ['waiting', 0.5],
    ]);
  });

  it.each(['unavailable', 'rate-limited', 'interrupted', 'unknown', 'timeout'] as const)(
    'reads again after a reading that ended %s',
    async (failure) => {
      const { end, readAtMs } = await collecting({ says: [fails(failure), fails(failure), made] });
      expect(end).toMatchObject({ state: 'generated' });
      expect(readAtMs).toEqual([0, 100, 250]);
    },
  );

  it('reads no sooner than the service asks', async () => {
    const { readAtMs } = await collecting({ says: [fails('rate-limited', { retryAfterMs: 7000 }), made] });
    expect(readAtMs).toEqual([0, 7000]);
  });

  it('says that it runs, rather than ask sooner than the service wants, when that is after the time-out', async () => {
    const { end, readAtMs } = await collecting({ says: [fails('rate-limited', { retryAfterMs: 60_000 })] });
    expect(end).toEqual({ state: 'running', why: expect.stringContaining('60 s') as string });
    expect(readAtMs).toEqual([0]);
  });

  it('says that it still runs when the time is over, after a last reading', async () => {
    const { end, readAtMs } = await collecting({ says: [running], timeoutMs: 1000 });
    expect(end).toEqual({ state: 'running', why: expect.stringContaining('no result after 1 s') as string });
    expect(readAtMs.at(-1)).toBe(1000);
  });

  it('says why it could not be read when the time is over', async () => {
    const { end } = await collecting({ says: [fails('unavailable')], timeoutMs: 1000 });
    expect(end).toEqual({ state: 'running', why: expect.stringContaining('the service says unavailable') as string });
  });

  it.each(['unauthorized', 'no-credit', 'rejected'] as const)(
    'says at once that it runs when the service answers a reading with %s: the work is paid and not given up',
    async (failure) => {
      const { end, readAtMs } = await collecting({ says: [fails(failure, { status: 400 })] });
      expect(end).toEqual({ state: 'running', why: expect.stringContaining(`the service says ${failure}`) as string });
      expect(readAtMs).toEqual([0]);
    },
  );

  it('says that it runs when it is stopped before, between and during readings', async () => {
    const stopped = { state: 'running', why: expect.stringContaining('stopped') as string };
    expect(await collecting({ says: [made], signal: AbortSignal.abort() })).toEqual({ end: stopped, readAtMs: [] });
    const between = new AbortController();
    const onPhase = (): void => between.abort();
    expect(await collecting({ says: [running], signal: between.signal, onPhase })).toEqual({
      end: stopped,
      readAtMs: [0],
    });
    const during = new AbortController();
    const onRead = (): void => during.abort();
    expect(await collecting({ says: [fails('interrupted')], signal: during.signal, onRead })).toEqual({
      end: stopped,
      readAtMs: [0],
    });
  });

  it.each([
    ['nobody could read it', fails('unavailable')],
    ['it has ended without its picture', missing],
  ])('says after five minutes in which %s why it waits no longer, however long it may wait', async (_, said) => {
    const { end, readAtMs } = await collecting({ says: [running, said], timeoutMs: 7_200_000 });
    expect(end).toEqual({ state: 'running', why: expect.stringMatching(/unavailable|no output/) as string });
    expect(readAtMs.at(-1)).toBeGreaterThanOrEqual(300_000);
    expect(readAtMs.at(-1)).toBeLessThan(302_000);
  });

  it('throws how the work ended, whatever kind that is, and reads no further', async () => {
    for (const ended of [fails('unavailable', { charged: 'no' }), fails('refused'), fails('unusable')]) {
      const { end, readAtMs } = await collecting({ says: [running, { ended }] });
      expect(end).toBe(ended);
      expect(readAtMs).toEqual([0, 100]);
    }
  });

  it('does not take a bug for an answer', async () => {
    const clock = new VirtualClock();
    const queue = { service: 'Paper', retentionMs: 1, pollMs: 1, pollMaxMs: 1 };
    const read = () => Promise.reject(new TypeError('a bug'));
    const waiting = { now: clock.now, elapsed: clock.elapsed, sleep: clock.sleep, timeoutMs: 1000 };
    const collect = collectFromQueue(
      { ...queue, read, resultOf: () => running },
      { remoteId: 'r1', acceptedAtMs: 0, sent: {} },
      waiting,
      { signal: new AbortController().signal },
    );
    await expect(collect).rejects.toThrow(TypeError);
  });
});

describe('work that the service does not have', () => {
  it.each([
    ['a 404', notFound],
    ['a 410', fails('rejected', { status: 410 })],
    ['an end without output', missing],
  ])('is asked for again after %s, and found', async (_, said) => {
    const { end, readAtMs } = await collecting({ says: [said, said, made], acceptedMsAgo: HOUR_MS - 1000 });
    expect(end).toMatchObject({ state: 'generated' });
    expect(readAtMs).toEqual([0, 100, 250]);
  });

  it.each([
    ['a 404', notFound],
    ['an end without output', missing],
  ])('stays open when %s is all it says until the time-out, while it keeps its work', async (_, said) => {
    const { end } = await collecting({ says: [said], timeoutMs: 1000, acceptedMsAgo: HOUR_MS - 2000 });
    expect(end).toMatchObject({ state: 'running', why: expect.stringMatching(/404|rejected|no output/) as string });
  });

  it.each([
    ['a 404', notFound],
    ['a 410', fails('rejected', { status: 410 })],
    ['an end without output', missing],
  ])('has expired, paid, when it says %s after it no longer keeps it', async (_, said) => {
    const { end, readAtMs } = await collecting({ says: [said], acceptedMsAgo: HOUR_MS + 1 });
    expect(end).toMatchObject({ name: 'ProviderError', failure: 'unusable', charged: 'yes', expired: true });
    expect(readAtMs).toEqual([0, 100]);
  });

  it.each([
    ['after one 404', [notFound, made]],
    ['when it was running a moment ago', [running, notFound, missing, notFound, made]],
    ['when it ended a moment ago', [{ ...missing, endedMsAgo: 1000 }, { ...missing, endedMsAgo: 1100 }, made]],
  ])('is not called gone %s, however long ago it was accepted', async (_, says) => {
    const { end } = await collecting({ says, acceptedMsAgo: HOUR_MS + 60_000 });
    expect(end).toMatchObject({ state: 'generated' });
  });

  it('expires while it is asked for, when the time comes', async () => {
    const { end, readAtMs } = await collecting({ says: [notFound], acceptedMsAgo: HOUR_MS - 1000 });
    expect(end).toMatchObject({ expired: true });
    expect(readAtMs.at(-1)).toBeGreaterThan(1000);
    expect(readAtMs.at(-2)).toBeLessThanOrEqual(1000);
  });

  it('is collected however old it is, when it is there', async () => {
    const { end } = await collecting({ says: [running, made], acceptedMsAgo: 10 * HOUR_MS });
    expect(end).toMatchObject({ state: 'generated' });
  });

  it('has expired at once when the service itself says that it deleted it', async () => {
    const ended = fails('unusable', { expired: true, charged: 'yes' });
    const { end } = await collecting({ says: [{ ended }] });
    expect(end).toMatchObject({ expired: true });
  });
});
