/**
 * One process that works on job 1 of a ledger, and kills itself with SIGKILL at a named point: to be started again and
 * again. One argument, JSON of `CrashPlan`.
 */
import { randomUUID } from 'node:crypto';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Ledger } from '../../src/ledger/ledger.ts';
import { AFTER_SAVE, afterSave } from '../../src/runner/after/index.ts';
import { ProviderError } from '../../src/errors.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { fillWithPlaceholders } from '../../src/runner/placeholders.ts';
import { Runner } from '../../src/runner/runner.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { contextOf, optionsOf, ready } from '../support/jobs.ts';
import { makePicture } from '../emulators/picture.ts';
import { fileJournal } from '../simulation/journal.ts';
import { paperDownload, paperProvider, type RecoveryClass } from '../simulation/service.ts';

/** What the process is to do. */
export interface CrashPlan {
  folder: string;
  recovery: RecoveryClass;
  /** Is killed at the `hit`-th passing of `point`; without it, it works to the end. */
  kill?: { point: string; hit: number };
  /** Names of shots that the service refuses: they are filled with placeholders. */
  refuses?: readonly string[];
  /** A protection removed. */
  denies?: boolean;
}

const plan = JSON.parse(process.argv[2] ?? '') as CrashPlan;
let hits = 0;
const pass = (point: string) => {
  if (point === plan.kill?.point && (hits += 1) === plan.kill.hit) process.kill(process.pid, 'SIGKILL');
};
const sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, Math.min(ms, 20));
    signal?.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });

/** A store that is a folder. */
const storage: Storage = {
  name: 'paper',
  concurrency: 2,
  put: (asset) => {
    mkdirSync(join(plan.folder, 'store'), { recursive: true });
    copyFileSync(asset.path, join(plan.folder, 'store', asset.name));
    return Promise.resolve({ key: asset.name });
  },
  urlOf: ({ key }) => Promise.resolve({ url: `https://store.test/${key}` }),
  find: () => Promise.resolve(undefined),
  list: async function* () {},
  remove: () => Promise.resolve(0),
  check: () => Promise.resolve({ ok: true, message: 'fine' }),
};

const ledger = new Ledger({ file: join(plan.folder, 'ledger.db'), now: Date.now });
const provider = paperProvider({
  recovery: plan.recovery,
  journal: fileJournal(join(plan.folder, 'charges.jsonl')),
  now: Date.now,
  sleep,
  findAfterMs: 0,
  denies: plan.denies,
  charged: () => pass('charged'),
});
const { refuses = [] } = plan;
const choosy: Provider = {
  ...provider,
  submit: (request, call) =>
    refuses.includes(request.shot)
      ? Promise.reject(new ProviderError('not this one', { failure: 'refused' }))
      : provider.submit(request, call),
};
const drawing: Provider = {
  ...provider,
  name: 'local',
  submit: ({ shot, width, height }) =>
    Promise.resolve({ state: 'generated', image: { kind: 'bytes', bytes: makePicture(width, height, shot) } }),
};
const context = contextOf({
  ledger,
  now: Date.now,
  elapsed: () => performance.now(),
  sleep,
  download: paperDownload({ sleep }),
  newKey: randomUUID,
  trace: pass,
  provide: [ready(choosy)],
});
const options = optionsOf([1]);
const after = await afterSave({ ...context, ...options, stores: new Map([['paper', storage]]) }, AFTER_SAVE);
const result = await new Runner(context, options, { references: new Map(), after }).run();
const jobs = options.jobIds.flatMap((id) => ledger.jobs.find(id) ?? []);
await fillWithPlaceholders(context, jobs, { drawing: ready(drawing), signal: options.abort });
if (result.stop) throw new Error(`stopped: ${JSON.stringify(result.stop)}`);
ledger.close();
