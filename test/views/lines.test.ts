import { expect, test } from 'vitest';
import type { RunEvent } from '../../src/events.ts';
import { createLineWriter, createLinesView } from '../../src/views/lines.ts';
import {
  T0,
  completed,
  done,
  ended,
  failed,
  opened,
  started,
  stored,
  streams,
  summary,
} from '../support/view-events.ts';

function linesOf(events: readonly RunEvent[], addresses: 'all' | 'avatar' = 'all'): string[] {
  const writer = createLineWriter({ addresses, resume: 'imggen resume' });
  return events.flatMap((event) => writer.take(event, T0));
}

test('a run is told in one line for its beginning and one for each shot that ended', () => {
  expect(
    linesOf([
      opened({ already_done: 2 }),
      ...done('avatar'),
      started('b'),
      failed('b', 'refused', { message: 'no nudity' }),
      ended(),
    ]),
  ).toEqual([
    'Mira Sol · create · job 3 · replicate black-forest-labs/flux-dev · 11 pictures (2 already ' +
      'done), 4 at a time · at most $5.00 a job, $20.00 a day · into images/mira-sol',
    'avatar done in 1.2 s · avatar.png · $0.025 · 3/11',
    'b refused: no nudity · 4/11',
  ]);
});

test('300 shots are 301 lines', () => {
  const shots = Array.from({ length: 300 }, (_, i) => done(`gallery-${i}`)).flat();
  expect(linesOf([opened({ image_count: 300 }), ...shots, ended()])).toHaveLength(301);
});

test('a job that is only uploaded is not announced as one to be made', () => {
  expect(linesOf([opened({ uploads_only: true }), opened({ job_id: '4', uploads_only: true })])).toEqual([]);
});

test('web addresses are told for all shots, or for the avatar alone', () => {
  const events = ['avatar', 'b'].flatMap((shot) => [completed(shot), stored(shot, `https://cdn.example.com/${shot}`)]);
  expect(linesOf([opened(), ...events]).filter((line) => line.includes('https://'))).toHaveLength(2);
  expect(linesOf([opened(), ...events], 'avatar').filter((line) => line.includes('https://'))).toHaveLength(1);
});

test('a storm of retries is told now and then, with how many it was', () => {
  const writer = createLineWriter({ addresses: 'all', resume: 'imggen resume' });
  const retry = (shot: string, nowMs: number): string[] =>
    writer.take(failed(shot, 'rate-limited', { retryAt: nowMs + 12_000, message: 'slow down' }), nowMs);
  expect(retry('a', T0)).toEqual(['a rate-limited, again in 12 s: slow down']);
  expect([...retry('b', T0 + 10), ...retry('c', T0 + 20)]).toEqual([]);
  expect(retry('d', T0 + 20_000)).toEqual(['d rate-limited, again in 12 s: slow down (and 2 more of these before)']);
  expect(writer.take(failed('e', 'unavailable', { retryAt: T0 + 30_000 }), T0 + 20_001)).toHaveLength(1);
});

test('after half a minute of silence a line says what is being waited for', () => {
  const writer = createLineWriter({ addresses: 'all', resume: 'imggen resume' });
  for (const event of [opened(), started('avatar')]) writer.take(event, T0);
  expect(writer.heartbeat(T0 + 29_000)).toEqual([]);
  expect(writer.heartbeat(T0 + 31_000)).toEqual(['waiting: 1 in flight, 10 to go · avatar for 31 s · 0/11 done']);
  expect(writer.heartbeat(T0 + 32_000)).toEqual([]);
});

test('budget, warnings and the first Ctrl-C have a line', () => {
  const lines = linesOf([
    opened(),
    { event: 'budget_reached', at: '', job_id: '3', cap: 'run', spent_usd: 4.9, reserved_usd: 0.1 },
    { event: 'notice', level: 'warn', message: 'seed is\u001b[31m not honored' },
    { event: 'draining', signal: 'SIGTERM', in_flight: 1 },
  ]);
  expect(lines.slice(1)).toEqual([
    'the budget of the job (perRunUsd) is reached, nothing more is sent: $4.90 spent, $0.10 reserved',
    'warning: seed is not honored',
    'SIGTERM: stopping: no new requests; waiting for 1 picture in flight',
  ]);
});

test('with several characters a line says whose shot it was', () => {
  const lines = linesOf([
    opened(),
    opened({ job_id: '4', character_name: 'Bo' }),
    completed('avatar', '4'),
    stored('avatar', 'x', '4'),
  ]);
  expect(lines.at(-1)).toMatch(/^Bo avatar done/);
});

test('with two jobs of one character a line says which job it was', () => {
  const lines = linesOf([
    opened(),
    opened({ job_id: '4' }),
    completed('avatar', '4'),
    stored('avatar', 'x', '4'),
    failed('b', 'rate-limited', { retryAt: T0 + 12_000, message: 'slow down' }),
    { event: 'budget_reached', at: '', job_id: '4', cap: 'day', spent_usd: 1, reserved_usd: 0 },
  ]);
  expect(lines.slice(2)).toEqual([
    expect.stringMatching(/^job 4 avatar done/),
    'job 3 b rate-limited, again in 12 s: slow down',
    expect.stringMatching(/^job 4: the budget of the day \(perDayUsd\) is reached/),
  ]);
});

test('the view writes lines with their time, then the summary', async () => {
  const target = streams();
  const view = createLinesView(target);
  for (const event of [opened(), ...done('avatar')]) view.handle(event);
  await view.close(summary());
  expect(target.stdout.text).toMatch(
    /^\[\d\d:\d\d:\d\d\] Mira Sol .*\n\[\d\d:\d\d:\d\d\] avatar done .*\nAll 11 images are made\.\n/,
  );
  expect(target.stdout.text).not.toContain('\u001b');
});
