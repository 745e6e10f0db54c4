/** The built binary at the two ends of the earth: its day cap goes by the UTC day. */
import { afterEach, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { ask, binary, newStudio } from '../support/cli/imggen.ts';

const CLOCK = new URL('../programs/set-clock.ts', import.meta.url).href;
const KEY = 'canary-openai-key-0123456789';
let emulator: Emulator | undefined;

afterEach(async () => {
  await emulator?.close();
});

it.each([
  { zone: 'Pacific/Kiritimati', beforeLocalMidnight: '2026-05-04T09:50:00Z' },
  { zone: 'Etc/GMT+12', beforeLocalMidnight: '2026-05-04T11:50:00Z' },
])('in $zone a new local day brings no new day cap, and a new UTC day does', async ({ zone, beforeLocalMidnight }) => {
  const service = (emulator = await startEmulator(openai({ apiKey: KEY })));
  const folder = newStudio({
    provider: 'openai',
    size: '1024x1024',
    thumbnails: false,
    budget: { perDayUsd: 0.11 },
    providers: { openai: { priceUsd: 0.1 } },
  });
  const packAt = (instant: string, ...more: string[]) =>
    binary(folder, ['pack', '--count', '1', '--new', '--json', ...more], {
      env: {
        OPENAI_API_KEY: KEY,
        OPENAI_BASE_URL: `${service.url}/v1`,
        NODE_OPTIONS: `--import ${CLOCK}`,
        TEST_CLOCK: instant,
        TZ: zone,
      },
    });
  expect(await packAt(beforeLocalMidnight)).toMatchObject({ exitCode: 0 });
  const refused = await packAt('2026-05-04T23:50:00Z');
  expect(refused).toMatchObject({
    exitCode: 4,
    stderr: expect.stringContaining('cap of the day is $0.11, $0.0139 of it spent'),
  });
  expect(await packAt('2026-05-04T23:50:00Z', '--yes')).toMatchObject({ exitCode: 4 });
  expect(service.charges()).toHaveLength(1);
  const next = await packAt('2026-05-05T00:00:00Z');
  expect(next.exitCode, next.stderr).toBe(0);
  expect(service.charges()).toHaveLength(2);
  expect(ask(folder, 'SELECT DISTINCT day FROM reservations ORDER BY day')).toEqual([
    { day: '2026-05-04' },
    { day: '2026-05-05' },
  ]);
});
