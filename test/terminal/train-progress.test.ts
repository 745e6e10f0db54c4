/** What a training says while it goes on. */
import { expect, it } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { progressLines } from '../../src/terminal/trained.ts';

const waiting: RunEvent = { event: 'shot_phase', job_id: '2', shot: 'train', phase: 'waiting' };
const submitted: RunEvent = {
  event: 'generation_submitted',
  at: '2026-11-22T00:00:00Z',
  job_id: '2',
  shot: 'train',
  remote_id: 'r-1',
};

it('is said once a minute, from the moment that the service took it', () => {
  let atMs = 5_000;
  const lineOf = progressLines({}, () => atMs);
  expect(lineOf(submitted)).toContain('accepted as r-1');
  const said = Array.from({ length: 30 }, () => ((atMs += 5_000), lineOf(waiting))).filter(
    (line) => line !== undefined,
  );
  expect(said).toEqual(['still training, 1 min 00 s', 'still training, 2 min 00 s']);
});

it('is not said where only what went wrong is wanted', () => {
  const lineOf = progressLines({ quiet: true }, () => 0);
  const notice = (level: 'info' | 'warn'): RunEvent => ({ event: 'notice', level, message: level });
  expect([submitted, waiting, notice('info'), notice('warn')].map(lineOf)).toEqual([
    undefined,
    undefined,
    undefined,
    'warn',
  ]);
});
