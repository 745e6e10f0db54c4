/** Work of a job that was canceled while it was under way. */
import { expect, it } from 'vitest';
import { galleryShots } from '../support/jobs.ts';
import { failure, openRig, picture, provider } from '../support/runner-rig.ts';

it('work that the user canceled says nothing of the service: other jobs go on at once', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(12), settings: { concurrency: 12 }, key: 'canceled' });
  await rig.run(job, [
    provider({
      submit: (request) => Promise.resolve({ state: 'accepted', remoteId: request.shot }),
      collect: () => {
        rig.ledger.jobs.cancel(job.id);
        return Promise.reject(failure('timeout'));
      },
    }),
  ]);
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ canceled: 12, leased: 0 });
  const next = rig.job({ shots: galleryShots(1), key: 'next' });
  const beganMs = rig.clock.now();
  await rig.run(next, [provider({ submit: (request) => Promise.resolve(picture(request.shot)) })]);
  expect([rig.ledger.jobs.counts(next.id).done, rig.clock.now() - beganMs < 1_000]).toEqual([1, true]);
});
