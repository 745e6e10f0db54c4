import { describe, expect, it } from 'vitest';
import { galleryShots, picturesIn, ready } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

describe('what a provider says', () => {
  it.each([
    ['refused', 'refused'],
    ['rejected', 'failed'],
  ] as const)('%s is final: the others go on', async (what, state) => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(3) });
    const result = await rig.run(job, [
      provider({
        submit: (request) => {
          sent += 1;
          return request.shot.endsWith('2') ? Promise.reject(failure(what)) : Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(sent).toBe(3);
    expect(result.stop).toBeUndefined();
    expect(rig.failed(job)).toEqual({ 'gallery-0002': { state, outcome: what } });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 80 });
  });

  it('that is no picture is booked as paid and not bought again', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        submit: () => {
          sent += 1;
          return Promise.resolve({
            state: 'generated',
            image: { kind: 'bytes', bytes: Buffer.from('<html>sorry</html>') },
          });
        },
      }),
    ]);
    expect(sent).toBe(1);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'failed', outcome: 'unusable' } });
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(40);
    expect(picturesIn(rig.output)).toEqual([]);
  });

  it.each(['unauthorized', 'no-credit'] as const)('%s parks all shots and stops the run', async (what) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(5) });
    const result = await rig.run(job, [provider({ submit: () => Promise.reject(failure(what)) })]);
    expect(result.stop).toEqual({ reason: 'auth', message: `the service says ${what}` });
    expect(rig.ledger.jobs.counts(job.id).queued).toBe(5);
    expect(rig.told('generation_failed').every((event) => event.retry_at === null)).toBe(true);
  });
});

describe('money', () => {
  it('that is gone stops the run, the rest stays queued', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(5), settings: { caps: { perRunMicros: 100 } } });
    const result = await rig.run(job, [provider({ submit: (request) => Promise.resolve(picture(request.shot)) })]);
    expect(result.stop).toMatchObject({ reason: 'budget' });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2, queued: 3 });
    expect(rig.told('budget_reached')).toMatchObject([{ cap: 'run', spent_usd: 80 / 1e6 }]);
  });

  it('that may come back is waited for', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2), settings: { caps: { perRunMicros: 90 } } });
    const result = await rig.run(job, [
      provider({
        submit: async (request) => {
          await rig.clock.sleep(3_000);
          return picture(request.shot, { costMicros: 10 });
        },
      }),
    ]);
    expect(result.stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id).done).toBe(2);
  });
});

describe('a fallback', () => {
  const broken = () => provider({ submit: () => Promise.reject(failure('unavailable')) });
  const second = provider({ name: 'second', submit: (request) => Promise.resolve(picture(request.shot)) });

  it('is asked when the first is down, and recorded', async () => {
    const rig = openRig();
    const job = rig.job({
      shots: galleryShots(12),
      settings: { fallback: ['second'], concurrency: 6, attemptsMax: 5 },
    });
    await rig.run(job, [broken(), second]);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(12);
    expect(rig.ledger.statistics.models().map((row) => [row.provider, row.done])).toEqual([
      ['paper', 0],
      ['second', 12],
    ]);
  });

  it('is not asked when it can’t keep the promise', async () => {
    const rig = openRig();
    const small = {
      ...second,
      capabilities: () => ({ ...second.capabilities(''), sizes: { kind: 'list' as const, sizes: ['8x8'] } }),
    };
    const job = rig.job({
      shots: galleryShots(12),
      settings: { fallback: ['second'], concurrency: 6, attemptsMax: 50 },
    });
    const result = await rig.run(job, [broken(), small]);
    expect(result.stop).toMatchObject({
      reason: 'down',
      message: 'paper is down: it did not answer well, again and again, also after waits',
    });
    expect(rig.ledger.statistics.models().map((row) => row.provider)).toEqual(['paper']);
  });

  it('is not asked while the first only wants us to wait', async () => {
    const rig = openRig();
    let asked = 0;
    const job = rig.job({ shots: galleryShots(2), settings: { fallback: ['second'], concurrency: 1 } });
    await rig.run(job, [
      ready(
        provider({
          submit: (request) =>
            (asked += 1) === 1
              ? Promise.reject(failure('rate-limited', { retryAfterMs: 5_000 }))
              : Promise.resolve(picture(request.shot)),
        }),
      ),
      ready(second),
    ]);
    expect(rig.ledger.statistics.models().map((row) => [row.provider, row.done])).toEqual([['paper', 2]]);
  });
});
