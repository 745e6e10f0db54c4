/** Two runs on one job at once, as a program may start them in one process. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ImgGen } from '../../src/index.ts';
import { startEmulator, type Emulator } from '../emulators/emulator.ts';
import { replicate } from '../emulators/replicate.ts';

const TOKEN = 'canary-replicate-token-0123456789';
const COUNT = 8;

let folder = '';
let emulator: Emulator;
const opened: ImgGen[] = [];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-concurrent-'));
  emulator = await startEmulator(replicate({ token: TOKEN }));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await emulator.close();
  rmSync(folder, { recursive: true });
});

async function open(): Promise<ImgGen> {
  const imggen = await ImgGen.open({
    config: {
      character: { name: 'Mira', gender: 'woman', seed: 7 },
      provider: 'replicate',
      providers: { replicate: { model: 'black-forest-labs/flux-schnell', baseUrl: `${emulator.url}/v1`, pollMs: 10 } },
      concurrency: 3,
    },
    cwd: folder,
    env: { IMGGEN_SCORE: 'false', REPLICATE_API_TOKEN: TOKEN },
  });
  opened.push(imggen);
  return imggen;
}

/** A job that was stopped when its first request was about to leave. */
async function unfinished(imggen: ImgGen): Promise<void> {
  const stop = new AbortController();
  const run = imggen.pack({
    count: COUNT,
    signal: stop.signal,
    onEvent: ({ event }) => event === 'generation_started' && stop.abort(),
  });
  expect(await run.result).toMatchObject({ status: 'interrupted' });
}

it.each([
  ['of one ImgGen', 1],
  ['of two ImgGens on one ledger', 2],
])('two runs %s share a job: each picture is asked for once and paid once', async (_, projects) => {
  const first = await open();
  const second = projects === 1 ? first : await open();
  await unfinished(first);
  const runs = [first.resume({ job: '1' }), second.resume({ job: '1' })];
  const results = await Promise.all(runs.map((run) => run.result));
  expect(results.flatMap(({ jobs }) => jobs.map(({ failed, held }) => [failed, held]))).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(results.map(({ status }) => status)).toEqual(['done', 'done']);
  expect(emulator.charges()).toHaveLength(COUNT);
  const { images } = await first.gallery('mira');
  expect(new Set(images.map(({ filename }) => filename)).size).toBe(COUNT);
});
