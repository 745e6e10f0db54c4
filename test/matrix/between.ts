/** One shot whose process dies, what changes between that and the next run, and what came of it. In one process. */
import { processHost } from '../../src/host.ts';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Job } from '../../src/ledger/records.ts';
import { downloadImage } from '../../src/images/download.ts';
import type { RunnerContext } from '../../src/runner/context.ts';
import { Runner } from '../../src/runner/runner.ts';
import { startEmulator } from '../emulators/emulator.ts';
import type { Fault } from '../emulators/faults.ts';
import { replicate } from '../emulators/replicate.ts';
import { contextOf, galleryShots, makeJob, newFolder, optionsOf } from '../support/jobs.ts';
import { quickly, service, TOKEN, type Broken } from './service.ts';
import { change, keepWholePaths, openLedger, removeStage, stageIn, type Change, type Stage } from './stage.ts';

const HOUR_MS = 3_600_000;
const RUNS_MAX = 60;
/** Longer waits of a process are time limits. */
const LIMIT_MS = 4_000;
/** Never rejects. */
const { sleep } = processHost({ cwd: '', env: {} });

/** The kinds of what may happen, and their values. The first of each is nothing. */
export const KINDS = {
  /**
   * When the process dies: its request, a reading or the download never ends; or (`save`) the answer is staged and has
   * a number, and nobody else has it any more.
   */
  death: ['submit', 'poll', 'download', 'save'],
  config: ['same', 'another input'],
  key: ['same', 'another account first'],
  clockMs: [0, 180_000, -2 * HOUR_MS, 8_760 * HOUR_MS],
  folder: ['same', 'pictures moved', 'project renamed', 'reached by a link'],
  service: ['honest', 'not there at first', 'down at first', 'a refused link at first'],
} as const satisfies Record<string, readonly unknown[]> & { folder: readonly Change[] };

/** One value of each kind. */
export type Case = { [K in keyof typeof KINDS]: (typeof KINDS)[K][number] };

const LIES: Record<Case['service'], Fault[]> = {
  honest: [],
  'not there at first': [{ on: 'poll', kind: 'status', status: 404, times: 1 }],
  'down at first': [{ on: 'list', kind: 'status', status: 503, times: 1 }],
  'a refused link at first': [{ on: 'download', kind: 'status', status: 403, times: 1 }],
};

/** What a case came to. */
export interface Outcome {
  charges: number;
  done: number;
  failed: number;
}

/** What the service says of what it no longer has. */
const FORGOTTEN: Fault[] = ['poll', 'download'].map((on) => ({ on, kind: 'status', status: 404 }));

/** Plays a case to its end. @param broken the negative control. */
export async function play(one: Case, broken?: Broken): Promise<Outcome> {
  const emulator = await startEmulator(replicate({ token: TOKEN }), { latencyMs: 1 });
  const folder = newFolder('matrix');
  const stage = { ...stageIn(folder, emulator), aheadMs: one.clockMs };
  try {
    const job = await dies(stage, one);
    stage.aheadMs = 0;
    if (broken === 'looks only where things were') keepWholePaths(stage);
    change(stage, one.folder);
    const input = one.config === 'same' ? {} : { guidance: 5 };
    const forgotten = one.death === 'save' ? FORGOTTEN : [];
    emulator.faults.splice(0, emulator.faults.length, ...forgotten);
    if (one.key !== 'same') await run(stage, job, { owner: 'stranger', input, isForeign: true, broken });
    emulator.faults.splice(0, emulator.faults.length, ...LIES[one.service], ...forgotten);
    let counts = { done: 0, failed: 0 };
    // One run meets the lie, the next collects; on a busy machine a later one.
    for (let runs = 1; runs <= RUNS_MAX && counts.done === 0; runs += 1) {
      await run(stage, job, { owner: `run ${runs}`, input, broken });
      const ledger = openLedger(stage, 'end');
      counts = ledger.jobs.counts(job.id);
      ledger.close();
    }
    return { charges: emulator.charges().length, done: counts.done, failed: counts.failed };
  } finally {
    await emulator.close();
    removeStage(folder);
  }
}

/** The first process: it dies with its request, a reading or the download under way, or before it names the file. */
async function dies(stage: Stage, { death }: Case): Promise<Job> {
  const { emulator, dead } = stage;
  if (death !== 'save') emulator.faults.push({ on: death, kind: 'hang' });
  const ledger = openLedger(stage, 'first');
  const settings = { provider: 'replicate', model: 'black-forest-labs/flux-dev', width: 64, height: 64 };
  const job = makeJob(ledger, stage.output, { shots: galleryShots(1), settings });
  const abort = new AbortController();
  const traced = new Set<string>();
  const trace = (point: string): void => {
    traced.add(point);
    if (death !== 'save' || point !== 'named') return;
    ledger.close();
    throw new Error('the process is dead');
  };
  // Time limits are whole here: on a busy machine a request that is to hang would be given up before it is seen.
  const wait = (ms: number, signal?: AbortSignal) => (ms < LIMIT_MS ? quickly(ms, signal) : sleep(ms, signal));
  const parts = { ...(await service(stage, {})), trace, sleep: wait, signal: abort.signal };
  const ended = runner(stage, ledger, job, parts)
    .run()
    .catch(() => {});
  const isAsked = () => emulator.requests.some(({ operation }) => operation === death);
  const isThere = () => (death === 'save' ? traced.has('named') : isAsked() && emulator.charges().length > 0);
  while (!isThere()) await sleep(2);
  // A dead process writes nothing more.
  if (death !== 'save') ledger.close();
  dead.add('first');
  abort.abort();
  await ended;
  return job;
}

async function run(
  stage: Stage,
  job: Job,
  how: { owner: string; input: object; isForeign?: boolean; broken?: Broken | undefined },
): Promise<void> {
  const ledger = openLedger(stage, how.owner);
  try {
    const scope = how.isForeign && how.broken !== 'takes any account for its own' ? 'replicate:other' : 'replicate:own';
    const outputs = how.broken === 'looks only where things were' ? () => [] : () => [stage.output];
    await runner(stage, ledger, job, { ...(await service(stage, how)), scope, outputs }).run();
  } finally {
    ledger.close();
    stage.dead.add(how.owner);
  }
}

type Parts = Awaited<ReturnType<typeof service>> &
  Partial<Pick<RunnerContext, 'trace' | 'outputs' | 'sleep'>> & { scope?: string; signal?: AbortSignal };

function runner(
  stage: Stage,
  ledger: Ledger,
  job: Job,
  { provider, onRefused, scope = 'replicate:own', signal, ...parts }: Parts,
): Runner {
  const context = contextOf({
    ledger,
    now: () => Date.now() + stage.aheadMs,
    elapsed: () => performance.now(),
    sleep: quickly,
    newKey: () => crypto.randomUUID(),
    download: (url, part, how) =>
      downloadImage(url, part, { ...how, fetch }).catch((error: unknown) => {
        onRefused();
        throw error;
      }),
    provide: [{ provider, model: job.settings.model, scope, intervalMs: 0 }],
    ...parts,
  });
  const options = optionsOf([job.id], signal ? { abort: signal } : {});
  return new Runner(context, options, { references: new Map(), after: [] });
}
