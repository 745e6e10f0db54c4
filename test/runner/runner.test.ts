import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { galleryShots, picturesIn, plannedShot, ready } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

describe('a run', () => {
  it('keeps no more in flight than it may, and as many', async () => {
    const rig = openRig();
    let flying = 0;
    const seen: number[] = [];
    const job = rig.job({ shots: galleryShots(9), settings: { concurrency: 3 } });
    await rig.run(job, [
      provider({
        submit: async (request) => {
          seen.push((flying += 1));
          await rig.clock.sleep(1_000);
          flying -= 1;
          return picture(request.shot);
        },
      }),
    ]);
    expect(Math.max(...seen)).toBe(3);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(9);
    expect(picturesIn(rig.output)).toHaveLength(9);
    expect(rig.clock.sleepers).toBe(0);
  });

  it('spreads the first sends, and only those', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const sends: number[] = [];
    await rig.run(rig.job({ shots: galleryShots(6), settings: { concurrency: 3, staggerMs: 50 } }), [
      provider({
        submit: async (request) => {
          sends.push(rig.clock.now() - start);
          await rig.clock.sleep(1_000);
          return picture(request.shot);
        },
      }),
    ]);
    expect(sends).toEqual([0, 50, 100, 1_000, 1_050, 1_100]);
  });

  it('makes the avatar first and sends it along with the rest', async () => {
    const rig = openRig();
    const sent: [string, number][] = [];
    const shots = [
      plannedShot('avatar', 'avatar'),
      plannedShot('training-01', 'training'),
      plannedShot('training-02', 'training'),
    ];
    await rig.run(rig.job({ shots, kind: 'create' }), [
      provider({
        submit: (request) => {
          sent.push([request.shot, request.references.length]);
          return Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(sent).toEqual([
      ['avatar', 0],
      ['training-01', 1],
      ['training-02', 1],
    ]);
  });

  it('goes on without an avatar when that fails', async () => {
    const rig = openRig();
    const job = rig.job({
      shots: [plannedShot('avatar', 'avatar'), plannedShot('training-01', 'training')],
      kind: 'create',
    });
    await rig.run(job, [
      provider({
        submit: (request) =>
          request.shot === 'avatar' ? Promise.reject(failure('refused')) : Promise.resolve(picture(request.shot)),
      }),
    ]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ refused: 1, done: 1 });
    expect(rig.heard).toContainEqual(
      expect.objectContaining({ event: 'notice', message: expect.stringContaining('no avatar') }),
    );
  });

  it('sleeps until the next attempt is due', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const sends: number[] = [];
    await rig.run(rig.job({ shots: galleryShots(1) }), [
      provider({
        submit: (request) => {
          sends.push(rig.clock.now() - start);
          return sends.length < 3
            ? Promise.reject(failure('unavailable', { retryAfterMs: 40_000 }))
            : Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(sends).toEqual([0, 40_000, 80_000]);
    expect(rig.claims).toBeLessThan(40);
  });

  it('tells what the ledger has committed, in its order', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [provider({ submit: (request) => Promise.resolve(picture(request.shot)) })]);
    const events = rig.heard.filter((event) => 'at' in event).map((event) => event.event);
    expect(events).toEqual(['generation_queued', 'generation_started', 'generation_completed', 'image_stored']);
    expect(rig.ledger.queries.eventsAfter(job.id, 0).map(({ event }) => event.event)).toEqual(events);
  });

  it('holds nothing of a shot that is done', async () => {
    const rig = openRig();
    const signals: AbortSignal[] = [];
    await rig.run(rig.job({ shots: galleryShots(4) }), [
      provider({
        submit: (request, call) => {
          signals.push(call.signal);
          return Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(rig.clock.sleepers).toBe(0); // no time-out is left waiting
    rig.abort.abort();
    expect(signals.map((signal) => signal.aborted)).toEqual([false, false, false, false]);
  });
});

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

  it('in doubt is held, its money counted, the rest made', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2) });
    await rig.run(job, [
      provider({
        submit: (request) =>
          request.shot.endsWith('1') ? Promise.reject(failure('unknown')) : Promise.resolve(picture(request.shot)),
      }),
    ]);
    expect(rig.failed(job)).toEqual({ 'gallery-0001': { state: 'held', outcome: 'unknown' } });
    expect(rig.ledger.jobs.total(job.id)).toEqual({ reservedMicros: 0, spentMicros: 90 });
  });

  it('nothing within the time-out is doubt', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        submit: (_, call) =>
          new Promise((_resolve, reject) => call.signal.addEventListener('abort', () => reject(failure('unknown')))),
      }),
    ]);
    expect(rig.clock.now() - start).toBe(60_000);
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'held' } });
  });

  it('in doubt is looked up where that can be, and waited for when found', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        submit: () => {
          sent += 1;
          return Promise.reject(failure('unknown'));
        },
        find: () => Promise.resolve({ state: 'found', remoteId: 'r1' }),
        collect: () => Promise.resolve({ state: 'generated', image: { kind: 'url', url: 'u' } }),
      }),
    ]);
    expect(sent).toBe(1);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
    expect(rig.told('generation_submitted')).toMatchObject([{ remote_id: 'r1' }]);
  });

  it('in doubt is not sent for ever to a service that always breaks off', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        idempotent: true,
        submit: () => {
          sent += 1;
          return Promise.reject(failure('unknown'));
        },
        find: () => Promise.resolve({ state: 'absent' }),
        collect: () => Promise.reject(failure('rejected')),
      }),
    ]);
    expect(sent).toBe(6); // three attempts, each once more with the same key
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'failed' } });
  });

  it('in doubt is sent again once, where the service takes our key and has no list', async () => {
    const rig = openRig();
    const sent: string[] = [];
    const job = rig.job({ shots: galleryShots(1) });
    await rig.run(job, [
      provider({
        idempotent: true,
        submit: (request) => {
          sent.push(request.attemptKey);
          return sent.length === 1 ? Promise.reject(failure('unknown')) : Promise.resolve(picture(request.shot));
        },
      }),
    ]);
    expect(sent).toEqual(['key-1', 'key-1']);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(1);
  });

  it('in doubt is held after it was sent again with our key in vain', async () => {
    const rig = openRig();
    let sent = 0;
    const job = rig.job({ shots: galleryShots(1) });
    const submit = () => {
      sent += 1;
      return Promise.reject(failure('unknown'));
    };
    await rig.run(job, [provider({ idempotent: true, submit })]);
    expect(sent).toBe(2);
    expect(rig.failed(job)).toMatchObject({ 'gallery-0001': { state: 'held' } });
  });

  it.each([
    ['exact', undefined, 'yes'],
    ['best-effort', undefined, 'unknown'],
    ['none', undefined, 'no'],
    ['best-effort', 7, 'yes'],
    ['best-effort', 8, 'no'],
    ['none', 7, 'yes'],
  ] as const)('about seeds (%s, used %s) is kept: %s', async (seed, seedUsed, honored) => {
    const rig = openRig();
    const plain = provider({
      submit: (request) => Promise.resolve(picture(request.shot, seedUsed === undefined ? {} : { seedUsed })),
    });
    await rig.run(rig.job({ shots: galleryShots(1) }), [
      { ...plain, capabilities: (model) => ({ ...plain.capabilities(model), seed }) },
    ]);
    expect(rig.told('generation_completed')).toMatchObject([{ seed: 7, seed_honoured: honored }]);
  });
});

