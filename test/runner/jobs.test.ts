/** Several jobs in one run: each keeps its own settings. */
import { describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/providers/provider.ts';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider, type Rig } from '../support/runner-rig.ts';

/** Answers after a second; counts how many requests of each shot's size are under way. */
function slow(rig: Rig) {
  const flying = new Map<number, number>();
  const most = new Map<number, number>();
  let inAll = 0;
  const seen = { most, inAll: 0 };
  const service = provider({
    submit: async (request: ImageRequest) => {
      const now = (flying.get(request.width) ?? 0) + 1;
      flying.set(request.width, now);
      most.set(request.width, Math.max(now, most.get(request.width) ?? 0));
      seen.inAll = Math.max(seen.inAll, (inAll += 1));
      await rig.clock.sleep(1_000);
      flying.set(request.width, (flying.get(request.width) ?? 1) - 1);
      inAll -= 1;
      return picture(`${request.attemptKey}`);
    },
  });
  return { service, seen };
}

describe('with several jobs in one run', () => {
  it('the cap of the second is not passed, and the first goes on', async () => {
    const rig = openRig();
    const first = rig.job({ shots: galleryShots(6), key: 'first', settings: { concurrency: 1 } });
    const second = rig.job({ shots: galleryShots(6), key: 'second', settings: { caps: { perRunMicros: 100 } } });
    const result = await rig.run(
      [second, first],
      [provider({ submit: (request) => Promise.resolve(picture(request.attemptKey)) })],
    );
    expect(result.stop).toMatchObject({ reason: 'budget' });
    expect(rig.ledger.jobs.counts(first.id)).toMatchObject({ done: 6 });
    expect(rig.ledger.jobs.counts(second.id)).toMatchObject({ done: 2, queued: 4 });
    expect(rig.told('budget_reached')).toMatchObject([{ job_id: String(second.id), cap: 'run' }]);
  });

  it('a cap of the day counts for the jobs that have it', async () => {
    const rig = openRig();
    const free = rig.job({ shots: galleryShots(3), key: 'free' });
    const capped = rig.job({ shots: galleryShots(3), key: 'capped', settings: { caps: { perDayMicros: 60 } } });
    await rig.run([free, capped], [provider({ submit: (request) => Promise.resolve(picture(request.attemptKey)) })]);
    expect(rig.ledger.jobs.counts(free.id).done).toBe(3);
    expect(rig.ledger.jobs.counts(capped.id)).toMatchObject({ done: 0, queued: 3 });
  });

  it('each has at most its own concurrency in flight, all together the largest', async () => {
    const rig = openRig();
    const narrow = rig.job({ shots: galleryShots(6), key: 'narrow', settings: { concurrency: 1, width: 8 } });
    const wide = rig.job({ shots: galleryShots(18), key: 'wide', settings: { concurrency: 3, width: 24 } });
    const { service, seen } = slow(rig);
    await rig.run([narrow, wide], [service]);
    expect(Object.fromEntries(seen.most)).toEqual({ 8: 1, 24: 3 });
    expect(seen.inAll).toBe(3);
    expect([narrow, wide].map((job) => rig.ledger.jobs.counts(job.id).done)).toEqual([6, 18]);
  });

  it('each has its own attempts', async () => {
    const rig = openRig();
    const once = rig.job({ shots: galleryShots(1), key: 'once', settings: { attemptsMax: 1 } });
    const thrice = rig.job({ shots: galleryShots(1), key: 'thrice', settings: { attemptsMax: 3 } });
    await rig.run([once, thrice], [provider({ submit: () => Promise.reject(failure('unavailable')) })]);
    const attempts = (jobId: number) => rig.told('generation_started').filter((e) => e.job_id === String(jobId)).length;
    expect([attempts(once.id), attempts(thrice.id)]).toEqual([1, 3]);
  });

  it('each has its own time-out', async () => {
    const rig = openRig();
    const start = rig.clock.now();
    const ended: number[] = [];
    const hasty = rig.job({ shots: galleryShots(1), key: 'hasty', settings: { timeoutMs: 5_000 } });
    const patient = rig.job({ shots: galleryShots(1), key: 'patient', settings: { timeoutMs: 90_000 } });
    const service = provider({
      submit: (_, call) =>
        new Promise((_resolve, reject) =>
          call.signal.addEventListener('abort', () => {
            ended.push(rig.clock.now() - start);
            reject(failure('unknown'));
          }),
        ),
    });
    await rig.run([hasty, patient], [service]);
    expect(ended).toEqual([5_000, 90_000]);
  });

  it('an unknown price is taken by the job that allows it only', async () => {
    const rig = openRig();
    const strict = rig.job({ shots: galleryShots(1), key: 'strict' });
    const free = rig.job({ shots: galleryShots(1), key: 'free', settings: { allowUnknownPrice: true } });
    const service = provider({ price: () => undefined, submit: (request) => Promise.resolve(picture(request.shot)) });
    await rig.run([free, strict], [service]);
    expect(rig.ledger.jobs.counts(free.id).done).toBe(1);
    expect(rig.ledger.jobs.counts(strict.id).queued).toBe(1);
  });
});
