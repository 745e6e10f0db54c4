/** What was paid and brought nothing is not bought over and over; a price list that is too low is not trusted twice. */
import { describe, expect, it } from 'vitest';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

const nothing = () => Promise.reject(failure('unusable'));

describe('paid answers that are no pictures', () => {
  it('stop the job at the second in a row, the rest is not asked for', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(9), settings: { concurrency: 1 } });
    const { stop } = await rig.run(job, [provider({ submit: nothing })]);
    expect(stop).toMatchObject({ reason: 'unusable' });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 2, queued: 7 });
  });

  it('nor are requests that can not be used and are perhaps charged: weights that are gone stop a pack', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(9), settings: { concurrency: 1 } });
    const submit = () => Promise.reject(failure('rejected', { charged: 'maybe' }));
    const { stop } = await rig.run(job, [provider({ submit })]);
    expect(stop).toMatchObject({ reason: 'unusable', message: expect.stringContaining('perhaps paid') as string });
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 2, queued: 7 });
    expect(rig.ledger.jobs.endedInVain(job.id, 'paper-1')).toBe(true);
  });

  it('are no more than were in flight, however many at a time', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(9), settings: { concurrency: 3 } });
    const submit = () => rig.clock.sleep(1_000).then(nothing);
    await rig.run(job, [provider({ submit })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 3, queued: 6 });
  });

  it('are two again when the job goes on, one at a time until a picture comes', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(12), settings: { concurrency: 3 } });
    const submit = () => rig.clock.sleep(1_000).then(nothing);
    await rig.run(job, [provider({ submit })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 3, queued: 9 });
    await rig.run(job, [provider({ submit })]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 5, queued: 7 });
    let [at, most] = [0, 0];
    const works = async ({ shot }: { shot: string }) => {
      most = Math.max(most, (at += 1));
      await rig.clock.sleep(1_000);
      at -= 1;
      return picture(shot);
    };
    await rig.run(job, [provider({ submit: works })]);
    expect([rig.ledger.jobs.counts(job.id), most]).toMatchObject([{ failed: 5, done: 7 }, 3]);
  });

  it('here and there stop nothing', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(9), settings: { concurrency: 1 } });
    let sent = 0;
    const submit = (request: { shot: string }) =>
      (sent += 1) % 2 === 0 ? rig.clock.sleep(1_000).then(nothing) : Promise.resolve(picture(request.shot));
    expect((await rig.run(job, [provider({ submit })])).stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 5, failed: 4 });
  });

  it('are in a row by their requests, not by when their answers come', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(6), settings: { concurrency: 3 } });
    // The second request brings its picture after the first and the third have brought nothing.
    const submit = async ({ shot }: { shot: string }) => {
      const number = Number(shot.slice(-1));
      await rig.clock.sleep(number === 2 ? 3_000 : 1_000);
      return number === 1 || number === 3 ? nothing() : picture(shot);
    };
    expect((await rig.run(job, [provider({ submit })])).stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 4, failed: 2 });
  });

  it('that cost nothing stop nothing', async () => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(3), settings: { concurrency: 1 } });
    const submit = () => Promise.reject(failure('unusable', { charged: 'no' }));
    expect((await rig.run(job, [provider({ submit })])).stop).toBeUndefined();
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ failed: 3 });
  });

  it('of one job leave another its turn', async () => {
    const rig = openRig();
    const bad = rig.job({ shots: galleryShots(4), settings: { concurrency: 1, model: 'bad' }, key: 'bad' });
    const good = rig.job({ shots: galleryShots(4), settings: { concurrency: 1, model: 'good' }, key: 'good' });
    const submit = (request: { shot: string; model: string }) =>
      request.model === 'bad' ? nothing() : Promise.resolve(picture(request.shot));
    await rig.run([bad, good], [provider({ submit })]);
    expect(rig.ledger.jobs.counts(bad.id)).toMatchObject({ failed: 2, queued: 2 });
    expect(rig.ledger.jobs.counts(good.id)).toMatchObject({ done: 4 });
  });
});

describe('a cost above the price list', () => {
  const dear = (micros: number) => (request: { shot: string }) =>
    Promise.resolve(picture(request.shot, { costMicros: micros }));

  it('is what the next pictures of the job are held at: the cap stops them', async () => {
    const rig = openRig();
    const caps = { perRunMicros: 1_000 };
    const job = rig.job({ shots: galleryShots(12), settings: { concurrency: 1, caps } });
    const { stop } = await rig.run(job, [provider({ submit: dear(400) })]);
    expect(stop).toMatchObject({ reason: 'budget' });
    expect(rig.ledger.jobs.total(job.id).spentMicros).toBe(800);
    expect(rig.heard.filter((event) => event.event === 'notice' && /charged/.test(event.message))).toHaveLength(1);
  });

  it('is held for what is in flight, too', async () => {
    const rig = openRig();
    const caps = { perRunMicros: 1_700 };
    const job = rig.job({ shots: galleryShots(12), settings: { concurrency: 3, caps } });
    let sent = 0;
    const submit = async (request: { shot: string }) => {
      await rig.clock.sleep((sent += 1) * 1_000);
      return picture(request.shot, { costMicros: 400 });
    };
    await rig.run(job, [provider({ submit })]);
    expect(rig.ledger.jobs.total(job.id)).toEqual({ spentMicros: 1_600, reservedMicros: 0 });
  });

  it('of one job does not raise another, and a cost as expected raises nothing', async () => {
    const rig = openRig();
    const first = rig.job({ shots: galleryShots(1), key: 'first' });
    await rig.run(first, [provider({ submit: dear(400) })]);
    const caps = { perRunMicros: 150 };
    const second = rig.job({ shots: galleryShots(3), settings: { concurrency: 1, caps }, key: 'second' });
    await rig.run(second, [provider({ submit: dear(50) })]);
    expect(rig.ledger.jobs.counts(second.id).done).toBe(3);
  });
});
