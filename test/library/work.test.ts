/** `work`: open jobs are worked off, those that are there and those that come. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defineProvider, ImgGen, type OpenOptions, type RunEvent } from '../../src/index.ts';
import { processHost } from '../../src/host.ts';
import local from '../../src/providers/local.ts';

let folder = '';
const opened: ImgGen[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'imggen-work-'));
});

afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  rmSync(folder, { recursive: true });
});

/** A project with a ledger connection of its own, as another process has it. */
async function open(config: object = {}, options: OpenOptions = {}): Promise<ImgGen> {
  const character = { name: 'Mira', gender: 'woman', seed: 7 };
  const small = { character, size: '64x64', ...config };
  const imggen = await ImgGen.open({ config: small, cwd: folder, env: {}, ...options });
  opened.push(imggen);
  return imggen;
}

/** `local`, at two cents a picture. */
const module = defineProvider({
  ...local,
  create: async (settings) => {
    const provider = await local.create(settings);
    return {
      ...provider,
      price: () => ({ worstMicros: 20_000, expectedMicros: 20_000, source: 'test', asOf: '2026-01-01' }),
      submit: async (request, call) => ({ ...(await provider.submit(request, call)), costMicros: 20_000 }),
    };
  },
});
const PRICED: OpenOptions = {
  providers: { local: { keyVariables: [], load: () => Promise.resolve({ default: module }) } },
};

/** Makes a job that is stopped at its first request. */
async function unfinished(imggen: ImgGen, count: number): Promise<void> {
  const stop = new AbortController();
  const onEvent = ({ event }: RunEvent) => event === 'generation_started' && stop.abort();
  expect(await imggen.pack({ count, fresh: true, signal: stop.signal, onEvent }).result).toMatchObject({
    status: 'interrupted',
  });
}

it('once makes what is open to its end, and ends; with nothing open it has no jobs', async () => {
  const imggen = await open();
  expect(await imggen.work({ once: true }).result).toMatchObject({ status: 'done', jobs: [] });
  await unfinished(imggen, 2);
  await unfinished(imggen, 3);
  const worked = await imggen.work({ once: true }).result;
  expect(worked).toMatchObject({ status: 'done', jobs: [{ completed: 2 }, { completed: 3 }], refusals: [] });
  expect(await imggen.work({ once: true }).result).toMatchObject({ jobs: [] });
});

it('leaves no timer behind that would keep its process when it has ended', async () => {
  const { sleep } = processHost({ cwd: folder, env: {} });
  let waiting = 0;
  const counted: typeof sleep = async (ms, signal) => {
    waiting += 1;
    await sleep(ms, signal);
    waiting -= 1;
  };
  const imggen = await open({}, { host: { sleep: counted } });
  await unfinished(imggen, 1);
  await imggen.work({ once: true }).result;
  expect(waiting).toBe(0);
});

it('goes on with jobs that come, until it is stopped', async () => {
  const [imggen, other] = [await open(), await open()];
  const run = imggen.work();
  const done: string[] = [];
  const heard = (async () => {
    for await (const event of run.events) {
      if (event.event !== 'pack_completed') continue;
      done.push(event.job_id);
      if (done.length === 2) run.stop();
    }
  })();
  await unfinished(other, 2);
  await unfinished(other, 1);
  await heard;
  expect(await run.result).toMatchObject({ status: 'done', jobs: [{ completed: 2 }, { completed: 1 }] });
});

it('leaves jobs alone that another process works on', async () => {
  const [imggen, other] = [await open(), await open({ providers: { local: { latencyMs: 300 } } })];
  let worked: Promise<unknown> | undefined;
  const onEvent = ({ event }: RunEvent) => {
    if (event === 'generation_started') worked ??= imggen.work({ once: true }).result;
  };
  expect(await other.pack({ count: 2, onEvent }).result).toMatchObject({ status: 'done' });
  expect(await worked).toMatchObject({ jobs: [] });
});

it('buys nothing above a cap: the job is named, and the others are made', async () => {
  const capped = await open({ budget: { perRunUsd: 0.03 } }, PRICED);
  expect(await capped.pack({ count: 4, confirm: () => true }).result).toMatchObject({ status: 'budget' });
  await unfinished(await open({}, PRICED), 2);
  expect(await capped.work({ once: true }).result).toMatchObject({
    status: 'budget',
    jobs: [{ completed: 1 }, { completed: 2 }],
    refusals: [{ jobId: '1', kind: 'budget' }],
  });
});
