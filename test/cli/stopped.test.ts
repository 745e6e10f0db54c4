/** A process that is stopped for longer than its time-out, and goes on: an answer that waits is not thrown away. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { gated } from '../emulators/gate.ts';
import { openai } from '../emulators/openai.ts';
import { newStudio, picturesIn, start } from '../support/cli/imggen.ts';

const KEY = 'canary-openai-key-0123456789';
const TIMEOUT_MS = 1_500;

it('keeps the paid picture that came while it was stopped', async () => {
  const { service, arrived, open } = gated(openai({ apiKey: KEY }));
  const emulator = await startEmulator(service);
  onTestFinished(() => emulator.close());
  const config = { provider: 'openai', size: '1024x1024', quality: 'low', thumbnails: false, timeoutMs: TIMEOUT_MS };
  const folder = newStudio(config);
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1` };
  const child = start(folder, ['pack', '--count', '1'], { env });
  const sentMs = await arrived(1).then(() => performance.now());
  child.kill('SIGSTOP');
  open();
  // The time-out itself is what passes here: no sign tells of it.
  while (performance.now() - sentMs < TIMEOUT_MS + 500) await new Promise((resolve) => setTimeout(resolve, 50));
  child.kill('SIGCONT');
  const { exitCode, stderr } = await child;
  expect(exitCode, stderr).toBe(0);
  expect(picturesIn(folder)).toHaveLength(1);
  expect(emulator.charges()).toHaveLength(1);
});
