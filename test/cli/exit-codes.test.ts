/** Each exit code, reached the way it is reached in life: against services that misbehave. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, type EmulatorOptions, startEmulator } from '../emulators/emulator.ts';
import { openai, type OpenAIOptions } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';
import { ask, binary, imggen, linesOf, newStudio, picturesIn, start, until } from '../support/cli/imggen.ts';

const KEY = 'canary-openai-key-0123456789';
const running: Emulator[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});

/** A studio in front of an emulated OpenAI. */
async function openaiStudio(
  emulation: EmulatorOptions = {},
  config: Record<string, unknown> = {},
  service: OpenAIOptions = {},
) {
  const emulator = await startEmulator(openai({ apiKey: KEY, ...service }), emulation);
  running.push(emulator);
  const folder = newStudio({ provider: 'openai', size: '1024x1024', quality: 'low', thumbnails: false, ...config });
  return { folder, emulator, env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1` } };
}

const refusal = {
  kind: 'status',
  status: 400,
  body: JSON.stringify({
    error: {
      message: 'Your request was rejected by the safety system.',
      type: 'image_generation_user_error',
      code: 'moderation_blocked',
    },
  }),
} as const;

describe('exit codes', () => {
  it('0: all done, and the money is told', async () => {
    const { folder, env, emulator } = await openaiStudio();
    const { exitCode, stdout } = await binary(folder, ['pack', '--count', '2', '--json'], { env });
    expect(exitCode, stdout).toBe(0);
    const last = linesOf(stdout).at(-1);
    expect(last).toMatchObject({ event: 'pack_completed', completed: 2 });
    expect(last?.['cost_usd']).toBeGreaterThan(0);
    expect(emulator.charges()).toHaveLength(2);
  });

  it('3: some shots failed, and the rest was made', async () => {
    const { folder, env } = await openaiStudio({ faults: [{ on: 'submit', ...refusal, positions: [2] }] });
    const { exitCode, stdout } = await binary(folder, ['pack', '--count', '3', '--concurrency', '1'], { env });
    expect(exitCode, stdout).toBe(3);
    expect(stdout).toMatch(/1 refused[^]*safety system[^]*the same request is refused again/);
    expect(picturesIn(folder)).toHaveLength(2);
    const { stdout: nothing } = await imggen(folder, ['resume', '1'], { env });
    expect(nothing).toMatch(/^nothing is unfinished in job 1; 1 picture failed: `imggen retry 1` tries again$/);
  });

  it('6: every shot failed', async () => {
    const { folder, env } = await openaiStudio({ faults: [{ on: 'submit', ...refusal }] });
    const { exitCode, stdout } = await binary(folder, ['pack', '--count', '2', '--json'], { env });
    expect(exitCode).toBe(6);
    const failures = linesOf(stdout).filter((line) => line['event'] === 'generation_failed');
    expect(failures).toHaveLength(2);
    for (const failure of failures)
      expect(failure).toMatchObject({
        error_type: 'refused',
        retry_at: null,
        character_id: 'mira-sol',
        message: expect.stringContaining('safety'),
      });
    expect(linesOf(stdout).at(-1)).toMatchObject({ event: 'pack_completed', completed: 0, failed: 2, cost_usd: 0 });
  });

  it('4: a run that would pass its budget is refused before anything is sent; --yes makes what fits', async () => {
    const { folder, env, emulator } = await openaiStudio();
    const refused = await binary(folder, ['pack', '--count', '8', '--budget', '0.05'], { env });
    expect(refused).toMatchObject({ exitCode: 4 });
    expect(refused.stderr).toMatch(/cap of the job is \$0\.05[^]*nothing was sent[^]*--yes[^]*--budget/);
    // What was refused leaves nothing behind that a later `resume` could buy.
    const resumed = await imggen(folder, ['resume', '--yes'], { env });
    expect(resumed.stdout + resumed.stderr).toContain('nothing is unfinished');
    expect(existsSync(join(folder, 'images'))).toBe(false);
    expect(emulator.charges()).toHaveLength(0);
    const some = await imggen(folder, ['pack', '--count', '8', '--budget', '0.05', '--yes', '--json'], { env });
    expect(some.exitCode, some.stderr).toBe(4);
    expect(linesOf(some.stdout).map((line) => line['event'])).toContain('budget_reached');
    expect(linesOf(some.stdout).at(-1)).toMatchObject({ event: 'pack_completed' });
    const next = /stopped by the budget[^]*(imggen resume 1 --budget 0\.\d\d)\b/.exec(some.stderr)?.[1];
    expect(next).toBeDefined();
    expect((await imggen(folder, ['status'], { env })).stdout).toContain(`nobody works on it: ${next}`);
    const spent = emulator.charges().reduce((sum, charge) => sum + charge.amountMicros, 0);
    expect(spent).toBeGreaterThan(0);
    expect(spent).toBeLessThanOrEqual(50_000);
  });

  it('5: no key, a key that is refused, no credit; the message names the variable and never the key', async () => {
    const { folder, env } = await openaiStudio();
    const missing = await binary(folder, ['pack', '--count', '2'], { env: { OPENAI_BASE_URL: env.OPENAI_BASE_URL } });
    expect(missing).toMatchObject({ exitCode: 5, stdout: '' });
    expect(missing.stderr).toContain('OPENAI_API_KEY');
    const wrong = await imggen(folder, ['pack', '--count', '2'], {
      env: { ...env, OPENAI_API_KEY: 'wrong-openai-key-0123456789' },
    });
    expect(wrong.exitCode, wrong.stdout).toBe(5);
    expect(wrong.stdout + wrong.stderr).not.toContain('wrong-openai-key-0123456789');
    expect(wrong.stdout).toMatch(/imggen resume 1/);
    expect(await imggen(folder, ['resume'], { env })).toMatchObject({ exitCode: 0 });
    expect(picturesIn(folder)).toHaveLength(2);
  });

  it('75: sent, and no answer: held, not sent again by itself, paid again only on purpose', async () => {
    const { folder, env, emulator } = await openaiStudio({
      faults: [{ on: 'submit', kind: 'reset-after', positions: [1] }],
    });
    const first = await binary(folder, ['pack', '--count', '1'], { env });
    expect(first.exitCode, first.stdout).toBe(75);
    expect(first.stdout).toMatch(/held[^]*imggen retry --unknown 1/);
    // `resume` has nothing to do where nobody can be asked.
    const status = await imggen(folder, ['status'], { env });
    expect(status.stdout).toMatch(/^state: +stopped, what is left is held: imggen retry --unknown 1 pays again;/m);
    expect(await binary(folder, ['resume'], { env })).toMatchObject({ exitCode: 75 });
    expect(await imggen(folder, ['retry'], { env })).toMatchObject({
      stdout: expect.stringContaining('retry --unknown'),
    });
    expect(emulator.charges()).toHaveLength(1);
    expect(await imggen(folder, ['retry', '--unknown', '1'], { env })).toMatchObject({ exitCode: 0 });
    expect(emulator.charges()).toHaveLength(2);
    expect(picturesIn(folder)).toHaveLength(1);
  });

  it('75: interrupted work that lives on at the provider is collected by the next run, and paid once', async () => {
    let nowMs = Date.now(); // stands still: the work takes until the test says so
    const clock = { latencyMs: 1_000, now: () => nowMs };
    const emulator = await startEmulator(replicate({ token: 'emulated-token' }), clock);
    running.push(emulator);
    const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
    const folder = newStudio({
      provider: 'replicate',
      size: '1024x1024',
      thumbnails: false,
      providers: { replicate: { pollMs: 50 } },
    });
    const child = start(folder, ['pack', '--count', '2', '--json'], { env });
    await until('both accepted', () => ask(folder, `SELECT 1 FROM attempts WHERE remote_id IS NOT NULL`).length === 2);
    child.kill('SIGINT');
    child.kill('SIGINT');
    const { exitCode, stderr } = await child;
    expect([75, 130], stderr).toContain(exitCode);
    expect(stderr).toContain('imggen resume 1');
    nowMs += 1_000;
    const again = await imggen(folder, ['resume', '--json'], { env });
    expect(again.exitCode, again.stderr).toBe(0);
    expect(picturesIn(folder)).toHaveLength(2);
    expect(emulator.charges()).toHaveLength(2);
  });
});
