import type { LiveEvent } from '../events.ts';
import type { Shot } from '../ledger/records.ts';
import { usdText } from '../money.ts';
import { bytesToReserve } from '../runner/answer-file.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { assertUnchanged, prepareReferences } from '../runner/references.ts';
import type { GivenReference, Reference } from '../shot.ts';
import type { Storage } from '../storage/storage.ts';
import { worstOf } from './estimate.ts';
import { fallbackNotices } from './fallbacks.ts';
import { providersOf, storesOf } from './job-services.ts';
import type { LedgerFile } from './ledger-file.ts';
import { faceNotices } from './likeness.ts';
import type { Notice } from './notice.ts';
import { shotsOf, type PlannedJob } from './planned-job.ts';
import { makeFolders } from './preflight.ts';
import type { Project } from './project.ts';
import { Refusals } from './refusals.ts';

/** Everything that a run works with, checked. */
export interface Prepared {
  jobs: readonly PlannedJob[];
  providers: ReadonlyMap<string, ReadyProvider>;
  /** By name. */
  stores: ReadonlyMap<string, Storage>;
  references: ReadonlyMap<string, Reference>;
  /** Jobs that do not go on, and why. */
  refusals: Refusals;
  /** Ids of characters of whom it is said that no picture of the face goes along. */
  faceless: ReadonlySet<string>;
  /** To be told first. */
  notices: readonly LiveEvent[];
}

/** What preparing needs of a project. */
export type PreparingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'host' | 'clean'>;

/**
 * Checks everything that can be known before paying. Writes nothing but the folders of the pictures. A job that goes on
 * and can not be made now leaves the others their turn.
 * @throws {UserError} `usage`, `auth` for a new job: nothing is left behind.
 */
export async function prepare(project: PreparingProject, jobs: readonly PlannedJob[]): Promise<Prepared> {
  const refusals = new Refusals();
  for (const job of jobs) await refusals.attempt(job, () => assertNotRefused(job));
  const notices = introductions(project, jobs);
  const warn = (message: string) => notices.push({ event: 'notice', level: 'warn', message });
  const services = project.services.forTimeouts(jobs.map(({ settings }) => settings.timeoutMs));
  const providers = await providersOf({ ...project, services }, jobs, { refusals, warn });
  const stores = await storesOf(project, jobs, { refusals, warn });
  const references = new Map<string, Reference>();
  const faceless = new Set<string>();
  const said = new Set<string>();
  for (const job of refusals.left(jobs)) {
    await refusals.attempt(job, async () => {
      const given = referencesOf(project.ledger, job);
      const unread = given.flatMap(({ picture }) => (references.has(picture) ? [] : picture));
      for (const [path, reference] of await prepareReferences(new Set(unread))) references.set(path, reference);
      assertUnchanged(given, references);
      const faces = faceNotices(project, [job], providers);
      for (const id of faces.faceless) faceless.add(id);
      for (const notice of faces.notices) {
        if (!said.has(notice.message)) notices.push({ event: 'notice', level: 'warn', ...notice });
        said.add(notice.message);
      }
    });
  }
  for (const notice of fallbackNotices(refusals.left(jobs), providers)) warn(notice);
  for (const notice of unpricedNotices(refusals.left(jobs), providers)) warn(notice);
  return { jobs, providers, stores, references, refusals, notices, faceless };
}

/**
 * Makes the folders of the pictures of jobs that are to be made, and looks whether they can be written.
 * @throws {UserError} for a new job.
 */
export async function prepareFolders({ jobs, providers }: Prepared, refusals: Refusals): Promise<void> {
  for (const job of refusals.left(jobs)) {
    if (shotsOf(job) === 0) continue;
    const { settings, characterId } = job;
    const ready = providers.get(settings.provider);
    const reserveBytes = bytesToReserve(settings, ready && worstOf(settings, ready, { prompt: '' }));
    await refusals.attempt(job, () => makeFolders([{ output: settings.output, characterId, reserveBytes }]));
  }
}

/** A sentence for each model of jobs that are to be made, whose price nobody knows and somebody has accepted so. */
function unpricedNotices(
  jobs: readonly PlannedJob[],
  providers: ReadonlyMap<string, ReadyProvider>,
): ReadonlySet<string> {
  const unpriced = jobs.filter((job) => {
    const ready = providers.get(job.settings.provider);
    return ready && shotsOf(job) > 0 && worstOf(job.settings, ready, { prompt: '' }) === undefined;
  });
  const told = unpriced.map(({ settings: { provider, model } }) => {
    const what = `nobody knows what a picture of ${provider} (${model}) costs`;
    return `${what}: it is counted as ${usdText(0)} unless the service says, and no cap holds it`;
  });
  return new Set(told);
}

function assertNotRefused({ refusal }: PlannedJob): void {
  if (refusal) throw refusal;
}

/** What is said of each job at the start. */
function introductions({ host }: PreparingProject, jobs: readonly PlannedJob[]): LiveEvent[] {
  const told = jobs.flatMap(({ notice, notices: more = [] }) => [notice, ...more]);
  // What `--json` prints has its time.
  const at = ({ choice }: Notice) => choice && { at: new Date(host.now()).toISOString() };
  return told.flatMap((notice) =>
    notice === undefined ? [] : [{ event: 'notice', level: 'info', ...notice, ...at(notice) }],
  );
}

/** Pictures that go along with shots of a job: those of all its shots, and those of single ones. */
function referencesOf(ledger: LedgerFile, { settings, alike, before }: PlannedJob): GivenReference[] {
  // Also of shots that come back into the queue while the job is run.
  const known = before ? ledger.open().jobs.alike(before.id, UNMADE) : [];
  return [...settings.references, ...[...alike, ...known].flatMap(({ own }) => own.references ?? [])];
}

const UNMADE: readonly Shot['state'][] = ['queued', 'leased', 'held', 'failed', 'refused', 'canceled'];
