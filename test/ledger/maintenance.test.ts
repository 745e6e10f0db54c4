import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('takes a character for in use from the first look of a run to its last, also between two of its leases', () => {
  const ledgers = openLedgers();
  const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
  const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
  expect(b.maintenance.isAtWork('mira')).toBe(false);
  const run = a.jobs.openRun([job.id]);
  finish(a, ledgers.claimed(a, [job.id]));
  expect(b.maintenance.isAtWork('mira')).toBe(true);
  expect(a.maintenance.isAtWork('mira')).toBe(true);
  run.close(job.id, ledgers.nowMs);
  expect(b.maintenance.isAtWork('mira')).toBe(false);
});

it('takes it for in use until the last of two runs of one process on one job has ended', () => {
  const ledgers = openLedgers();
  const [a, b] = [ledgers.connection('a'), ledgers.connection('b')];
  const job = makeJob(a, ledgers.folder, { shots: galleryShots(1) });
  const [first, second, third] = [a.jobs.openRun([job.id]), a.jobs.openRun([job.id]), a.jobs.openRun([job.id])];
  first.close(job.id, ledgers.nowMs);
  first.leave();
  expect(b.maintenance.isAtWork('mira')).toBe(true);
  second.leave();
  expect(b.maintenance.isAtWork('mira')).toBe(true);
  third.close(job.id, ledgers.nowMs);
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
  expect(ledgers.db.prepare('SELECT owner FROM runs').pluck().all()).toEqual(['b']);
});
