import { UserError } from '../errors.ts';
import type { LiveEvent } from '../events.ts';
import type { AlikeShots } from '../ledger/alike.ts';
import type { EndedState } from '../ledger/jobs.ts';
import type { Job, JobSettings, Shot } from '../ledger/records.ts';
import { bytesToReserve } from '../runner/answer-file.ts';
import type { ReadyProvider } from '../runner/context.ts';
import { assertUnchanged, prepareReferences } from '../runner/references.ts';
import type { GivenReference, Reference } from '../shot.ts';
import type { Storage } from '../storage/storage.ts';
import type { LedgerFile } from './ledger-file.ts';
import { agreeTo, assertAgreed, assertPaysMore, pricesOfAgain, type Asked } from './agreement.ts';
import { worstOf } from './estimate.ts';
import { fallbackNotices } from './fallbacks.ts';
import { learn } from './learn.ts';
import { faceNotices, type FaceJob } from './likeness.ts';
import type { Notice } from './notice.ts';
import { lookFirst } from './older-ledger.ts';
import { assertFits, makeFolders } from './preflight.ts';
import type { Project } from './project.ts';
import type { RunOptions } from './run.ts';
import { askWithoutFace } from './without-face.ts';

/**
 * A job that a run is to make or to go on with. Nothing of it is written before everything was checked and agreed to.
 */
export interface PlannedJob extends FaceJob {
  /** As they will be: with what the caller gave this time. */
  settings: JobSettings;
  /** The job that goes on; undefined: a new one. */
  before: Job | undefined;
  /** Shots to be made: how many of which kind. */
  alike: readonly AlikeShots[];
  /** Writes the job into the ledger, or opens it again. Must be synchronous. */
  open: () => Job;
  /** Pays for pictures a second time: its price is said first. */
  paysAgain?: boolean | undefined;
  /** Its last answers were paid and are no pictures: it goes on only where somebody agrees. */
  paidInVain?: boolean | undefined;
  /** Said at the start: `going on with job 3`. */
  notice?: Notice | undefined;
  /** More of them. */
  notices?: readonly (Notice | undefined)[] | undefined;
  /** What another provider or model made of the same: a person is asked before more is paid. */
  besides?: string | undefined;
  /** Asked before anything is sent. */
  asks?: Asked | undefined;
  /** Shots in these states go back into the queue when the job is opened. */
  requeues?: readonly EndedState[] | undefined;
}

/** How many shots a planned job is to make. */
function shotsOf({ alike }: PlannedJob): number {
  return alike.reduce((sum, { shots }) => sum + shots, 0);
}

/** Everything that a run works with, checked. */
export interface Prepared {
  jobs: readonly PlannedJob[];
  providers: ReadonlyMap<string, ReadyProvider>;
  storage: Storage | undefined;
  references: ReadonlyMap<string, Reference>;
  /** Jobs whose shots are looked up before they are sent. */
  lookFirst: ReadonlySet<number>;
  /** Ids of characters of whom it is said that no picture of the face goes along. */
  faceless: ReadonlySet<string>;
  /** Ids of jobs whose pictures are made without the face, as was agreed to. */
  needNoFace: ReadonlySet<number>;
  /** To be told first. */
  notices: readonly LiveEvent[];
}

/** What preparing needs of a project. */
export type PreparingProject = Pick<Project, 'config' | 'ledger' | 'services' | 'host' | 'clean'>;

/**
 * Checks everything that can be known before paying, and asks where a cap would be passed. Writes nothing but the
 * folders of the pictures.
 * @throws {UserError} `usage`, `auth`, `budget`: nothing is left behind.
 */
