/** A provider that is not there, and another one in its place: what is told before, during and afterwards. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { imggen, linesOf, newStudio } from '../support/cli/imggen.ts';

async function studio(config: Record<string, unknown> = {}) {
  const emulator = await startEmulator(openai());
  onTestFinished(() => emulator.close());
  const env = {
    REPLICATE_API_TOKEN: 'emulated-token',
    REPLICATE_BASE_URL: 'http://127.0.0.1:9/v1',
    OPENAI_API_KEY: 'emulated-key',
    OPENAI_BASE_URL: `${emulator.url}/v1`,
  };
  const made = { provider: 'replicate', fallback: ['openai'], attemptsMax: 1, size: '1024x1024', thumbnails: false };
  return { emulator, env, folder: newStudio({ ...made, ...config }) };
}

const TOLD = /while replicate is unavailable, openai \(gpt-image-2\.5-flare\) is asked: it has no seed/;

it('a small pack is made by the fallback; plan, run, jobs, status and gallery say so', async () => {
  const { emulator, env, folder } = await studio();
  const plan = await imggen(folder, ['pack', '--count', '2', '--dry-run'], { env });
  expect(plan.stdout).toMatch(TOLD);
  const ran = await imggen(folder, ['pack', '--count', '2'], { env });
  expect(ran.exitCode, ran.stdout).toBe(0);
  expect(ran.stdout).toMatch(TOLD);
  expect(emulator.charges()).toHaveLength(2);
  expect((await imggen(folder, ['jobs'])).stdout).toMatch(/ openai {2}/);
  expect((await imggen(folder, ['status'])).stdout).toMatch(/made by: +openai gpt-image-2\.5-flare/);
  const [status] = linesOf((await imggen(folder, ['status', '--json'])).stdout.replaceAll(/\n\s*/g, ''));
  expect(status).toMatchObject({
    provider: 'replicate',
    madeBy: [{ provider: 'openai', model: 'gpt-image-2.5-flare', pictures: 2 }],
  });
  const { stdout } = await imggen(folder, ['gallery', 'mira-sol', '--json']);
  expect((JSON.parse(stdout) as { images: unknown[] }).images).toMatchObject([
    { provider: 'openai' },
    { provider: 'openai' },
  ]);
});

it('what a fallback can not keep is said before, and it is not asked', async () => {
  const { emulator, env, folder } = await studio();
  const ran = await imggen(folder, ['pack', '--count', '1', '--require-seed'], { env });
  expect(ran.exitCode).toBe(6);
  expect(ran.stdout).toContain('openai (gpt-image-2.5-flare) is not asked: it has no seed, and one is required');
  expect(emulator.charges()).toHaveLength(0);
  const cartoons = await studio({ fallback: ['local'] });
  const plan = await imggen(cartoons.folder, ['pack', '--count', '1', '--dry-run'], { env });
  expect(plan.stdout).toMatch(/local .*is asked only for pictures without a reference.*takes 0 reference pictures/);
});
