import { renderToString } from 'ink';
import stringWidth from 'string-width';
import { describe, expect, test } from 'vitest';
import type { RunEvent } from '../../../src/events.ts';
import { signsFor } from '../../../src/views/ink/look.ts';
import { Screen, layoutFor } from '../../../src/views/ink/screen.tsx';
import type { RunState } from '../../../src/views/state-model.ts';
import { initialState, reduce } from '../../../src/views/state.ts';
import { T0, completed, done, failed, opened, started, stored } from '../../support/view-events.ts';

const look = { color: false, links: false, signs: signsFor({ LANG: 'en_US.UTF-8' }), resume: 'imggen resume' };

function play(events: readonly RunEvent[]): RunState {
  return events.reduce((state, event, i) => reduce(state, event, T0 + i * 100), initialState());
}

function shown(state: RunState, columns: number, rows = 24): string[] {
  const screen = <Screen state={state} nowMs={T0 + 10_000} look={look} size={{ columns, rows }} />;
  return renderToString(screen, { columns }).split('\n');
}

const few = play([
  opened({ image_count: 3, concurrency: 2, uploads: true }),
  started('avatar'),
  completed('avatar'),
  { event: 'shot_phase', job_id: '3', shot: 'avatar', phase: 'uploading' },
  started('gallery-0002', 2),
  { event: 'generation_submitted', at: '', job_id: '3', shot: 'gallery-0002', remote_id: 'r2' },
  { event: 'shot_phase', job_id: '3', shot: 'gallery-0002', phase: 'waiting', progress: 0.4 },
  started('gallery-0003'),
  failed('gallery-0003', 'rate-limited', { retryAt: T0 + 22_000, message: 'slow down, please, the service is busy' }),
]);

const many = play([
  opened({
    image_count: 300,
    concurrency: 64,
    already_done: 20,
    character_name: 'ミラ・ソル 👩‍🚀 of the very long name',
  }),
  ...Array.from({ length: 30 }, (_, i) => done(`gallery-${1000 + i}`)).flat(),
  ...['refused', 'refused', 'timeout', 'unknown', 'canceled'].flatMap((type, i) => [
    started(`bad-${i}`),
    failed(`bad-${i}`, type),
  ]),
  ...Array.from({ length: 64 }, (_, i) => started(`gallery-${2000 + i}`)),
  { event: 'spend', job_id: '3', spent_usd: 0.775, reserved_usd: 1.6, spent_day_usd: 1.975 },
]);

describe.each([40, 80, 120, 200])('at %d columns', (columns) => {
  test.each([
    ['3 shots', few],
    ['300 shots', many],
    ['nothing yet', initialState()],
  ])('%s: no line is wider than the terminal, and the live part is smaller than it', (_title, state) => {
    for (const rows of [6, 10, 15, 24, 60]) {
      const lines = shown(state, columns, rows);
      expect(lines.length).toBeLessThan(rows);
      for (const line of lines) expect(stringWidth(line)).toBeLessThan(columns);
    }
  });
});

test('three shots at 80 columns: who, how far, for how much, which shot does what, and what Ctrl-C does', () => {
  expect(shown(few, 80)).toEqual([
    '',
    'Mira Sol · replicate black-forest-labs/flux-dev · create · job 3',
    '███████████░░░░░░░░░░░░░░░░░░░░░░░░  33 % 1/3',
    '$0.025 of $5.00 spent · today $1.20 of $20.00',
    '1 in flight · 0 queued · 1 to be tried again · 1 uploading',
    '› avatar        uploading                      9 s',
    '· gallery-0002  waiting at the provider        9 s  40 % · attempt 2',
    '↻ gallery-0003  will be tried again           12 s  rate-limited: slow down, p…',
    'Ctrl-C: lets go of 1 at the provider, `imggen resume` collects',
  ]);
});

test('at a wide terminal, what Ctrl-C does to what is in flight is told whole', () => {
  expect(shown(few, 120).at(-1)).toBe(
    'Ctrl-C: sends nothing new, lets go of 1 at the provider, `imggen resume` collects',
  );
});

