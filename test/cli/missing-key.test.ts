/** What is advised where a key is missing: another provider only where one can be chosen. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';
import { imggen, newStudio } from '../support/cli/imggen.ts';

const SET = 'Set REPLICATE_API_TOKEN in the environment or in a .env file in this folder';

it('a new pack may go to a provider that needs none; a job that goes on stays where it is', async () => {
  const emulator = await startEmulator(replicate({ token: 'emulated-token' }));
  onTestFinished(() => emulator.close());
  const folder = newStudio({ provider: 'replicate', size: '320x480', providers: { replicate: { pollMs: 20 } } });
  const refused = await imggen(folder, ['pack', '--count', '2']);
  expect(refused.exitCode).toBe(5);
  expect(refused.stderr).toContain(`${SET}, or take a provider that needs none: --provider local`);

  const env = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` };
  const stopped = await imggen(folder, ['pack', '--count', '2', '--budget', '0.05', '--yes'], { env });
  expect(stopped.exitCode).toBe(4);
  const resumed = await imggen(folder, ['resume', '--budget', '1']);
  expect(resumed.exitCode).toBe(5);
  expect(resumed.stderr.trim().split('\n')).toEqual([
    'imggen: no key for Replicate: REPLICATE_API_TOKEN is not set',
    `  → ${SET}`,
  ]);
});

it('a training is not advised to go to a provider that trains nothing', async () => {
  const folder = newStudio();
  await imggen(folder, ['pack', '--count', '1']);
  const { exitCode, stderr } = await imggen(folder, ['train', 'mira-sol']);
  expect(exitCode).toBe(5);
  expect(stderr).toMatch(
    /no key for fal: FAL_KEY is not set\n {2}→ Set FAL_KEY in the environment or in a \.env file in this folder$/m,
  );
});
