import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import { stageBytes } from '../../src/images/save.ts';
import type { Accepted, CallContext, Collected } from '../../src/providers/provider.ts';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

/** Ends with the signal, as a provider whose request had left. */
function untilAborted(call: CallContext): Promise<never> {
  return new Promise((_, reject) =>
    call.signal.addEventListener('abort', () => reject(failure('unknown')), { once: true }),
  );
}

describe('the first Ctrl-C', () => {
  it('lets nothing new be sent, and what was sent be finished', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(6) });
    const result = await rig.run(job, [
      provider({
        submit: async (request) => {
          sent += 1;
          await rig.clock.sleep(500);
          rig.drain.abort();
          await rig.clock.sleep(500);
          return picture(request.shot);
        },
      }),
    ]);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(sent).toBe(2);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2, queued: 4 });
  });

  it('lets go at once what can be collected later, and the next run collects it without paying', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    const service = provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: `r${(sent += 1)}` }),
      collect: (_, __, call) =>
        rig.drain.signal.aborted
          ? Promise.resolve({ state: 'generated', image: { kind: 'url', url: 'u' } })
          : untilAborted(call),
    });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    const result = await rig.run(job, [service]);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 50, spentMicros: 0 });
    await rig.run(job, [service], { options: { drain: new AbortController().signal } });
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(sent).toBe(1);
  });

  it('does not wait for a shot whose turn is minutes away', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(2_000).then(() => rig.drain.abort());
    await rig.run(job, [
      provider({ submit: () => Promise.reject(failure('rate-limited', { retryAfterMs: 600_000 })) }),
    ]);
    expect(rig.clock.now() - start).toBe(2_000);
    expect(rig.ledger.jobs.counts(job.id).queued).toBe(1);
  });

  it('does not wait until a lost answer may be looked for: that is for the next run', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(2_000).then(() => rig.drain.abort());
    await rig.run(job, [
      provider({
        findAfterMs: 10_000,
        submit: () => Promise.reject(failure('unknown')),
        find: () => Promise.resolve({ state: 'absent' }),
      }),
    ]);
    expect(rig.clock.now() - start).toBe(2_000);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ leased: 1 });
    expect(rig.traced).toContain('released');
  });
});

describe('the second Ctrl-C', () => {
  it('ends at once, with what was sent in doubt and counted', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(3) });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    void rig.clock.sleep(1_500).then(() => rig.abort.abort());
    const result = await rig.run(job, [provider({ submit: (_, call) => untilAborted(call) })]);
    expect(rig.clock.now() - start).toBe(1_500);
    expect(result.stop).toEqual({ reason: 'interrupted' });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ held: 2, queued: 1 });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 100 });
  });

  it('is no failed attempt where the request had not left', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    void rig.clock.sleep(1_000).then(() => rig.drain.abort());
    void rig.clock.sleep(1_000).then(() => rig.abort.abort());
    await rig.run(job, [
      provider({
        submit: (_, call) =>
          new Promise((_resolve, reject) =>
            call.signal.addEventListener('abort', () => reject(failure('interrupted'))),
          ),
      }),
    ]);
    expect(rig.ledger.jobs.counts(job.id).queued).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 0 });
  });
});

