/** A clock that somebody sets while a run goes on: waits are as long as they were. */
import { describe, expect, it } from 'vitest';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

const STEPS_MS = [1_000, 180_000, 3_600_000, 86_400_000, 365 * 86_400_000].flatMap((ms) => [ms, -ms]);

describe('a clock that is set', () => {
  it.each(STEPS_MS)('by %i ms during a backoff makes nobody wait for it', async (byMs) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(2) });
    let sent = 0;
    const service = provider({
      submit: async (request) => {
        sent += 1;
        if (sent > 2) return picture(request.shot);
        void rig.clock.sleep(500).then(() => rig.clock.step(byMs));
        return Promise.reject(failure('rate-limited', { retryAfterMs: 20_000 }));
      },
    });
    await rig.run(job, [service]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 2 });
    expect(rig.clock.elapsed()).toBeLessThan(60_000);
    expect(sent).toBeLessThanOrEqual(6);
  });

  it.each(STEPS_MS)('by %i ms does not keep the shots of an ended process waiting', async (byMs) => {
    const rig = openRig();
    const job = rig.job({ shots: galleryShots(1) });
    let collected = 0;
    const service = provider({
      submit: async () => ({ state: 'accepted', remoteId: 'r1' }),
      collect: async () => {
        collected += 1;
        return { state: 'running', why: 'at work' };
      },
    });
    await rig.run(job, [service]);
    rig.clock.step(byMs);
    await rig.run(job, [{ ...service, collect: async () => picture('r1') }]);
    expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ done: 1 });
    expect(rig.clock.elapsed()).toBeLessThan(5_000);
    expect(collected).toBe(1);
  });
});
