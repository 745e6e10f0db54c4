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

it.each([
  ['costs nothing: it fails, and waits for a retry', 'rejected', 'no', 'failed'],
  ['may have been charged: it is held', 'timeout', 'maybe', 'held'],
] as const)('work that somebody canceled at the service and that %s', async (_, kind, charged, state) => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(1), settings: { attemptsMax: 3 } });
  let sent = 0;
  const service = provider({
    submit: () => Promise.resolve({ state: 'accepted', remoteId: `r${(sent += 1)}` }),
    collect: () => Promise.reject(failure(kind, { charged, canceled: true })),
  });
  for (let run = 0; run < 3; run += 1) await rig.run(job, [service]);
  expect(sent).toBe(1);
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ [state]: 1 });
  rig.ledger.jobs.requeue(job.id, [state]);
  await rig.run(job, [service]);
  expect(sent).toBe(2);
});

it('a job that is canceled has canceled pictures, where the service tells so of their work', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(2) });
  const service = provider({
    submit: (request) => Promise.resolve({ state: 'accepted', remoteId: request.shot }),
    collect: () => {
      rig.ledger.jobs.cancel(job.id);
      return Promise.reject(failure('rejected', { canceled: true }));
    },
  });
  await rig.run(job, [service]);
  expect(rig.ledger.jobs.counts(job.id)).toMatchObject({ canceled: 2, failed: 0 });
});
