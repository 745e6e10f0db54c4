import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { progressOf, ratePerMinute, shotsInOrder, spendOf, timeLeftMs } from '../../src/views/progress.ts';
import { ACTIVE_MAX, COMPLETIONS_KEPT, FINISHED_KEPT } from '../../src/views/state-model.ts';
import type { RunState } from '../../src/views/state-model.ts';
import { initialState, reduce } from '../../src/views/state.ts';
import { T0, completed, done, ended, failed, opened, started, stored } from '../support/view-events.ts';

function play(events: readonly RunEvent[], from: RunState = initialState(), stepMs = 0): RunState {
  return events.reduce((state, event, i) => reduce(state, event, T0 + i * stepMs), from);
}

function shotOf(state: RunState, name: string) {
  return [...state.active.values()].find((shot) => shot.shot === name);
}

describe('counting', () => {
  test('shots of earlier runs are done from the start', () => {
    const progress = progressOf(play([opened({ already_done: 4 })]));
    expect(progress).toMatchObject({ imageCount: 11, done: 4, remaining: 7, queued: 7, inFlight: 0 });
  });

  test('a shot moves from the queue through its phases to done', () => {
    let state = play([opened(), started('avatar')]);
    expect(shotOf(state, 'avatar')?.phase).toBe('sending');
    expect(progressOf(state)).toMatchObject({ inFlight: 1, queued: 10 });
    state = play([{ event: 'generation_submitted', at: '', job_id: '3', shot: 'avatar', remote_id: 'r' }], state);
    expect(shotOf(state, 'avatar')?.phase).toBe('waiting');
    state = play([completed('avatar'), stored('avatar')], state);
    expect(progressOf(state)).toMatchObject({ done: 1, inFlight: 0, queued: 10 });
    expect(state.finished).toMatchObject([
      { shot: 'avatar', ending: 'done', position: 1, imageCount: 11, costUsd: 0.025 },
    ]);
  });

  test('refused, unknown, canceled and other failures are told apart', () => {
    const state = play([
      opened(),
      ...['refused', 'unknown', 'canceled', 'timeout'].flatMap((type) => [started(type), failed(type, type)]),
    ]);
    expect(progressOf(state)).toMatchObject({ refused: 1, held: 1, canceled: 1, failed: 1, done: 0, remaining: 7 });
    expect(state.finished.map((shot) => shot.ending)).toEqual(['refused', 'held', 'canceled', 'failed']);
  });

  test('a shot that was given up and is found after all counts once', () => {
    const held = play([opened(), started('avatar'), failed('avatar', 'unknown')]);
    const found = play([completed('avatar'), stored('avatar')], held);
    expect(progressOf(found)).toMatchObject({ held: 0, done: 1, remaining: 10 });
    expect(found.finished.at(-1)).toMatchObject({ ending: 'done', position: 1 });
  });

  test('a shot that failed at one provider and goes to the next is in flight again, and may fail again', () => {
    const again = play([opened(), started('b'), failed('b', 'unavailable'), started('b', 2)]);
    expect(progressOf(again)).toMatchObject({ failed: 0, inFlight: 1 });
    expect(progressOf(play([failed('b', 'refused')], again))).toMatchObject({ failed: 0, refused: 1, remaining: 10 });
  });

  test('an interrupted shot goes back to the queue and is no failure', () => {
    const state = play([opened(), started('avatar'), failed('avatar', 'interrupted')]);
    expect(progressOf(state)).toMatchObject({ failed: 0, inFlight: 0, queued: 11 });
    expect(state.finished).toEqual([]);
  });

  test('a failure with a next attempt waits for it and keeps its place on the screen', () => {
    const before = play([opened(), started('avatar'), started('training-01')]);
    const waiting = play([failed('avatar', 'rate-limited', { retryAt: T0 + 9000, message: 'slow down' })], before);
    expect(shotOf(waiting, 'avatar')).toMatchObject({
      phase: 'backoff',
      untilMs: T0 + 9000,
      reason: 'slow down',
      slot: 0,
    });
    expect(progressOf(waiting)).toMatchObject({ backoff: 1, inFlight: 1, failed: 0 });
    expect(shotsInOrder(waiting).map((shot) => shot.shot)).toEqual(['training-01', 'avatar']);
    const again = play([started('avatar', 2)], waiting);
    expect(shotOf(again, 'avatar')).toMatchObject({ phase: 'sending', attempt: 2, untilMs: undefined });
  });

  test('a phase signal of backoff does not forget when the next attempt is', () => {
    const state = play([
      opened(),
      started('avatar'),
      failed('avatar', 'unavailable', { retryAt: T0 + 9000 }),
      { event: 'shot_phase', job_id: '3', shot: 'avatar', phase: 'backoff' },
    ]);
    expect(shotOf(state, 'avatar')?.untilMs).toBe(T0 + 9000);
  });

  test('a shot that goes back to the queue no longer moves', () => {
    const state = play([
      opened(),
      started('avatar'),
      { event: 'shot_phase', job_id: '3', shot: 'avatar', phase: 'queued' },
    ]);
    expect(state.active.size).toBe(0);
  });

  test('a signal that comes late does not bring a finished shot back', () => {
    const state = play([opened(), ...done('a'), { event: 'shot_phase', job_id: '3', shot: 'a', phase: 'saving' }]);
    expect(state.active.size).toBe(0);
  });

  test('two jobs with shots of the same name do not mix', () => {
    const state = play([
      opened(),
      opened({ job_id: '4', character_name: 'Other', image_count: 2 }),
      started('avatar'),
      started('avatar', 1, '4'),
      completed('avatar', '4'),
      stored('avatar', 'x', '4'),
    ]);
    expect(progressOf(state)).toMatchObject({ imageCount: 13, done: 1, inFlight: 1 });
    expect(state.jobs.get('4')?.completed).toBe(1);
    expect(state.jobs.get('3')?.completed).toBe(0);
  });

  test('events of a job that was never opened do no harm', () => {
    const state = play([...done('avatar'), failed('b', 'refused'), ended()]);
    expect(progressOf(state).imageCount).toBe(0);
  });
});

