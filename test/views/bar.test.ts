import { expect, test } from 'vitest';
import { barWords, createBarView } from '../../src/views/bar.ts';
import { initialState, reduce } from '../../src/views/state.ts';
import {
  FakeTerminal,
  T0,
  completed,
  done,
  failed,
  opened,
  started,
  streams,
  summary,
} from '../support/view-events.ts';

test('beside the bar: how far, what went wrong, money, rate, time left, stopping', () => {
  let state = reduce(initialState(), opened(), T0);
  expect(barWords(state, T0)).toBe('0/11 · $0.00');
  for (const event of [completed('a'), completed('b'), started('c'), failed('c', 'refused')])
    state = reduce(state, event, T0 + 10_000);
  expect(barWords(state, T0 + 10_000)).toBe('2/11 · 1 refused · $0.05 · 12.0/min · 40 s left');
  state = reduce(state, { event: 'draining', signal: 'SIGINT', in_flight: 0 }, T0 + 10_000);
  expect(barWords(state, T0 + 10_000)).toBe('2/11 · 1 refused · $0.05 · 12.0/min · stopping');
});

test('lines stand above the bar, whole, and the bar is gone at the end', async () => {
  const target = streams({ stdout: new FakeTerminal({ columns: 60, rows: 24 }) });
  const view = createBarView(target);
  for (const event of [opened(), ...done('avatar')]) view.handle(event);
  await view.close(summary());
  const { text } = target.stdout;
  expect(text).toContain('at most $5.00 a job, $20.00 a day · into images/mira-sol\n');
  expect(text).toContain('avatar done in 1.2 s · avatar.png · $0.025 · 1/11\n');
  expect(text).toContain('[=--------------] 1/11');
  expect(text.indexOf('All 11 images are made.')).toBeGreaterThan(text.lastIndexOf('1/11'));
  // It would have to switch the wrapping of lines, or the cursor, back on: it must not have switched them off.
  expect(text).not.toMatch(/\u001b\[\?(7|25)l/);
});
