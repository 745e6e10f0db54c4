import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { galleryShots, picturesIn, plannedShot } from '../support/jobs.ts';
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
    // The others begin together.
    expect([sent[0], ...sent.slice(1).toSorted()]).toEqual([
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