describe('a picture that was made', () => {
  const service = (urls: string[]) =>
    provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: 'r1' }),
      collect: () => Promise.resolve({ state: 'generated', image: { kind: 'url', url: urls.shift() ?? 'last' } }),
      find: () => Promise.resolve({ state: 'absent' }),
    });

  it('is asked for again when its address has expired, once', async () => {
    const rig = openRig();
    const asked: string[] = [];
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [service(['old', 'new'])], {
      context: {
        download: async (url, part) => {
          asked.push(url);
          if (url === 'old') throw new ProviderError('403', { failure: 'unusable', expired: true });
          await stageBytes(part, makePicture(16, 16, url));
          return { sizeBytes: 1 };
        },
      },
    });
    expect(asked).toEqual(['old', 'new']);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it('and has expired for good is failed as paid, and not made again', async () => {
    const rig = openRig();
    const asked: string[] = [];
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [service(['old', 'new'])], {
      context: {
        download: (url) => {
          asked.push(url);
          return Promise.reject(new ProviderError('403', { failure: 'unusable', expired: true }));
        },
      },
    });
    expect(asked).toEqual(['old', 'new']);
    expect(rig.ledger.jobs.counts(job.id).failed).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 40 });
  });

  it('and can’t be fetched now is let go, paid, for a later run', async () => {
    const rig = openRig();
    let tries = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [service([])], {
      context: {
        download: () => {
          tries += 1;
          return Promise.reject(failure('unavailable'));
        },
      },
    });
    expect(tries).toBe(6);
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(40);
    await rig.run(job, [service([])]);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(40);
  });

  it('and was cut short on its way is fetched again', async () => {
    const rig = openRig();
    let tries = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [service([])], {
      context: {
        download: async (url, part) => {
          const whole = makePicture(16, 16, url);
          await stageBytes(part, (tries += 1) === 1 ? whole.subarray(0, 60) : whole);
          return { sizeBytes: 1 };
        },
      },
    });
    expect(tries).toBe(2);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it('is still being made, as the provider says: kept open, and collected by the next run', async () => {
    const rig = openRig();
    const ends: Collected[] = [
      { state: 'running', why: 'no result after 60 s' },
      { state: 'generated', image: { kind: 'url', url: 'u' } },
    ];
    const asked: Accepted[] = [];
    const job = rig.job({ shots: galleryShots(1) });
    const startMs = rig.clock.now();
    const slow = provider({
      submit: () => Promise.resolve({ state: 'accepted', remoteId: 'r1' }),
      collect: (accepted) => {
        asked.push(accepted);
        return Promise.resolve(ends.shift()!);
      },
    });
    const result = await rig.run(job, [slow]);
    expect(result.stop).toBeUndefined();
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 50, spentMicros: 0 });
    expect(rig.heard).toContainEqual({ event: 'notice', level: 'warn', message: 'paper: no result after 60 s' });
    await rig.clock.drive(rig.clock.sleep(5_000));
    await rig.run(job, [slow]);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(asked).toEqual([
      { remoteId: 'r1', acceptedAtMs: startMs },
      { remoteId: 'r1', acceptedAtMs: startMs },
    ]);
  });

  it('and is asked for at a fresh address that the provider can not give now stays open', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const ends: Collected[] = [
      { state: 'generated', image: { kind: 'url', url: 'old' } },
      { state: 'running', why: 'the service says 404' },
    ];
    const collect = () => Promise.resolve(ends.shift()!);
    const download = () => Promise.reject(new ProviderError('404', { failure: 'unavailable', expired: true }));
    await rig.run(job, [{ ...service([]), collect }], { context: { download } });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 0, leased: 1 });
    expect(rig.ledger.jobs.total(job.id).reservedMicros + rig.ledger.jobs.total(job.id).spentMicros).toBeGreaterThan(0);
  });

  it('and can not be had at a fresh address either stays open until the provider deletes it: then paid', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const kept = { ...service([]), retentionMs: 3_600_000 };
    const download = () => Promise.reject(new ProviderError('404', { failure: 'rejected', expired: true }));
    await rig.run(job, [kept], { context: { download } });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 0, leased: 1 });
    await rig.clock.drive(rig.clock.sleep(3_600_000));
    await rig.run(job, [kept], { context: { download } });
    expect(rig.ledger.jobs.counts(job.id).failed).toBe(1);
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBeGreaterThan(0);
  });

  it('is still being made after the time-out: let go, and the run ends', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings: { timeoutMs: 60_000 } });
    const result = await rig.run(job, [
      provider({
        submit: (request) => Promise.resolve({ state: 'accepted', remoteId: request.shot }),
        collect: (_, __, call) => untilAborted(call),
      }),
    ]);
    expect(result.stop).toBeUndefined();
    expect(rig.ledger.queries.liveAtProvider(job.id)).toBe(2);
  });
});
