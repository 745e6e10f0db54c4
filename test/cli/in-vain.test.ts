/** The built program against a service that takes money and brings nothing, or takes more than it says. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator, type Emulator } from '../emulators/emulator.ts';
import type { Service } from '../emulators/service.ts';
import { NOTHING, openai } from '../emulators/openai.ts';
import { tainted } from '../emulators/taint.ts';
import { ask, imggen, newStudio } from '../support/cli/imggen.ts';

const CONFIG = {
  provider: 'openai',
  size: '1024x1024',
  quality: 'low',
  thumbnails: false,
  concurrency: 1,
  staggerMs: 0,
};

async function serve(service: Service = openai()): Promise<{ emulator: Emulator; env: Record<string, string> }> {
  const emulator = await startEmulator(service);
  onTestFinished(() => emulator.close());
  return { emulator, env: { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` } };
}

it('buys one avatar that is no picture, and no more, however often create-character is repeated', async () => {
  const { emulator, env } = await serve();
  const folder = newStudio(CONFIG, { distinctiveFeatures: [NOTHING] });
  const first = await imggen(folder, ['create-character'], { env });
  expect(first.exitCode).toBe(6);
  expect(first.stdout).toMatch(/10 pictures of job 1 wait for the avatar[^]*create-character --model MODEL/);
  expect(`${first.stdout}${first.stderr}`).not.toMatch(/imggen retry/);
  for (let times = 0; times < 3; times += 1) {
    const again = await imggen(folder, ['create-character'], { env });
    expect(again.exitCode).toBe(3);
    expect(again.stderr).toContain('nothing was sent');
  }
  expect(emulator.charges()).toHaveLength(1);

  // A person's word: the avatar once more, at a price that is said first.
  const retry = await imggen(folder, ['retry', '1'], { env });
  expect(retry.stdout).toMatch(/11 pictures of job 1 may cost up to \$[\d.]+ more at openai/);
  expect(emulator.charges()).toHaveLength(2);
});

it('buys two answers of a pack that are no pictures, and no more', async () => {
  const { emulator, env } = await serve();
  const folder = newStudio(CONFIG, { distinctiveFeatures: [NOTHING] });
  const { exitCode, stdout } = await imggen(folder, ['pack', '--count', '5'], { env });
  expect(exitCode).toBe(6);
  expect(stdout).toContain('paid, or perhaps paid, for 2 answers in a row that are no pictures');
  expect(emulator.charges()).toHaveLength(2);

  // To go on is to pay more: only with a yes, and again no more than two.
  const resumed = await imggen(folder, ['resume'], { env });
  expect(resumed.exitCode, resumed.stdout).toBe(3);
  expect(resumed.stderr).toMatch(
    /was paid, or perhaps paid, for the last answers of job 1, and they are no pictures[^]*→ .*--yes/,
  );
  expect(resumed.stderr.match(/nothing was sent/g)).toHaveLength(1);
  expect(emulator.charges()).toHaveLength(2);
  expect(await imggen(folder, ['resume', '--yes'], { env })).toMatchObject({ exitCode: 6 });
  expect(emulator.charges()).toHaveLength(4);
});

it('pays for no failed picture again when the rest of the character is made', async () => {
  const { emulator, env } = await serve();
  // The second picture is paid and brings nothing.
  emulator.faults.push({ on: 'submit', kind: 'not-image', positions: [2] });
  const folder = newStudio(CONFIG);
  await imggen(folder, ['create-character'], { env });
  expect(emulator.charges()).toHaveLength(11);
  const again = await imggen(folder, ['create-character'], { env });
  expect(again.stdout).toMatch(/1 more was paid and brought no picture .*not asked for again .*imggen retry 1/);
  expect(emulator.charges()).toHaveLength(11);
  await imggen(folder, ['retry'], { env });
  expect(emulator.charges()).toHaveLength(12);
});

it('stops at the cap when the service charges more than its price list says', async () => {
  const dear = { texts: [''], operations: ['submit'], fields: { output_tokens: () => 10_000 } };
  const { env } = await serve(tainted(openai(), dear));
  const folder = newStudio({ ...CONFIG, budget: { perRunUsd: 1 } });
  const ran = await imggen(folder, ['pack', '--count', '12', '--yes'], { env });
  expect(ran.exitCode).toBe(4);
  const [total] = ask<{ spent: number }>(folder, `SELECT spent_micros spent FROM totals WHERE scope = 'job:1'`);
  expect(total?.spent).toBeGreaterThan(800_000);
  expect(total?.spent).toBeLessThanOrEqual(1_000_000);
  expect(ran.stdout).toMatch(/openai charged \$0\.3\d* for a picture, and at most \$[\d.]+ was expected/);
});
