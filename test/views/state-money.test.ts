import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { progressOf, ratePerMinute, spendOf, timeLeftMs } from '../../src/views/progress.ts';
import { ACTIVE_MAX, COMPLETIONS_KEPT, FINISHED_KEPT } from '../../src/views/state-model.ts';
import type { RunState } from '../../src/views/state-model.ts';
import { initialState, reduce } from '../../src/views/state.ts';
import { T0, completed, done, ended, failed, opened, started, stored } from '../support/view-events.ts';

function play(events: readonly RunEvent[], from: RunState = initialState(), stepMs = 0): RunState {
  return events.reduce((state, event, i) => reduce(state, event, T0 + i * stepMs), from);
}

describe('money, rate and time left', () => {
  test('costs are added up until the runner says what is spent', () => {
    let state = play([opened({ spent_usd: 1 }), ...done('avatar')]);
    expect(spendOf(state)).toMatchObject({ spentUsd: 1.025 });
    state = play(
      [{ event: 'spend', job_id: '3', spent_usd: 1.5, reserved_usd: 0.1, spent_day_usd: 3 }, ...done('b')],
      state,
    );
    expect(spendOf(state)).toMatchObject({ spentUsd: 1.5, reservedUsd: 0.1, dayUsd: 3, capRunUsd: 5 });
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
