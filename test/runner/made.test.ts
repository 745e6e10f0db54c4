/** A picture that the provider has made, and that is to be fetched. */
import { describe, expect, it } from 'vitest';
import { ProviderError } from '../../src/errors.ts';
import { stageBytes } from '../../src/images/part-file.ts';
import type { Accepted, CallContext, Collected } from '../../src/providers/provider.ts';
import { makePicture } from '../emulators/picture.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, provider } from '../support/runner-rig.ts';

function untilAborted(call: CallContext): Promise<never> {
  return new Promise((_, reject) =>
    call.signal.addEventListener('abort', () => reject(failure('unknown')), { once: true }),
  );
}

/** What it is, our clock slow by, its age as the host tells it, its end. */
type Refused = [what: string, byMs: number, toldAgeMs: number | undefined, end: 'done' | 'failed'];

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
      { remoteId: 'r1', acceptedAtMs: startMs, sent: {} },
      { remoteId: 'r1', acceptedAtMs: startMs, sent: {} },
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

  it('and is refused at every address stays open while the provider names it, whatever the clock says', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    const kept = { ...service([]), retentionMs: 3_600_000 };
    const expired = new ProviderError('404', { failure: 'rejected', expired: true });
    const download = () => Promise.reject(expired);
    for (const byMs of [0, 365 * 86_400_000, -2 * 365 * 86_400_000]) {
      rig.clock.step(byMs);
      await rig.run(job, [kept], { context: { download } });
      expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 0, leased: 1 });
    }
    const asked: string[] = [];
    const deleted = { ...kept, collect: () => Promise.reject(expired) };
    await rig.run(job, [deleted], { context: { download: (url) => (asked.push(url), Promise.reject(expired)) } });
    expect(asked).toEqual(['last']);
    expect(rig.ledger.jobs.counts(job.id).failed).toBe(1);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 40 });
  });

  const HOUR_MS = 3_600_000;
  const CLOCKS_MS = [1_000, 180_000, HOUR_MS, 24 * HOUR_MS, 8_760 * HOUR_MS].flatMap((ms) => [ms, -ms]);

  it.each<Refused>([
    ['waits for an address that is late', 0, 1_000, 'done'],
    ['waits while nobody tells the time', 2 * HOUR_MS, undefined, 'done'],
    ...CLOCKS_MS.map((ms): Refused => [`waits, our clock slow by ${ms} ms at the sending`, ms, 1_000, 'done']),
    ['has lost it once it is older than the service keeps it', 0, 2 * HOUR_MS, 'failed'],
    ...CLOCKS_MS.map((ms): Refused => [`has lost it, our clock slow by ${ms} ms then`, ms, 2 * HOUR_MS, 'failed']),
  ])('of a service that can not be asked again %s', async (_, byMs, toldAgeMs, end) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let tries = 0;
    // Our clock is wrong by so much when it is sent, and put right before the picture is asked for.
    const answeredMs = rig.clock.now() + byMs;
    const saidAtMs = toldAgeMs === undefined ? undefined : answeredMs + toldAgeMs;
    const direct = provider({
      retentionMs: HOUR_MS,
      submit: async () => {
        rig.clock.step(byMs);
        return { state: 'generated', image: { kind: 'url', url: 'only' }, sent: { answeredMs } };
      },
    });
    await rig.run(job, [direct], {
      context: {
        download: async (url, part) => {
          if ((tries += 1) < 3) throw new ProviderError('404', { failure: 'unusable', expired: true, saidAtMs });
          await stageBytes(part, makePicture(16, 16, url));
          return { sizeBytes: 1 };
        },
      },
    });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ [end]: 1 });
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(40);
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
