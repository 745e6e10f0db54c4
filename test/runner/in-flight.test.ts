/** What a run waits for before it ends: every attempt that it began. */
import { getEventListeners } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InFlight } from '../../src/runner/in-flight.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { openLedgers } from '../support/ledgers.ts';

it('waits for a shot that was claimed again before the end of its last attempt was heard of', async () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const sleep = () => new Promise<void>(() => {});
  const flight = new InFlight({ ledger, now: Date.now, sleep, drain: new AbortController().signal }, [job]);
  let endFirst = (): void => {};
  let endSecond = (): void => {};
  const first = new Promise<void>((resolve) => (endFirst = resolve));
  const second = new Promise<void>((resolve) => (endSecond = resolve));
  flight.add({ attemptId: 1, shotId: 1, jobId: job.id }, first);
  const free = flight.places(job.id);
  flight.add({ attemptId: 2, shotId: 2, jobId: job.id }, second);
  endFirst();
  await turn();
  expect(flight.size).toBe(1);
  expect(flight.places(job.id)).toBe(free);
  let ended = false;
  const end = flight.ended().then(() => (ended = true));
  await turn();
  expect(ended).toBe(false);
  endSecond();
  await end;
  expect(flight.size).toBe(0);
});

it('leaves nothing at a stop signal that lives through many runs', async () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const { signal } = new AbortController();
  for (let runs = 0; runs < 3; runs += 1)
    await new InFlight({ ledger, now: Date.now, sleep: () => Promise.resolve(), drain: signal }, [job]).change();
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
