/** What a training came to, for programs. */
import { lstatSync } from 'node:fs';
import type { BudgetCap } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, Lora } from '../ledger/records.ts';
import type { ShotCounts } from '../ledger/shot-counts.ts';
import { usdOf } from '../money.ts';
import type { Stop } from '../runner/context.ts';
import type { TrainingEnd } from '../training/run.ts';
import type { RunStatus } from './run-status.ts';

/** A LoRA of a character. */
export interface LoraInfo {
  filename: string;
  /** Absolute. */
  path: string;
  /** Its file lies there: a plain one of its size. */
  isThere: boolean;
  /** The word that prompts say in place of the name, and what follows it. */
  trigger: string;
  className: string;
  provider: string;
  /** The trainer. */
  trainer: string;
  /** Models of the provider that take it. */
  madeWith: readonly string[];
  steps: number;
  /** Pictures it was trained with. */
  images: number;
  sizeBytes: number;
  sha256: string;
  /** Where the service has it, which may not keep it for ever; null: not told. */
  url: string | null;
  /** The version of the destination model, `owner/name:id`; null: the service makes none. */
  version: string | null;
  costUsd: number;
  /** ISO 8601. */
  createdAt: string;
}

/** What a training came to. Money in US dollars. */
export interface Trained {
  /** As that of a run. */
  status: RunStatus;
  jobId: string;
  characterId: string;
  characterName: string;
  provider: string;
  trainer: string;
  /** null: there is none (yet). */
  lora: LoraInfo | null;
  /** False: it was there before, and nothing was bought. */
  isNew: boolean;
  /** Its request was sent, and nobody knows whether it is charged. */
  isHeld: boolean;
  /** It goes on at the provider, or is finished there: going on with the job collects it. */
  isLive: boolean;
  /** It waits to be sent: going on with the job sends it. */
  isWaiting: boolean;
  costUsd: number;
  /** Held for a request whose cost is not known yet. */
  reservedUsd: number;
  /** Which cap stopped it, and the least that this must be, in US dollars; null: none did. */
  capNeeded: { cap: BudgetCap; enoughUsd: number } | null;
  /** Why there are no weights, or that the ledger is gone; null: nothing is to be told. */
  message: string | null;
}

/** A LoRA of the ledger, as it is told. */
export function loraInfo(lora: Lora): LoraInfo {
  const { filename, path, trigger, className, provider, model, madeWith, steps, images } = lora;
  const { sizeBytes, sha256, url, version, costMicros, createdAtMs } = lora;
  return {
    filename,
    path,
    isThere: isThere(lora),
    trigger,
    className,
    provider,
    trainer: model,
    madeWith,
    steps,
    images,
    sizeBytes,
    sha256,
    url,
    version,
    costUsd: usdOf(costMicros),
    createdAt: new Date(createdAtMs).toISOString(),
  };
}

function isThere({ path, sizeBytes }: Lora): boolean {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === sizeBytes;
}

/** A training as it stands. @param end of the run behind it; `isNew`: that run was to make it. */
export function trainedOf(
  ledger: Ledger,
  jobId: number,
  { end, isNew }: { end: TrainingEnd; isNew: boolean },
): Trained {
  const job = ledger.jobs.find(jobId);
  if (!job) throw new Error(`job ${jobId} is not in the ledger`);
  const counts = ledger.jobs.counts(job.id);
  const total = ledger.jobs.total(job.id);
  const lora = ledger.loras.ofJob(job.id);
  const [failure] = ledger.queries.failures(job.id, 1);
  // Of one that is done nothing is to be told but that the ledger is gone.
  const left = counts.done > 0 ? undefined : (messageOf(end) ?? failure?.message);
  const message = left ?? (end.stop?.reason === 'ledger' ? end.stop.message : null);
  return {
    status: statusOf(job, counts, end.stop),
    jobId: String(job.id),
    characterId: job.characterId,
    characterName: ledger.characters.get(job.characterKey).name,
    provider: job.settings.provider,
    trainer: job.settings.model,
    lora: lora === undefined ? null : loraInfo(lora),
    isNew: isNew && lora !== undefined,
    isHeld: counts.held > 0,
    isLive: counts.leased > 0,
    isWaiting: counts.queued > 0,
    costUsd: usdOf(total.spentMicros),
    reservedUsd: usdOf(total.reservedMicros),
    capNeeded: capNeeded(end),
    message,
  };
}

function capNeeded({ stop, enoughMicros }: TrainingEnd): Trained['capNeeded'] {
  if (stop?.reason !== 'budget' || enoughMicros === undefined) return null;
  return { cap: stop.cap, enoughUsd: usdOf(enoughMicros) };
}

function messageOf({ stop, released }: TrainingEnd): string | undefined {
  if (stop && 'message' in stop) return stop.message;
  if (stop?.reason === 'budget') return `the cap of the ${stop.cap === 'day' ? 'day' : 'job'} stopped it`;
  return released === 'interrupted' ? undefined : released;
}

/** As `statusOf` of runs: the most telling first. */
function statusOf({ state }: Job, counts: ShotCounts, stop: Stop | undefined): RunStatus {
  if (counts.done > 0) return 'done';
  if (stop?.reason === 'interrupted' && counts.queued + counts.leased > 0) return 'interrupted';
  if (state === 'canceled' && counts.canceled > 0) return 'interrupted';
  if (counts.held + (stop?.reason === 'disk' || stop?.reason === 'ledger' ? 0 : counts.leased) > 0) return 'unsettled';
  if (stop?.reason === 'busy') return 'unsettled';
  if (stop?.reason === 'auth') return 'auth';
  if (stop?.reason === 'budget') return 'budget';
  return stop === undefined && counts.queued > 0 ? 'unsettled' : 'all-failed';
}
