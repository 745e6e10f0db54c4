import { execFile } from 'node:child_process';
import { expect, test } from 'vitest';
import { createJsonView, jsonLine } from '../../src/views/json.ts';
import { done, failed, opened, streams, summary } from '../support/view-events.ts';

test('stdout has the public events, one object a line, and nothing else', async () => {
  const target = streams();
  const view = createJsonView(target);
  const events = [opened(), ...done('avatar'), { event: 'notice', level: 'warn', message: 'careful' } as const];
  for (const event of events) view.handle(event);
  view.handle({ event: 'draining', signal: 'SIGINT', in_flight: 2 });
  await view.close(summary());
  const lines = target.stdout.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string });
  expect(lines.map((line) => line.event)).toEqual(['generation_started', 'generation_completed', 'image_stored']);
  expect(lines[0]).toEqual(done('avatar')[0]);
  expect(Object.keys(lines[0]!).slice(0, 4)).toEqual(['event', 'at', 'job_id', 'shot']);
  expect(target.stderr.text).toContain('warning: careful');
  expect(target.stderr.text).toContain('SIGINT: stopping');
  expect(target.stderr.text).toContain('All 11 images are made.');
});

test('nothing in a line can drive a terminal or break the line, and the text stays what it was', () => {
  const message = 'a\u001b[2J\u0007\n\r\u007f\u0085\u009b31m\u2028\u2029\u202eb\u2066\ufeff\u200fé😀';
  const line = jsonLine(failed('avatar', 'refused', { message }));
  expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]/);
  expect(line).toContain('é😀');
  expect((JSON.parse(line) as { message: string }).message).toBe(message);
});

test('a reader that goes away does not end the run', async () => {
  const program = `
    import { createJsonView } from ${JSON.stringify(new URL('../../src/views/json.ts', import.meta.url).href)};
    const { stdout, stderr } = process;
    const view = createJsonView({ stdout, stderr, env: {}, now: () => 0, color: false });
    let n = 0;
    const timer = setInterval(() => {
      const more = 'x'.repeat(5000);
      view.handle({ event: 'budget_reached', at: '', job_id: '3', cap: 'run', spent_usd: 1, reserved_usd: 0, more });
      n += 1;
      if (n < 60) return;
      clearInterval(timer);
      process.exitCode = 7;
    }, 5);`;
  const code = await new Promise<number | null>((resolve) => {
    const child = execFile(process.execPath, ['--no-warnings', '--input-type=module', '-e', program]);
    child.stdout?.once('data', () => child.stdout?.destroy());
    child.on('exit', resolve);
  });
  expect(code).toBe(7);
});
