/** A run that waits for another process says so at once, and again every few seconds. */
import { expect, it } from 'vitest';
import { newHeldStudio, type HeldStudio } from '../support/cli/held.ts';
import { linesOf, start, until } from '../support/cli/imggen.ts';

const PACK = ['pack', '--count', '1', '--key', 'shared'];

/** A process whose one request is at the service. */
async function working(studio: HeldStudio) {
  const first = start(studio.folder, [...PACK, '--json'], { env: studio.env });
  await studio.arrived(1);
  // In an object: a process is a promise of its end.
  return { first };
}

it('on the same job: in --json and on stderr, until that one is done', async () => {
  const studio = await newHeldStudio();
  const { first } = await working(studio);
  const second = start(studio.folder, [...PACK, '--json'], { env: studio.env });
  let said = '';
  second.stderr.on('data', (text: Buffer) => (said += text.toString()));
  const words = new RegExp(`waiting.*process ${first.pid}.*job 1`);
  await until('two sentences', () => said.split('\n').filter((line) => words.test(line)).length >= 2);
  studio.open();
  const [one, two] = await Promise.all([first, second]);
  expect([one.exitCode, two.exitCode], said).toEqual([0, 0]);
  const waits = linesOf(String(two.stdout)).filter(({ event }) => event === 'waiting');
  expect(waits.length).toBeGreaterThanOrEqual(2);
  expect(waits[0]).toMatchObject({ job_id: '1', reason: 'others', at: expect.any(String), waited_ms: 0 });
  expect(linesOf(String(one.stdout)).some(({ event }) => event === 'waiting')).toBe(false);
  expect(studio.sent()).toBe(1);
});

it('in plain lines', async () => {
  const studio = await newHeldStudio();
  const { first } = await working(studio);
  const second = start(studio.folder, PACK, { env: studio.env });
  let said = '';
  second.stdout.on('data', (text: Buffer) => (said += text.toString()));
  await until('the sentence', () => /\] waiting: .*job 1/.test(said));
  studio.open();
  expect((await first).exitCode).toBe(0);
  expect((await second).exitCode, said).toBe(0);
});