describe('money', () => {
  it('that is gone stops the run, the rest stays queued', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(5), settings: { caps: { perRunMicros: 100 } } });
    const result = await rig.run(job, [provider({ submit: (request) => Promise.resolve(picture(request.shot)) })]);
    expect(result.stop).toEqual({ reason: 'budget' });
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
    expect(rig.ledger.queries.stats().map((row) => [row.provider, row.done])).toEqual([
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
    expect(result.stop).toMatchObject({ reason: 'down' });
    expect(rig.ledger.queries.stats().map((row) => row.provider)).toEqual(['paper']);
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
    expect(rig.ledger.queries.stats().map((row) => [row.provider, row.done])).toEqual([['paper', 2]]);
  });
});

describe('files', () => {
  it('of others keep their names: the picture takes the next number', async () => {
    const rig = openRig();
    mkdirSync(join(rig.output, 'mira'), { recursive: true });
    writeFileSync(join(rig.output, 'mira', 'mira_image_00001.png'), 'mine');
    await rig.run(rig.job({ shots: galleryShots(1) }), [
      provider({ submit: (request) => Promise.resolve(picture(request.shot)) }),
    ]);
    expect(picturesIn(rig.output)).toEqual(['mira_image_00001.png', 'mira_image_00002.png']);
    expect(readFileSync(join(rig.output, 'mira', 'mira_image_00001.png'), 'utf8')).toBe('mine');
    expect(readdirSync(join(rig.output, 'mira', '.parts'))).toEqual([]);
  });
});

describe('a picture of another size than was asked', () => {
  it.each([
    [16, 0],
    [24, 1],
  ])('is kept, and said once a run: %i px asked, %i times', async (asked, times) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(3), settings: { width: asked, height: asked } });
    await rig.run(job, [provider({ submit: (request) => Promise.resolve(picture(request.shot)) })]);
    expect(rig.ledger.jobs.counts(job.id).done).toBe(3);
    const said = rig.heard.filter(
      (event) => event.event === 'notice' && event.message === 'paper answers 24x24 with 16x16 (paper-1)',
    );
    expect(said).toHaveLength(times);
  });
});
