/** Jobs that go on keep what is their own: the time a picture may take, and the store it goes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defineProvider, defineStorage, ImgGen, type OpenOptions, type RunEvent } from '../../src/index.ts';
import local from '../../src/providers/local.ts';
import paper from '../storage/made-up.ts';

let folder = '';
const opened: ImgGen[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-resumed-'));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

/** `local`, which tells with which time-out it was made each time. */
function timed(timeoutsMs: number[]): NonNullable<OpenOptions['providers']> {
  const module = defineProvider({
    ...local,
    create: (settings) => {
      timeoutsMs.push(settings.timeoutMs);
      return local.create(settings);
    },
  });
  return { local: { keyVariables: [], load: () => Promise.resolve({ default: module }) } };
}

function storesNamed(...names: string[]): NonNullable<OpenOptions['stores']> {
  const entry = (name: string) => ({
    keyVariables: [],
    load: () => Promise.resolve({ default: defineStorage({ ...paper, name }) }),
  });
  return Object.fromEntries(names.map((name) => [name, entry(name)]));
}

async function open(config: object, options: OpenOptions): Promise<ImgGen> {
  const character = { name: 'Mira', gender: 'woman', seed: 7 };
  const imggen = await ImgGen.open({
    config: { character, size: '64x64', ...config },
    cwd: folder,
    env: {},
    ...options,
  });
  opened.push(imggen);
  return imggen;
}

/** Makes a job that is stopped at its first request. */
async function unfinished(imggen: ImgGen, count: number, settings: object): Promise<void> {
  const stop = new AbortController();
  const onEvent = ({ event }: RunEvent) => event === 'generation_started' && stop.abort();
  const run = imggen.pack({ count, settings, signal: stop.signal, onEvent });
  expect(await run.result).toMatchObject({ status: 'interrupted' });
}

it('a job that was given more time than the config keeps it when it goes on', async () => {
  const timeoutsMs: number[] = [];
  const imggen = await open({ provider: 'local', timeoutMs: 60_000 }, { providers: timed(timeoutsMs) });
  await unfinished(imggen, 2, { timeoutMs: 90_000 });
  timeoutsMs.length = 0;
  expect(await imggen.resume().result).toMatchObject({ status: 'done' });
  expect(timeoutsMs).toContain(90_000);
});

it('a job that was given less time than the config does not cut others short', async () => {
  const timeoutsMs: number[] = [];
  const imggen = await open({ provider: 'local', timeoutMs: 60_000 }, { providers: timed(timeoutsMs) });
  await unfinished(imggen, 2, { timeoutMs: 5_000 });
  timeoutsMs.length = 0;
  expect(await imggen.resume().result).toMatchObject({ status: 'done' });
  expect(timeoutsMs.every((one) => one === 60_000)).toBe(true);
});

it('jobs of different stores go on one by one: the first now, the other is named', async () => {
  const imggen = await open({}, { stores: storesNamed('alpha', 'beta') });
  await unfinished(imggen, 2, { storage: 'alpha' });
  await unfinished(imggen, 3, { storage: 'beta' });
  expect(await imggen.resume().result).toMatchObject({
    status: 'some-failed',
    jobs: [{ completed: 2 }, { completed: 0 }],
    refusals: [
      {
        jobId: '2',
        kind: 'usage',
        message: 'these jobs go to different stores: alpha, beta',
        advice: { code: 'resume-one-by-one' },
      },
    ],
  });
  expect(await imggen.resume().result).toMatchObject({ status: 'done' });
  const { images } = await imggen.gallery('mira');
  expect(images).toHaveLength(5);
});
