/** What the views make of faces that were compared, and of other takes. */
import { expect, test } from 'vitest';
import type { PublicEvent, RunEvent } from '../../src/events.ts';
import { createLineWriter } from '../../src/views/lines.ts';
import { progressOf } from '../../src/views/progress.ts';
import { initialState, reduce } from '../../src/views/state.ts';
import { T0, completed, failed, opened, started, stored } from '../support/view-events.ts';

const TAKE = 'gallery-0001-take-2';

function scored(shot: string, score: number, more: object = {}): PublicEvent {
  const filename = 'mira_sol_image_00001.png';
  return { event: 'image_scored', at: '', job_id: '3', shot, character_id: 'mira-sol', filename, score, ...more };
}

function take(): RunEvent[] {
  const done = completed(TAKE);
  return [started(TAKE), { ...done, take_of: 'gallery-0001' } as RunEvent, stored(TAKE)];
}

const FIRST = [started('gallery-0001'), completed('gallery-0001'), stored('gallery-0001')];

test('a likeness is told in a line of its own, and which picture it looks like', () => {
  const writer = createLineWriter({ addresses: 'all', resume: 'imggen resume' });
  const lines = [
    opened(),
    ...FIRST,
    scored('gallery-0001', 0.9679),
    scored('gallery-0002', 0.5, { looks_like: 'a.png' }),
  ]
    .flatMap((event) => writer.take(event, T0))
    .filter((line) => line.includes('same face'));
  expect(lines).toEqual([
    'gallery-0001 same face 0.96 · mira_sol_image_00001.png',
    'gallery-0002 same face 0.50, looks like a.png · mira_sol_image_00001.png',
  ]);
});

test('another take is made and paid, and counted with none of the pictures that were asked for', () => {
  const events = [opened({ image_count: 1 }), ...FIRST, scored('gallery-0001', 0.1), ...take(), scored(TAKE, 0.9)];
  const state = events.reduce((before, event) => reduce(before, event, T0), initialState());
  expect(progressOf(state)).toMatchObject({ imageCount: 1, done: 1, queued: 0, inFlight: 0, remaining: 0 });
  expect(state.finished.map(({ shot, ending }) => `${shot} ${ending}`)).toEqual([
    'gallery-0001 done',
    'gallery-0001 scored',
    `${TAKE} done`,
    `${TAKE} scored`,
  ]);
  expect(state.jobs.get('3')?.spentUsd).toBeCloseTo(0.05);
});

test('another take that fails is no failed picture', () => {
  const lost = { ...failed(TAKE, 'refused'), take_of: 'gallery-0001' } as RunEvent;
  const events = [opened({ image_count: 1 }), ...FIRST, started(TAKE), lost, started(TAKE), lost];
  const state = events.reduce((before, event) => reduce(before, event, T0), initialState());
  expect(progressOf(state)).toMatchObject({ done: 1, refused: 0, failed: 0, remaining: 0 });
  expect(state.finished.at(-1)).toMatchObject({ shot: TAKE, ending: 'refused' });
});