export async function prepare(
  project: PreparingProject,
  jobs: readonly PlannedJob[],
  { confirm }: Pick<RunOptions, 'confirm'>,
): Promise<Prepared> {
  const told = jobs.flatMap(({ notice, notices: more = [] }) => [notice, ...more]);
  // What `--json` prints has its time.
  const at = ({ choice }: Notice) => choice && { at: new Date(project.host.now()).toISOString() };
  const notices: LiveEvent[] = told.flatMap((notice) =>
    notice === undefined ? [] : [{ event: 'notice', level: 'info', ...notice, ...at(notice) }],
  );
  const warn = (message: string) => notices.push({ event: 'notice', level: 'warn', message });
  const services = project.services.forTimeouts(jobs.map(({ settings }) => settings.timeoutMs));
  const providers = await providersOf({ ...project, services }, jobs, warn);
  const storage = await project.services.checkedStore(storeOf(project, jobs), warn);
  for (const { asks } of jobs) await agreeTo(asks, confirm);
  const given = jobs.flatMap((job) => referencesOf(project.ledger, job));
  const references = await prepareReferences(new Set(given.map(({ picture }) => picture)));
  assertUnchanged(given, references);
  notices.push(...pricesOfAgain(jobs, { providers, references }));
  const faces = faceNotices(project, jobs, providers);
  for (const notice of faces.notices) notices.push({ event: 'notice', level: 'warn', ...notice });
  for (const notice of fallbackNotices(jobs, providers)) warn(notice);
  const first = await lookFirst(project, jobs, { providers, confirm });
  notices.push(...first.notices);
  await assertPaysMore(jobs, { confirm });
  const withoutFace = await askWithoutFace(project, jobs, confirm);
  notices.push(...withoutFace.notices);
  await assertAgreed(project, jobs, { providers, references, confirm });
  await makeFolders(
    jobs
      .filter((job) => shotsOf(job) > 0)
      .map(({ settings, characterId }) => {
        const ready = providers.get(settings.provider);
        const reserveBytes = bytesToReserve(settings, ready && worstOf(settings, ready, { prompt: '' }));
        return { output: settings.output, characterId, reserveBytes };
      }),
  );
  const { faceless } = faces;
  return {
    jobs,
    providers,
    storage,
    references,
    notices,
    faceless,
    lookFirst: first.jobIds,
    needNoFace: withoutFace.agreed,
  };
}

/** Pictures that go along with shots of a job: those of all its shots, and those of single ones. */
function referencesOf(ledger: LedgerFile, { settings, alike, before }: PlannedJob): GivenReference[] {
  // Also of shots that come back into the queue while the job is run.
  const known = before ? ledger.open().jobs.alike(before.id, UNMADE) : [];
  return [...settings.references, ...[...alike, ...known].flatMap(({ own }) => own.references ?? [])];
}

const UNMADE: readonly Shot['state'][] = ['queued', 'leased', 'held', 'failed', 'refused', 'canceled'];

/** The providers of the jobs, of their fallbacks, and of attempts that were left open with another one. */
async function providersOf(
  { services, ledger }: PreparingProject,
  jobs: readonly PlannedJob[],
  warn: (message: string) => void,
): Promise<Map<string, ReadyProvider>> {
  const ready = new Map<string, ReadyProvider>();
  for (const job of jobs) {
    const { settings, before, alike } = job;
    const shots = shotsOf(job);
    const counts = before && ledger.open().jobs.counts(before.id);
    // Only uploads are missing: they need no provider, and no key of one.
    if (shots + (counts ? counts.leased + counts.held : 0) === 0) continue;
    const main = await services.provider(settings.provider);
    ready.set(settings.provider, main);
    if (shots > 0) {
      await learn(main, settings.model);
      assertFits(settings, main, alike);
    }
    const open = before ? ledger.open().queries.openProviders(before.id) : [];
    for (const name of new Set([...settings.fallback, ...open])) {
      if (ready.has(name)) continue;
      try {
        const other = await services.provider(name);
        if (settings.fallback.includes(name)) await learn(other, other.model);
        ready.set(name, other);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        warn(`${name} is left out: ${error.message}`);
      }
    }
  }
  return ready;
}

/**
 * The store of the jobs, or of pictures of theirs that wait for one. A call with the store `none` leaves uploads for
 * later.
 * @throws {UserError} for jobs of different stores: a run uploads to one.
 */
function storeOf({ config, ledger }: PreparingProject, jobs: readonly PlannedJob[]): string {
  if (config.given.storage === 'none') return 'none';
  const names = jobs.flatMap(({ settings, before }) => [
    settings.store,
    (before && ledger.open().uploads.storeOf(before.id)) ?? 'none',
  ]);
  const [store = 'none', ...others] = new Set(names.filter((name) => name !== 'none'));
  if (others.length === 0) return store;
  throw new UserError(`these jobs go to different stores: ${[store, ...others].join(', ')}`, {
    hint: 'go on with one job at a time, or without a store: uploads are left for later',
    advice: { code: 'resume-one-by-one' },
  });
}
