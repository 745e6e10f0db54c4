import { expect, onTestFinished, test, vi } from 'vitest';
import { setImmediate } from 'node:timers/promises';
import { createInkView } from '../../../src/views/ink/view.tsx';
import { eraseReflowed, reflowedRows } from '../../../src/views/ink/reflow.ts';
import {
  FakeTerminal,
  T0,
  completed,
  done,
  opened,
  started,
  stored,
  streams,
  summary,
} from '../../support/view-events.ts';

/** At least a tick of the view, in ms. */
const TICK_MS = 100;
const CLEARS_SCREEN = /\u001b\[[23]?J|\u001b\[H|\u001b\[1;1H|\u001bc/;

function terminal(change: { now?: () => number; columns?: number; rows?: number } = {}) {
  const stdout = new FakeTerminal({ columns: change.columns ?? 80, rows: change.rows ?? 24 });
  return streams({ stdout, now: change.now ?? (() => Date.now()) });
}

test('a live run of 300 shots never clears the screen, tells each shot once and ends with the summary', async () => {
  const target = terminal();
  const view = createInkView(target);
  view.handle(opened({ image_count: 300 }));
  for (let i = 0; i < 300; i += 1) {
    for (const event of done(`gallery-${1000 + i}`)) view.handle(event);
    if (i % 100 === 0) await expect.poll(() => target.stdout.text).toContain(`✓ gallery-${1000 + i} `);
  }
  await view.close(summary({ headline: 'All 300 images are made.' }));
  const { text } = target.stdout;
  expect(text).not.toMatch(CLEARS_SCREEN);
  for (let i = 0; i < 300; i += 1) expect(text.split(`✓ gallery-${1000 + i} `)).toHaveLength(2);
  expect(text.indexOf('All 300 images are made.')).toBeGreaterThan(text.lastIndexOf('✓ gallery-'));
  expect(text.lastIndexOf('\u001b[?25h')).toBeGreaterThan(text.lastIndexOf('\u001b[?25l'));
});

test('thousands of events between two ticks are one frame', async () => {
  // The ticks come when the test says so.
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
  onTestFinished(() => void vi.useRealTimers());
  const target = terminal({ now: () => T0 });
  let writes = 0;
  target.stdout.on('data', () => (writes += 1));
  const view = createInkView(target);
  view.handle(opened({ image_count: 5000, concurrency: 1 }));
  vi.advanceTimersByTime(TICK_MS);
  await expect.poll(() => target.stdout.text).toContain('Mira Sol');
  await setImmediate();
  const before = writes;
  for (let i = 0; i < 2000; i += 1) {
    view.handle({ event: 'shot_phase', job_id: '3', shot: 'a', phase: 'waiting', progress: i / 2000 });
  }
  vi.advanceTimersByTime(TICK_MS);
  await expect.poll(() => writes - before).toBeGreaterThan(0);
  await setImmediate();
  expect(writes - before).toBeLessThan(12);
  await view.close(summary());
});

test('it follows the terminal when that gets narrower, without a line that is too wide', async () => {
  const target = terminal({ columns: 120 });
  const view = createInkView(target);
  for (const event of [opened(), started('a'), started('b')]) view.handle(event);
  await expect.poll(() => target.stdout.text).toContain('waits for 2 in flight');
  const before = target.stdout.text.length;
  target.stdout.columns = 40;
  target.stdout.emit('resize');
  await expect.poll(() => target.stdout.text.slice(before)).toContain('waits for 2 in flight');
  const after = target.stdout.text.slice(before);
  const visible = after.replace(/\u001b\[[?\d;]*[a-zA-Z]/g, '\n').split('\n');
  expect(Math.max(...visible.map((line) => line.length))).toBeLessThan(40);
  await view.close(summary());
});

test("the avatar's address is in one piece, however narrow the terminal is", async () => {
  const url = `https://cdn.example.com/characters/${'x'.repeat(150)}.png`;
  const target = terminal({ columns: 40 });
  const view = createInkView(target);
  for (const event of [opened(), completed('avatar'), stored('avatar', url)]) view.handle(event);
  await view.close(summary());
  expect(target.stdout.text).toContain(url);
});

test('it leaves Ctrl-C to the terminal and the signal to the run', async () => {
  const target = terminal();
  const before = process.listenerCount('SIGINT');
  process.once('SIGINT', () => {});
  const raw = process.stdin.listenerCount('readable');
  const view = createInkView(target);
  view.handle(opened());
  await expect.poll(() => target.stdout.text).toContain('Mira Sol');
  expect(process.stdin.listenerCount('readable')).toBe(raw);
  expect(target.stdout.text).not.toContain('\u001b[?2004h');
  view.handle({ event: 'draining', signal: 'SIGINT', in_flight: 0 });
  await expect.poll(() => target.stdout.text).toContain('Stopping');
  await view.close(summary());
  process.removeAllListeners('SIGINT');
  expect(process.listenerCount('SIGINT')).toBeLessThanOrEqual(before);
});

test('when Ink breaks, the rest of the run is told in lines', async () => {
  const target = terminal();
  const view = createInkView(target);
  Object.defineProperty(target.stdout, 'rows', {
    get: () => {
      throw new Error('no terminal any more');
    },
  });
  view.handle(opened());
  await expect.poll(() => target.stdout.text).toMatch(/\[\d\d:\d\d:\d\d\]/);
  for (const event of [completed('avatar'), stored('avatar')]) view.handle(event);
  await view.close(summary());
  expect(target.stdout.text).toMatch(/\[\d\d:\d\d:\d\d\] avatar done in 1\.2 s/);
  expect(target.stdout.text).toContain('All 11 images are made.');
});

test('a frame that the terminal has wrapped is erased whole', () => {
  const lines = ['a'.repeat(100), '', 'ミ'.repeat(30), 'short   '];
  expect(reflowedRows(lines, 200)).toBe(4);
  expect(eraseReflowed(lines, 200)).toBe('');
  expect(reflowedRows(lines, 40)).toBe(3 + 1 + 2 + 1);
  expect(eraseReflowed(lines, 40)).toBe('\u001b[7A\r\u001b[J\n\n\n\n');
});