describe('uploads', () => {
  const url = 'https://cdn.example.com/a.png';

  test('a shot moves until it is uploaded, and counts as done before', () => {
    const saved = play([opened({ uploads: true }), started('avatar'), completed('avatar'), stored('avatar')]);
    expect(progressOf(saved)).toMatchObject({ done: 1, uploading: 1, inFlight: 0 });
    expect(saved.finished).toEqual([]);
    const uploaded = play([stored('avatar', url)], saved);
    expect(uploaded.finished).toMatchObject([{ ending: 'done', url }]);
    expect(uploaded.active.size).toBe(0);
  });

  test('the file may be told of before the completion', () => {
    const state = play([opened(), started('avatar'), stored('avatar'), completed('avatar')]);
    expect(state.finished).toMatchObject([{ ending: 'done', filename: 'avatar.png' }]);
  });

  test('the upload of an earlier run is no new image', () => {
    const state = play([opened({ uploads: true, already_done: 11 }), stored('avatar', url)]);
    expect(state.finished).toMatchObject([{ ending: 'uploaded', url }]);
    expect(progressOf(state)).toMatchObject({ done: 11, remaining: 0 });
  });

  test('an image whose upload failed is done all the same, and says why it is not uploaded', () => {
    const state = play([
      opened({ uploads: true }),
      started('avatar'),
      completed('avatar'),
      stored('avatar'),
      failed('avatar', 'unavailable', { message: 'store is down' }),
    ]);
    expect(state.finished).toMatchObject([{ ending: 'done', message: 'store is down' }]);
    expect(progressOf(state)).toMatchObject({ done: 1, failed: 0 });
  });

  test('an image that is still not uploaded when the job ends is told of then', () => {
    const state = play([opened({ uploads: true }), started('avatar'), completed('avatar'), started('b'), ended()]);
    expect(state.finished.map((shot) => shot.shot)).toEqual(['avatar']);
    expect(state.active.size).toBe(0);
  });
});

