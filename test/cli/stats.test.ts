/** Success, speed and spending: by picture, and without what lay between two runs. */
import { expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { gated } from '../emulators/gate.ts';
import { openai } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';
import { binary, imggen, newStudio, start } from '../support/cli/imggen.ts';

const CLOCK = new URL('../programs/set-clock.ts', import.meta.url).href;
const TOKEN = 'canary-replicate-token-0123456789';
const KEY = 'canary-openai-key-0123456789';

interface Told {
  models: { p50Ms: number; p95Ms: number; [name: string]: unknown }[];
  characters: unknown[];
}

async function statsOf(folder: string, ...more: string[]): Promise<Told> {
  return JSON.parse((await imggen(folder, ['stats', '--json', ...more])).stdout) as Told;
}

it('a picture that needed two requests is one picture, and a success', async () => {
  const faults = [{ on: 'submit', kind: 'status' as const, status: 500, positions: [1] }];
  const emulator = await startEmulator(openai({ apiKey: KEY }), { faults });
  onTestFinished(() => emulator.close());
  const folder = newStudio({
    provider: 'openai',
    size: '1024x1024',
    quality: 'low',
    thumbnails: false,
    concurrency: 1,
  });
  const env = { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1` };
  const ran = await imggen(folder, ['pack', '--count', '2'], { env });
  expect(ran.exitCode, ran.stdout).toBe(0);
  const told = await statsOf(folder);
  expect(told.models).toMatchObject([
    { attempts: 3, done: 2, failed: 1, pictures: 2, picturesMade: 2, successRate: 1, requestSuccessRate: 2 / 3 },
  ]);
  expect(told.models[0]).toMatchObject({ tokens: expect.any(Number), firstPictureMs: expect.any(Number) });
  expect(told.models[0]?.['tokens']).toBeGreaterThan(0);
  expect(told.characters).toMatchObject([{ characterId: 'mira-sol', pictures: 2, picturesMade: 2 }]);
  expect((await statsOf(folder, '--since', '2h')).models).toHaveLength(1);
  expect((await statsOf(folder, '--since', '2199-01-01')).models).toEqual([]);
  expect(await imggen(folder, ['stats', '--since', 'soon'])).toMatchObject({ exitCode: 2 });
});

it('the night between a kill and the resume is no part of any duration', async () => {
  const { service, arrived, open } = gated(replicate({ token: TOKEN }), 'poll');
  const emulator = await startEmulator(service);
  onTestFinished(() => emulator.close());
  const model = 'black-forest-labs/flux-schnell';
  const folder = newStudio({
    provider: 'replicate',
    thumbnails: false,
    providers: { replicate: { model, baseUrl: `${emulator.url}/v1`, pollMs: 10 } },
  });
  const at = (instant: string) => ({
    REPLICATE_API_TOKEN: TOKEN,
    NODE_OPTIONS: `--import ${CLOCK}`,
    TEST_CLOCK: instant,
  });
  const child = start(folder, ['pack', '--count', '1', '--size', '1024x1024'], { env: at('2026-05-04T22:00:00Z') });
  await arrived(1);
  child.kill('SIGKILL');
  await child;
  open();
  const resumed = await binary(folder, ['resume', '--json'], { env: at('2026-05-04T22:40:00Z') });
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  const tookMs = Number(/"duration_ms":(\d+)/.exec(resumed.stdout)?.[1]);
  expect(tookMs).toBeLessThan(10 * 60_000);
  const [{ p50Ms, p95Ms } = { p50Ms: null, p95Ms: null }] = (await statsOf(folder)).models;
  expect([p50Ms, p95Ms]).toEqual([null, null]);
  const status = JSON.parse((await imggen(folder, ['status', '--json'])).stdout) as { averageMs: number | null };
  expect(status.averageMs).toBeNull();
});
