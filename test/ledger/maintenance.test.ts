import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../simulation/scene.ts';
import { finish, openBooks } from './books.ts';

it('takes a character for in use from the first look of a run to its last, also between two of its leases', () => {
  const books = openBooks();
  const [a, b] = [books.connection('a'), books.connection('b')];
  const job = makeJob(a, books.folder, { shots: galleryShots(1) });
  expect(b.maintenance.isAtWork('mira')).toBe(false);
  a.jobs.openRun([job.id]);
  finish(a, books.claimed(a, [job.id]));
  expect(b.maintenance.isAtWork('mira')).toBe(true);
  expect(a.maintenance.isAtWork('mira')).toBe(false);
  a.jobs.closeRun(job.id, books.nowMs);
  expect(b.maintenance.isAtWork('mira')).toBe(false);
});

it('takes it for free when the process has died, and forgets the dead at the next run', () => {
  const books = openBooks();
  const [a, b] = [books.connection('a'), books.connection('b')];
  const job = makeJob(a, books.folder, { shots: galleryShots(1) });
  a.jobs.openRun([job.id]);
  books.dead.add('a');
  expect(b.maintenance.isAtWork('mira')).toBe(false);
  b.jobs.openRun([job.id]);
  expect(books.db.prepare('SELECT owner FROM workers').pluck().all()).toEqual(['b']);
});