test('three shots at 40 columns: the same in fewer words', () => {
  expect(shown(few, 40)).toEqual([
    '',
    'Mira Sol · create · job 3',
    '█████░░░░░░░░░░░░  33 % 1/3',
    '$0.025 of $5.00 spent',
    '1 in flight · 0 queued · 1 uploading',
    '› avatar        uploading        9 s',
    '· gallery-0002  waiting          9 s',
    '↻ gallery-0003  again in        12 s',
    'Ctrl-C stops, `imggen resume` collects',
  ]);
});

test('300 shots: as many as fit, the others counted, endings beside the bar', () => {
  const lines = shown(many, 120);
  expect(lines.filter((line) => line.includes(' sending '))).toHaveLength(11);
  expect(lines).toContain('  +53 more');
  expect(lines[2]).toContain(' 16 %  50/300 · 2 refused · 1 failed · 1 held · 1 canceled');
  expect(lines[3]).toContain('$1.60 reserved');
  expect(lines[4]).toBe('64 in flight · 181 queued · 20 already done before');
});

test('a shot keeps its line when another one ends', () => {
  const state = play([
    opened({ concurrency: 3 }),
    started('a'),
    started('b'),
    started('c'),
    completed('a'),
    stored('a'),
  ]);
  const rows = shown(state, 80).filter((line) => /^› [abc] |^$|^ $/.test(line));
  expect(rows.slice(1).map((line) => line.trim().split(/\s+/)[1])).toEqual([undefined, 'b', 'c']);
});

test('after the first Ctrl-C the last line says what is being waited for', () => {
  const draining: RunEvent = { event: 'draining', signal: 'SIGINT', in_flight: 1 };
  const state = reduce(few, draining, T0 + 1000);
  expect(shown(state, 120).at(-1)).toBe(
    'Stopping: 1 uploading, letting go of 1. Ctrl-C again: stops at once, `imggen resume` goes on',
  );
  expect(shown(state, 40).at(-1)).toBe('Stopping: 2 pictures to wait for');
});

test('the budget that stopped the run stands beside the money', () => {
  const reached: RunEvent = { event: 'budget_reached', at: '', job_id: '3', cap: 'run', spent_usd: 5, reserved_usd: 0 };
  expect(shown(reduce(few, reached, T0), 120)[3]).toContain('the budget of the job (perRunUsd) is reached');
});

test('several characters share one screen', () => {
  const state = play([opened(), opened({ job_id: '4', character_name: 'Bo' }), started('avatar', 1, '4')]);
  const lines = shown(state, 80);
  expect(lines[1]).toMatch(/^2 characters: Mira Sol, Bo/);
  expect(lines[5]).toMatch(/^› Bo avatar/);
});

test('several jobs of one character are told apart', () => {
  const state = play([opened(), opened({ job_id: '4' }), started('avatar', 1, '4')]);
  const lines = shown(state, 80);
  expect(lines[1]).toMatch(/^2 jobs: Mira Sol ·/);
  expect(lines[5]).toMatch(/^› job 4 avatar/);
});

test('who only looks on is told that Ctrl-C leaves the run alone', () => {
  const state = play([opened({ watched: true }), started('avatar')]);
  expect(shown(state, 80).at(-1)).toBe('Ctrl-C stops watching; the run goes on');
  expect(shown(state, 30).at(-1)).toBe('Ctrl-C stops watching');
});

test('the smallest terminal still has the bar', () => {
  expect(layoutFor(3, 5)).toMatchObject({ header: false, shots: 0 });
  expect(shown(few, 40, 3)).toEqual(['█████░░░░░░░░░░░░  33 % 1/3']);
});

test('a locale without UTF-8 gets ASCII', () => {
  const ascii = { ...look, signs: signsFor({ LANG: 'C' }) };
  const text = renderToString(<Screen state={few} nowMs={T0} look={ascii} size={{ columns: 60, rows: 24 }} />, {
    columns: 60,
  });
  expect(text.replace(/…/g, '')).toMatch(/^[\n\u0020-\u007e]*$/);
});

test('what the run waits for is shown while nothing of it moves', () => {
  const at = new Date(T0).toISOString();
  const message = 'waiting: process 7 works on the rest of job 3';
  const events: RunEvent[] = [
    opened({}),
    { event: 'waiting', at, job_id: '3', reason: 'others', waited_ms: 0, message },
  ];
  expect(shown(play(events), 80).join('\n')).toContain(message);
  expect(shown(play([...events, started('avatar')]), 80).join('\n')).not.toContain('waiting:');
});
