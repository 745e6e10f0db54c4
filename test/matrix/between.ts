/** One shot whose process dies, what changes between that and the next run, and what came of it. In one process. */
import { mkdirSync, renameSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Ledger } from '../../src/ledger/ledger.ts';
import type { Job } from '../../src/ledger/records.ts';
import { downloadImage } from '../../src/images/download.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { Runner } from '../../src/runner/runner.ts';
import { startEmulator, type Emulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { replicate } from '../emulators/replicate.ts';
import { contextOf, galleryShots, makeJob, newFolder, optionsOf, removeFolder } from '../support/jobs.ts';
import { quickly, service, TOKEN, type Broken } from './service.ts';

const HOUR_MS = 3_600_000;
const RUNS_MAX = 6;

/** The kinds of what may happen, and their values. The first of each is nothing. */
export const KINDS = {
  /** When the process dies: its request, a reading or the download never ends. */
  death: ['submit', 'poll', 'download'],
  config: ['same', 'another input'],
  key: ['same', 'another account first'],
  clockMs: [0, 180_000, -2 * HOUR_MS, 8_760 * HOUR_MS],
  folder: ['same', 'pictures moved', 'project renamed', 'reached by a link'],
  service: ['honest', 'not there at first', 'down at first', 'a refused link at first'],
} as const;

/** One value of each kind. */
export type Case = { [K in keyof typeof KINDS]: (typeof KINDS)[K][number] };

const LIES: Record<Case['service'], Fault[]> = {
  honest: [],
  'not there at first': [{ on: 'poll', kind: 'status', status: 404, positions: [1] }],
  'down at first': [{ on: 'list', kind: 'status', status: 503, positions: [1] }],
  'a refused link at first': [{ on: 'download', kind: 'status', status: 403, positions: [1] }],
};

/** What a case came to. */
export interface Outcome {
  charges: number;
  done: number;
  failed: number;
}

/** Where a case is played. */
interface Stage {
  emulator: Emulator;
  folder: string;
  dead: Set<string>;
  output: string;
  aheadMs: number;
}

/** Plays a case to its end. @param broken the negative control. */
export async function play(one: Case, broken?: Broken): Promise<Outcome> {
  const emulator = await startEmulator(replicate({ token: TOKEN }), { latencyMs: 1 });
  const folder = newFolder('matrix');
  const stage: Stage = { emulator, folder, dead: new Set(), output: join(folder, 'images'), aheadMs: one.clockMs };
  try {
    const job = await dies(stage, one);
    stage.aheadMs = 0;
    change(stage, one.folder);
    const input = one.config === 'same' ? {} : { guidance: 5 };
    if (one.key !== 'same') await run(stage, job, { owner: 'stranger', input, isForeign: true, broken });
    emulator.faults.splice(0, emulator.faults.length, ...LIES[one.service]);
    let counts = { done: 0, failed: 0 };
    // One run meets the lie, the next collects; on a busy machine a later one.
    for (let runs = 1; runs <= RUNS_MAX && counts.done === 0; runs += 1) {
      await run(stage, job, { owner: `run ${runs}`, input, broken });
      const ledger = open(stage, 'end');
      counts = ledger.jobs.counts(job.id);
      ledger.close();
    }
    return { charges: emulator.charges().length, done: counts.done, failed: counts.failed };
  } finally {
    await emulator.close();
    for (const end of ['', '-moved', '-link']) removeFolder(`${folder}${end}`);
  }
}

/** What becomes of the folders between two runs. */
function change(stage: Stage, what: Case['folder']): void {
  const { folder } = stage;
  if (what === 'pictures moved') {
    stage.output = join(folder, 'moved', 'images');
    mkdirSync(dirname(stage.output), { recursive: true });
    renameSync(join(folder, 'images'), stage.output);
  }
  if (what === 'project renamed') {
    stage.folder = `${folder}-moved`;
    stage.output = join(stage.folder, 'images');
    renameSync(folder, stage.folder);
  }
  if (what === 'reached by a link') {
    stage.folder = `${folder}-link`;
    symlinkSync(folder, stage.folder);
  }
}

/** The first process: it dies with its request, a reading or a download under way. */
async function dies(stage: Stage, { death }: Case): Promise<Job> {
  const { emulator, dead } = stage;
  emulator.faults.push({ on: death, kind: 'hang' });
  const ledger = open(stage, 'first');
  const settings = { provider: 'replicate', model: 'black-forest-labs/flux-dev', width: 64, height: 64 };
  const job = makeJob(ledger, stage.output, { shots: galleryShots(1), settings });
  const abort = new AbortController();
  const ended = runner(stage, ledger, job, { provider: await service(stage, {}), signal: abort.signal })
    .run()
    .catch(() => {});
  while (!emulator.requests.some(({ operation }) => operation === death) || emulator.charges().length === 0)
    await sleep(2);
  // A dead process writes nothing more.
  ledger.close();
  dead.add('first');
  abort.abort();
  await ended;
  emulator.faults.length = 0;
  return job;
}

async function run(
  stage: Stage,
  job: Job,
  how: { owner: string; input: object; isForeign?: boolean; broken?: Broken | undefined },
): Promise<void> {
  const ledger = open(stage, how.owner);
  try {
    const provider = await service(stage, how);
    await runner(stage, ledger, job, {
      provider,
      scope: how.isForeign && how.broken !== 'takes any account for its own' ? 'replicate:other' : undefined,
    }).run();
  } finally {
    ledger.close();
    stage.dead.add(how.owner);
  }
}

function open({ folder, dead, ...stage }: Stage, owner: string): Ledger {
  const liveness = { owner, isRunning: (id: string) => !dead.has(id), close: () => {} };
  return new Ledger({ file: join(folder, 'ledger.db'), now: () => Date.now() + stage.aheadMs, liveness });
}

function runner(
  stage: Stage,
  ledger: Ledger,
  job: Job,
  {
    provider,
    scope = 'replicate:own',
    signal,
  }: { provider: Provider; scope?: string | undefined; signal?: AbortSignal },
): Runner {
  const context = contextOf({
    ledger,
    now: () => Date.now() + stage.aheadMs,
    elapsed: () => performance.now(),
    sleep: quickly,
    newKey: () => crypto.randomUUID(),
    download: (url, part, how) => downloadImage(url, part, { ...how, fetch }),
    outputs: () => [stage.output],
    provide: [{ provider, model: job.settings.model, scope, intervalMs: 0 }],
  });
  const options = optionsOf([job.id], signal ? { abort: signal } : {});
  return new Runner(context, options, { references: new Map(), after: [] });
}
