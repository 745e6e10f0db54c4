/** A ledger that fails as an upload is recorded. */
import { expect, it } from 'vitest';
import { uploads } from '../../src/runner/after/upload.ts';
import { contextOf, galleryShots, optionsOf } from '../support/jobs.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';
import paper from '../storage/made-up.ts';

it('an upload that the ledger could not record is no failure of the store, and stops the run', async () => {
  const rig = openRig();
  const job = rig.job({ shots: galleryShots(2), settings: { store: 'paper' } });
  const store = await paper.create({ options: {}, keyVariables: [], env: {}, fetch, now: rig.clock.now });
  rig.ledger.uploads.done = () => {
    throw Object.assign(new Error('database or disk is full'), { code: 'SQLITE_FULL' });
  };
  const { now, elapsed, sleep } = rig.clock;
  const quiet = { download: () => Promise.reject(new Error('no')), newKey: () => 'k' };
  const context = contextOf({ ledger: rig.ledger, now, elapsed, sleep, ...quiet, provide: [] });
  const after = uploads({
    ...context,
    ...optionsOf([job.id]),
    tell: (event) => rig.heard.push(event),
    stores: new Map([['paper', store]]),
  });
  const service = provider({ submit: (request) => Promise.resolve(picture(request.shot)) });
  const result = await rig.run(job, [service], { after });
  expect(result.stop?.reason).toBe('disk');
  expect(rig.ledger.uploads.open(job.id)).toEqual({ pending: 2, failed: 0 });
  const notices = rig.heard.flatMap((event) => (event.event === 'notice' ? [event.message] : []));
  expect(notices.filter((message) => message.includes('not uploaded'))).toEqual([]);
});
