/** Exit code 1: an error that nobody expected, in the built binary. */
import { afterEach, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { binary, newStudio, picturesIn } from '../support/cli/imggen.ts';

const BREAKER = new URL('../programs/break-keys.ts', import.meta.url).href;
const KEY = 'canary-openai-key-0123456789';
const COUNT = 4;
let emulator: Emulator | undefined;

afterEach(async () => {
  await emulator?.close();
});

it.each([
  { when: 'before anything is sent', keysBefore: 0 },
  { when: 'in the middle of paid work', keysBefore: 2 },
])('1: a bug $when is told with its stack and no key, and the next run makes the rest', async ({ keysBefore }) => {
  const service = (emulator = await startEmulator(openai({ apiKey: KEY })));
  const folder = newStudio({
    provider: 'openai',
    size: '1024x1024',
    thumbnails: false,
    concurrency: 2,
    staggerMs: 0,
    providers: { openai: { priceUsd: 0.1 } },
  });
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${service.url}/v1` };
  const broken = await binary(folder, ['pack', '--count', String(COUNT)], {
    env: { ...env, NODE_OPTIONS: `--import ${BREAKER}`, KEYS_BEFORE: String(keysBefore) },
  });
  expect(broken.exitCode, broken.stderr).toBe(1);
  expect(broken.stderr).toMatch(/^imggen has a bug: please report this\. Nothing that was paid is lost/m);
  expect(broken.stderr).toMatch(/TypeError: no more keys[^]*\n\s+at .*break-keys\.ts[^]*\n\s+at .*dist\//);
  expect(broken.stdout + broken.stderr).not.toContain(KEY);
  expect(service.charges()).toHaveLength(keysBefore);
  const next = await binary(folder, ['resume'], { env });
  expect(next.exitCode, next.stderr).toBe(0);
  expect(picturesIn(folder)).toHaveLength(COUNT);
  expect(service.charges()).toHaveLength(COUNT);
});
