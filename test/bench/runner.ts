/** What the runner adds to a provider's own time: real ledger, real files, a provider that only waits. */
import { randomUUID } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import { freeBytes } from '../../src/images/save.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Provider } from '../../src/providers/provider.ts';
import type { RunnerContext } from '../../src/runner/context.ts';
import { makePicture } from '../emulators/picture.ts';
import { atMost, inFolder, inTurns, median, timed, type Benchmark } from './bench.ts';
import { built, CHARACTER } from './config.ts';
import { settingsOf } from '../support/settings.ts';

const SHOTS = 200;
const CONCURRENCY = 16;

export const runner: Benchmark = {
  name: 'runner',
  says:
    `${SHOTS} shots at concurrency ${CONCURRENCY}, a provider that answers after L ms, ` +
    'against p-limit and writeFile',
  run: async () => {
    const slow = await contest(1000, 1);
    const fast = await contest(0, 5);
    const idealMs = Math.ceil(SHOTS / CONCURRENCY) * 1000;
    return [
      atMost(`L = 1000 ms: wall (${(slow.ours / 1000).toFixed(2)} s) against the ideal`, slow.ours / idealMs, 1.05, {
        unit: '×',
        digits: 3,
        floor: `ideal ${idealMs / 1000} s; bare loop ${(slow.bare / 1000).toFixed(2)} s`,
      }),
      {
        what: 'L = 0: time a shot, two synced files and five commits included',
        measured: `${(fast.ours / SHOTS).toFixed(2)} ms`,
        floor: `bare loop, nothing synced: ${(fast.bare / SHOTS).toFixed(2)} ms`,
      },
    ];
  },
};

async function contest(latencyMs: number, rounds: number): Promise<{ ours: number; bare: number }> {
  const picture = makePicture(64, 64, 'runner');
  const runs = await inTurns(rounds, {
    bare: () => inFolder((folder) => timed(() => bareLoop(folder, picture, latencyMs))),
    ours: () => inFolder((folder) => ourRun(folder, picture, latencyMs)),
  });
  return { ours: median(runs('ours')), bare: median(runs('bare')) };
}

async function bareLoop(folder: string, picture: Buffer, latencyMs: number): Promise<void> {
  await mkdir(join(folder, 'out'));
  const limit = pLimit(CONCURRENCY);
  await Promise.all(
    Array.from({ length: SHOTS }, (_, index) =>
      limit(async () => {
        if (latencyMs > 0) await sleep(latencyMs);
        await writeFile(join(folder, 'out', `${index}.png`), picture);
      }),
    ),
  );
}

/** A ledger with the job planned. */
async function planned(folder: string): Promise<{ ledger: Ledger; jobId: number }> {
  const { Ledger: LedgerClass } = await built('ledger/ledger');
  const { planPack } = await built('plan/plan');
  const ledger = new LedgerClass({ file: join(folder, '.imggen/ledger.db'), now: Date.now });
  const { character } = ledger.characters.register({
    id: 'mira-sol',
    name: 'Mira Sol',
    seed: 1,
    attributes: CHARACTER,
    locked: {},
  });
  const { job } = ledger.jobs.openOrCreate({
    characterKey: character.key,
    kind: 'pack',
    fingerprint: 'bench',
    priority: 1,
    imageCount: SHOTS,
    settings: settingsOf({
      provider: 'waiting',
      model: 'none',
      width: 64,
      height: 64,
      output: join(folder, 'images'),
      concurrency: CONCURRENCY,
    }),
    plan: (from) => planPack({ attributes: CHARACTER, seed: 1 }, SHOTS, from),
  });
  return { ledger, jobId: job.id };
}

/** The run alone: the ledger is open and the job planned. */
async function ourRun(folder: string, picture: Buffer, latencyMs: number): Promise<number> {
  const { Runner } = await built('runner/runner');
  const { imageFilename } = await built('names');
  const { ledger, jobId } = await planned(folder);
  const ready = { provider: waiting(picture, latencyMs), model: 'none', scope: 'waiting:0', intervalMs: 0 };
  const context: RunnerContext = {
    ledger,
    providers: new Map([['waiting', ready]]),
    now: Date.now,
    elapsed: () => performance.now(),
    random: Math.random,
    newKey: randomUUID,
    sleep: (ms, signal) => sleep(ms, undefined, { signal }).catch(() => {}),
    download: () => Promise.reject(new Error('nothing is downloaded here')),
    tell: () => {},
    trace: () => {},
    clean: (text) => text,
    imageName: imageFilename,
    outputs: () => [],
    freeBytes,
  };
  const never = new AbortController().signal;
  const options = { jobIds: [jobId], drain: never, abort: never };
  const run = new Runner(context, options, { references: new Map(), after: [] });
  const took = await timed(() => run.run());
  const { done } = ledger.jobs.counts(jobId);
  ledger.close();
  if (done !== SHOTS) throw new Error(`${done} of ${SHOTS} shots done`);
  return took;
}

function waiting(picture: Buffer, latencyMs: number): Provider {
  return {
    name: 'waiting',
    idempotent: false,
    defaultModel: 'none',
    capabilities: () => ({
      seed: 'exact',
      referencesMax: 0,
      keepsFace: 'references',
      sizes: { kind: 'free', minPx: 64, maxPx: 64, multipleOf: 1, ratioMax: 1 },
      qualities: [],
      negativePrompt: false,
      cancel: false,
      reattach: false,
    }),
    price: () => ({ worstMicros: 0, expectedMicros: 0, source: 'free', asOf: '2026-11-21' }),
    warnings: () => [],
    submit: async () => {
      if (latencyMs > 0) await sleep(latencyMs);
      return { state: 'generated', image: { kind: 'bytes', bytes: picture }, costMicros: 0 };
    },
    check: () => Promise.resolve({ ok: true, message: 'waits' }),
  };
}
