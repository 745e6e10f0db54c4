import { createHash } from 'node:crypto';
import { dirname } from 'node:path';
import type { Config } from '../config/config.ts';
import type { Overrides } from '../config/overrides.ts';
import { UserError } from '../errors.ts';
import type { JobBasics } from '../ledger/new-job.ts';
import { keptPath } from '../ledger/paths.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobChanges, JobKind, JobSettings } from '../ledger/records.ts';
import { assertOwner, isVisible } from './characters.ts';
import { printable } from '../sanitize.ts';
import type { Notice } from './notice.ts';
import type { Caller, Project } from './project.ts';
import { uncompared } from './uncompared.ts';

/** Characters of a job's key. */
const KEY_MAX = 200;

const PRIORITIES = { high: 0, normal: 1, low: 2 } as const;

/** What the caller gave this time: it is laid over the settings of a job that goes on. All else stays the job's own. */
export function changesOf({ given, caps, priority, storage, faces }: Config): JobChanges {
  const { concurrency, attemptsMax, timeoutMs, thumbnails, placeholders, requireSeed, allowUnknownPrice } = given;
  const { quality, batch, minConsistency, rerolls, allowInconsistent } = given;
  return {
    concurrency,
    attemptsMax,
    timeoutMs,
    thumbnails,
    placeholders,
    score: scoreOf(given),
    minConsistency,
    // Of a job that had no gate.
    rerolls: rerolls ?? (minConsistency === undefined ? undefined : faces.rerolls),
    allowInconsistent,
    requireSeed,
    allowUnknownPrice,
    quality,
    batch,
    caps: {
      perImageMicros: given.maxImageUsd === undefined ? undefined : caps.perImageMicros,
      perRunMicros: given.budgetUsd === undefined ? undefined : caps.perRunMicros,
      perDayMicros: given.maxDayUsd === undefined ? undefined : caps.perDayMicros,
    },
    store: given.storage === undefined ? undefined : storage.provider,
    priority: given.priority === undefined ? undefined : PRIORITIES[priority],
  };
}

/** What tells one job from another, for its fingerprint. */
interface Wanted {
  characterId: string;
  kind: JobKind;
  settings: JobSettings;
  /** The same with other providers: an unfinished job of one of them goes on. Default: none. */
  alternatives?: readonly JobSettings[] | undefined;
  /** The number of pictures, or which ones. */
  what: number | readonly number[];
  /** Of what the user asked to see. */
  planHash?: string | undefined;
}

/** What every job has in common: key, fingerprint, settings, priority, and the changes of one that goes on. */
export function jobBasics(config: Config, wanted: Wanted, more: Pick<JobBasics, 'key' | 'fresh'>): JobBasics {
  assertKey(more.key);
  const folder = dirname(config.ledger);
  const alternatives = wanted.alternatives?.map((settings) => ({
    settings,
    fingerprint: fingerprintOf({ ...wanted, settings }, folder),
  }));
  return {
    ...more,
    settings: wanted.settings,
    changes: changesOf(config),
    fingerprint: fingerprintOf(wanted, folder),
    ...(alternatives && { alternatives }),
    planHash: wanted.planHash,
    priority: PRIORITIES[config.priority],
  };
}

/** @throws {UserError} for a key that is empty, too long, unprintable, or looks like a job's number. */
function assertKey(key: string | undefined): void {
  if (key === undefined) return;
  if (key.length <= KEY_MAX && /^[^\s\p{C}]+(?: [^\s\p{C}]+)*$/u.test(key) && !/^\d+$/.test(key)) return;
  throw new UserError(`this is no key for a job: ${JSON.stringify(printable(key, 60))}`, {
    hint: `a key is 1 to ${KEY_MAX} printable characters and not only digits, for example nightly-2026-11-21`,
  });
}

/** Hash over what makes two requests the same. */
function fingerprintOf({ characterId, kind, what, planHash, settings }: Wanted, ledgerFolder: string): string {
  const { provider, model, width, height, quality, transparent, lora } = settings;
  const output = keptPath(ledgerFolder, settings.output);
  const same = [characterId, kind, what, planHash ?? '', provider, model, width, height, quality ?? '', output];
  const made = [...same, ...(transparent ? ['transparent'] : []), ...(lora ? [`lora ${lora.weights}`] : [])];
  return createHash('sha256').update(JSON.stringify(made)).digest('hex');
}

/**
 * A job by id or key, of the caller's own; without a name the only unfinished one, or the newest. @throws {UserError}
 */
export function knownJob(project: Pick<Project, 'ledger' | 'caller' | 'clean'>, name: string | undefined): Job {
  const ledger = project.ledger.openExisting();
  const own = (jobs: readonly Job[]) => ownJobs(ledger, project.caller, jobs);
  const job =
    name === undefined ? (own(ledger.jobs.open()).at(-1) ?? own(ledger.jobs.list(10_000))[0]) : ledger.jobs.find(name);
  if (!job) {
    throw new UserError(
      name === undefined ? 'there is no job yet' : `there is no job ${JSON.stringify(project.clean(name))}`,
      { hint: 'the list of jobs tells their numbers and keys', advice: { code: 'list-jobs' } },
    );
  }
  assertOwner(project.caller, ledger.characters.get(job.characterKey));
  return job;
}

/** What is said of an identical, unfinished job that goes on. @param what it makes, in words. */
export function continuation({ id, key, imageCount }: Job, done: number, what: string): Notice {
  const message = `going on with job ${id}: ${done} of ${imageCount} ${what} are there`;
  if (key !== null) return { message: `${message} (it is named ${JSON.stringify(key)})` };
  return { message, advice: { code: 'start-another-job' } };
}

/** Those of the caller's own characters; for the administrator all. */
export function ownJobs(ledger: Ledger, caller: Caller, jobs: readonly Job[]): Job[] {
  const visible = isVisible(ledger, caller);
  return jobs.filter((job) => visible(job.characterKey));
}

/** True when something of a job is left to do: shots, doubts, uploads, faces that a gate waits for. */
export function isUnfinished(ledger: Ledger, job: Job, drawing: ReadonlySet<string>): boolean {
  const counts = ledger.jobs.counts(job.id);
  const uploads = ledger.uploads.open(job.id);
  const left = counts.queued + counts.leased + counts.held + uploads.pending + uploads.failed;
  return left > 0 || uncompared(ledger, job, drawing) > 0;
}

/**
 * A command that is repeated does not buy more of what was paid in vain: only a person who goes on with the job does.
 * @returns why it does not go on (`incomplete`) when the last answers of the job's model were paid and are no pictures.
 */
export function paidInVain(ledger: Ledger, { id }: Job, { provider, model }: JobSettings): UserError | undefined {
  if (!ledger.jobs.endedInVain(id, model)) return undefined;
  return new UserError(
    `${provider} (${model}) was paid, or perhaps paid, for answers of job ${id} that are no pictures: nothing was sent`,
    {
      kind: 'incomplete',
      hint: 'choose another model, or go on with the job',
      advice: { code: 'another-model', jobId: String(id) },
    },
  );
}

function scoreOf({ score, minConsistency }: Overrides): JobChanges['score'] {
  if (score === false) return 'never';
  return score === true || minConsistency !== undefined ? 'always' : undefined;
}
