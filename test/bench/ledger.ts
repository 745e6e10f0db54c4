/** The ledger with a million shots: every question that a run or a person asks, in milliseconds. */
import { randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, openSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Claimed } from '../../src/ledger/lease.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { inFolder, median, quantile, type Benchmark, type Figure } from './bench.ts';
import { built } from './config.ts';
import { CHARACTERS, fillLedger, JOBS, OPEN_JOB } from './million.ts';

export const ledgerBenchmark: Benchmark = {
  name: 'ledger',
  says: 'a ledger with 1,000,000 shots',
  run: () =>
    inFolder(async (folder) => {
      const { Ledger } = await built('ledger/ledger');
      const file = join(folder, '.imggen', 'ledger.db');
      new Ledger({ file, now: Date.now }).close();
      fillLedger(file);
      const open = sample(20, () => new Ledger({ file, now: Date.now }).close());
      const one = new Ledger({ file, now: Date.now });
      const sync = fsyncFloor(join(folder, 'floor'));
      const figures = measure(one);
      one.close();
      const mib = statSync(file).size / 1024 / 1024;
      return [
        ...figures.map((figure) => ({
          ...figure,
          floor: figure.floor ?? `a 4 KiB write with fsync: ${sync.toFixed(2)} ms`,
        })),
        told('open and close', open, undefined, `file of ${mib.toFixed(0)} MiB`),
      ];
    }),
};

function measure(ledger: Ledger): Figure[] {
  const open = Array.from({ length: 200 }, (_, index) => OPEN_JOB + index);
  return [...measureSteps(ledger, open), ...measurePictures(ledger), ...measureJobs(ledger, open)];
}

/** The commits of a shot. */
function measureSteps(ledger: Ledger, open: readonly number[]): Figure[] {
  const none = (): number[] => [];
  const steps = { claim: none(), busy: none(), generated: none(), named: none(), done: none() };
  for (let n = 0; n < 300; n += 1) {
    const [took, claimed] = clock(() => claim(ledger, [OPEN_JOB]));
    steps.claim.push(took);
    if (n % 3 === 0) steps.busy.push(clock(() => claim(ledger, open.toReversed()))[0]);
    const lease = claimed.lease;
    steps.generated.push(
      clock(() =>
        ledger.attempts.generated(lease, { staged: `/p/${lease.attemptId}.part`, seedHonored: 'yes' }, 'local:0'),
      )[0],
    );
    const image = { sha256: 'a'.repeat(64), sizeBytes: 1, width: 1, height: 1, format: 'png', extension: 'png' };
    const [naming, row] = clock(() =>
      ledger.images.named(lease, image, { nameOf: (number) => `n_${number}.png`, pathOf: (name) => `/p/${name}` }),
    );
    steps.named.push(naming);
    steps.done.push(clock(() => ledger.images.done(lease, row.id, 'file:///p'))[0]);
  }
  return [
    told('claim (lease, attempt, reservation, event: one commit)', steps.claim, 1),
    told('claim from a run over 200 open jobs', steps.busy),
    told('next number and name (one commit)', steps.named, undefined),
    told('picture booked, T4 (one commit)', steps.generated),
    told('shot done, T6 (one commit)', steps.done),
  ];
}

/** What galleries and packs ask of pictures. */
function measurePictures(ledger: Ledger): Figure[] {
  return [
    told(
      'status counts of a pack of 1,000',
      sample(300, (n) => ledger.jobs.counts(1 + (n % JOBS))),
    ),
    told(
      'gallery page of 50',
      sample(300, (n) =>
        ledger.images.gallery({ characterKey: 1 + (n % CHARACTERS), limit: 50, beforeId: 900_000 - n * 1000 }),
      ),
      5,
    ),
    told(
      'gallery: newest 50 of one kind',
      sample(50, (n) => ledger.images.gallery({ characterKey: 1 + (n % CHARACTERS), limit: 50, kind: 'gallery' })),
    ),
    told(
      'the avatar to refer to, of 40,000 pictures',
      sample(50, (n) => ledger.images.avatar(1 + (n % CHARACTERS))),
    ),
    told(
      'a picture by its file name',
      sample(20, (n) => ledger.images.find(`c${n % CHARACTERS}_image_0${1000 + n}`)),
    ),
  ];
}

/** What runs, `status` and `stats` ask of jobs. */
function measureJobs(ledger: Ledger, open: readonly number[]): Figure[] {
  return [
    told(
      'look for ended owners in 200 open jobs',
      sample(100, () => [...ledger.recovery.takeOver(open, 1)]),
    ),
    told(
      'uploads of a job: next',
      sample(100, () => ledger.uploads.claim([1], 'paper')),
    ),
    told(
      'uploads of a job: how many wait',
      sample(100, () => ledger.uploads.pending([1], 'paper')),
    ),
    told(
      'queue ahead of a job (200 open)',
      sample(20, () => ledger.standing.ahead(OPEN_JOB + 100)),
    ),
    told(
      'pace of a job',
      sample(100, (n) => ledger.standing.pace(1 + (n % 700))),
    ),
    told('end of a run, last event (one commit)', closings(ledger)),
    told(
      'newest 50 jobs',
      sample(100, () => ledger.jobs.list(50)),
    ),
    told(
      'stats over all attempts',
      sample(3, () => ledger.statistics.models()),
    ),
    told(
      'spending of 30 days',
      sample(3, () => ledger.statistics.spending(30)),
    ),
  ];
}

function claim(ledger: Ledger, jobIds: readonly number[]): Claimed {
  const candidate = ledger.claims.candidate(jobIds);
  if (candidate.kind !== 'candidate') throw new Error(`nothing to claim: ${JSON.stringify(candidate)}`);
  const route = {
    provider: 'local',
    model: 'm',
    scope: 'local:0',
    intervalMs: 0,
    worstMicros: 10,
    expectedMicros: 10,
    attemptKey: randomUUID(),
    request: { width: 16, height: 16, references: [] },
  };
  const result = ledger.claims.claim(candidate, [route]);
  if (result.kind !== 'claimed') throw new Error(`nothing claimed: ${JSON.stringify(result)}`);
  return result;
}

function clock<T>(work: () => T): [number, T] {
  const start = performance.now();
  const result = work();
  return [performance.now() - start, result];
}

/** How long closing a run takes; opening it does not count. */
function closings(ledger: Ledger): number[] {
  const runs = Array.from({ length: 50 }, (_, n) => ledger.jobs.openRun([1 + n]));
  return sample(50, (n) => runs[n]?.close(1 + n, 0));
}

function sample(times: number, work: (n: number) => unknown): number[] {
  return Array.from({ length: times }, (_, n) => clock(() => work(n))[0]);
}

/**
 * Median and 99th percentile. The target holds for the median: a commit waits for the disk, and the disk for others.
 */
function told(what: string, tookMs: readonly number[], maxMs?: number, floor?: string): Figure {
  const value = median(tookMs);
  return {
    what,
    measured: `${value.toFixed(value < 0.1 ? 3 : 2)} ms (p99 ${quantile(tookMs, 0.99).toFixed(2)})`,
    ...(maxMs === undefined ? {} : { target: `< ${maxMs} ms`, ok: value < maxMs }),
    ...(floor === undefined ? {} : { floor }),
  };
}

function fsyncFloor(file: string): number {
  const fd = openSync(file, 'w');
  const page = Buffer.alloc(4096, 1);
  const took = sample(100, () => {
    writeSync(fd, page);
    fsyncSync(fd);
  });
  closeSync(fd);
  return median(took);
}