describe('money, rate and time left', () => {
  test('costs are added up until the runner says what is spent', () => {
    let state = play([opened({ spent_usd: 1 }), ...done('avatar')]);
    expect(spendOf(state)).toMatchObject({ spentUsd: 1.025, runUsd: 0.025 });
    state = play(
      [{ event: 'spend', job_id: '3', spent_usd: 1.5, reserved_usd: 0.1, spent_day_usd: 3 }, ...done('b')],
      state,
    );
    expect(spendOf(state)).toMatchObject({ spentUsd: 1.5, runUsd: 0.5, reservedUsd: 0.1, dayUsd: 3, capRunUsd: 5 });
  });

  test('the cap that stopped the run is remembered', () => {
    const state = play([
      opened(),
      { event: 'budget_reached', at: '', job_id: '3', cap: 'day', spent_usd: 20, reserved_usd: 0 },
    ]);
    expect(state.jobs.get('3')?.budgetReached).toBe('day');
  });

  test('the rate needs two images, then says images a minute and the time for the rest', () => {
    let state = reduce(initialState(), opened(), T0);
    state = reduce(state, completed('a'), T0 + 5000);
    expect(ratePerMinute(state, T0 + 5000)).toBeUndefined();
    state = reduce(state, completed('b'), T0 + 10_000);
    expect(ratePerMinute(state, T0 + 10_000)).toBeCloseTo(12);
    expect(timeLeftMs(state, T0 + 10_000)).toBeCloseTo(45_000);
    expect(ratePerMinute(state, T0 + 20_000)).toBeCloseTo(6);
  });

  test('the rate forgets a slow beginning', () => {
    let state = reduce(initialState(), opened({ image_count: 1000 }), T0);
    for (let i = 0; i < 100; i += 1) state = reduce(state, completed(`s${i}`), T0 + 3_600_000 + i * 1000);
    expect(ratePerMinute(state, T0 + 3_600_000 + 99_000)).toBeCloseTo(60);
  });

  test('nothing is foretold of a run that is stopping, and nothing is left at the end', () => {
    const state = play([opened({ image_count: 3 }), ...done('a'), ...done('b')], initialState(), 100);
    expect(timeLeftMs(state, T0 + 1000)).toBeGreaterThan(0);
    expect(timeLeftMs(play([{ event: 'draining', signal: 'SIGINT', in_flight: 0 }], state), T0 + 1000)).toBeUndefined();
    expect(timeLeftMs(play(done('c'), state), T0 + 1000)).toBe(0);
  });
});

describe('bounds', () => {
  test('a job of 10,000 shots leaves a small state', () => {
    let state = play([opened({ image_count: 10_000 })]);
    for (let i = 0; i < 10_000; i += 1) {
      const shot = `gallery-${i}`;
      state = reduce(state, { event: 'shot_phase', job_id: '3', shot, phase: 'queued' }, T0);
      for (const event of done(shot)) state = reduce(state, event, T0);
    }
    expect(state.active.size).toBe(0);
    expect(state.finished).toHaveLength(FINISHED_KEPT);
    expect(state.completions).toHaveLength(COMPLETIONS_KEPT);
    expect(state.finishedCount).toBe(10_000);
    expect(progressOf(state)).toMatchObject({ done: 10_000, remaining: 0 });
  });

  test('a storm of retries is bounded, and what is forgotten counts as queued', () => {
    let state = play([opened({ image_count: 1000 })]);
    for (let i = 0; i < 600; i += 1) {
      state = play([started(`s${i}`), failed(`s${i}`, 'rate-limited', { retryAt: T0 + 1 })], state);
    }
    expect(state.active.size).toBe(ACTIVE_MAX);
    const progress = progressOf(state);
    expect(progress.queued + progress.backoff).toBe(1000);
  });

  test('an event changes nothing in the state before it', () => {
    const before = play([opened(), started('avatar')]);
    const copy = structuredClone(before);
    play([completed('avatar'), stored('avatar'), failed('b', 'refused'), ended()], before);
    expect(before).toEqual(copy);
  });

  test('what comes from outside cannot drive a terminal', () => {
    const state = play([
      opened({ character_name: 'Mi\u001b[31mra\u0007' }),
      started('a\u001b]0;x\u0007vatar'),
      failed('b', 'refused', { message: 'no\u001b[2J\nreally' }),
    ]);
    expect(JSON.stringify([[...state.jobs], [...state.active], state.finished])).not.toMatch(/\\u001b|\\u0007|\\n/);
    expect(state.finished).toMatchObject([{ message: 'no really' }]);
  });
});
