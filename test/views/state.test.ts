import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { progressOf, shotsInOrder } from '../../src/views/progress.ts';
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

  test('shots that failed or are held since earlier runs are not queued, and no time is told for them', () => {
    const state = play([opened({ already_done: 4, already_ended: 2 }), started('a')]);
    expect(progressOf(state)).toMatchObject({ imageCount: 11, done: 4, failed: 0, remaining: 5, queued: 4 });
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
