import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('takes a character for in use from the first look of a run to its last, also between two of its leases', () => {
  const ledgers = openLedgers();
  const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
  const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
  expect(b.maintenance.isAtWork('mira')).toBe(false);
  a.jobs.openRun([job.id]);
  finish(a, ledgers.claimed(a, [job.id]));
  expect(b.maintenance.isAtWork('mira')).toBe(true);
  expect(a.maintenance.isAtWork('mira')).toBe(true);
  a.jobs.closeRun(job.id, ledgers.nowMs);
  expect(b.maintenance.isAtWork('mira')).toBe(false);
});

it('takes it for free when the process has ended, and forgets that process at the next run', () => {
  const ledgers = openLedgers();
  const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
  const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
  a.jobs.openRun([job.id]);
  ledgers.ended.add('a');
  expect(b.maintenance.isAtWork('mira')).toBe(false);
  b.jobs.openRun([job.id]);
  expect(ledgers.db.prepare('SELECT owner FROM workers').pluck().all()).toEqual(['b']);
});
