/** Jobs that go on keep what is their own: the time a picture may take, and the store it goes to. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { defineProvider, defineStorage, ImgGen, type OpenOptions, type RunEvent } from '../../src/index.ts';
import local from '../../src/providers/local.ts';
import type { Storage } from '../../src/storage/storage.ts';
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

/** A store that may come to refuse its key. */
function keyed(name: string, state: { isRefused: boolean }): NonNullable<OpenOptions['stores']> {
  const refusal: Awaited<ReturnType<Storage['check']>> = {
    ok: false,
    message: 'the key is refused',
    failure: 'unauthorized',
  };
  const module = defineStorage({
    ...paper,
    name,
    create: async (settings) => {
      const store = await paper.create(settings);
      const check = store.check.bind(store);
      return Object.assign(store, { check: (signal: AbortSignal) => (state.isRefused ? refusal : check(signal)) });
    },
  });
  return { [name]: { keyVariables: [], load: () => Promise.resolve({ default: module }) } };
}

/** How many pictures each store has, as the ledger knows it. */
function uploaded(): Record<string, number> {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'), { readonly: true });
  const rows = db.prepare(`SELECT store, COUNT(*) n FROM uploads WHERE state = 'done' GROUP BY store`).all();
  db.close();
  return Object.fromEntries((rows as { store: string; n: number }[]).map(({ store, n }) => [store, n]));
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

it('jobs of different stores go on together, each to its own store', async () => {
  const imggen = await open({}, { stores: storesNamed('alpha', 'beta') });
  await unfinished(imggen, 2, { storage: 'alpha' });
  await unfinished(imggen, 3, { storage: 'beta' });
  const made = [
    { completed: 2, uploadsLeft: 0 },
    { completed: 3, uploadsLeft: 0 },
  ];
  expect(await imggen.resume().result).toMatchObject({ status: 'done', refusals: [], jobs: made });
  expect(uploaded()).toEqual({ alpha: 2, beta: 3 });
});

it('a store that refuses its key keeps its own jobs back, and no others', async () => {
  const beta = { isRefused: false };
  const imggen = await open({}, { stores: { ...storesNamed('alpha'), ...keyed('beta', beta) } });
  await unfinished(imggen, 2, { storage: 'alpha' });
  await unfinished(imggen, 3, { storage: 'beta' });
  beta.isRefused = true;
  expect(await imggen.resume().result).toMatchObject({
    status: 'auth',
    jobs: [{ completed: 2, uploadsLeft: 0 }, { completed: 0 }],
    refusals: [{ jobId: '2', kind: 'auth', message: 'the key is refused' }],
  });
  expect(uploaded()).toEqual({ alpha: 2 });
});
