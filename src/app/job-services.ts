/** The providers and the store that the jobs of a run need. */
import { UserError } from '../errors.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Storage } from '../storage/storage.ts';
import { learn } from './learn.ts';
import { shotsOf, type PlannedJob } from './planned-job.ts';
import { assertFits } from './preflight.ts';
import type { Project } from './project.ts';
import type { Refusals } from './refusals.ts';

type ServingProject = Pick<Project, 'config' | 'ledger' | 'services'>;

/** Where the trouble of one job goes. */
interface Telling {
  refusals: Refusals;
  warn: (message: string) => void;
}

/** The providers of the jobs, of their fallbacks, and of attempts that were left open with another one. */
export async function providersOf(
  { services, ledger }: ServingProject,
  jobs: readonly PlannedJob[],
  { refusals, warn }: Telling,
): Promise<Map<string, ReadyProvider>> {
  const ready = new Map<string, ReadyProvider>();
  for (const job of jobs) {
    const { settings, before, alike } = job;
    const shots = shotsOf(job);
    const counts = before && ledger.open().jobs.counts(before.id);
    // Only uploads are missing: they need no provider, and no key of one.
    if (shots + (counts ? counts.leased + counts.held : 0) === 0) continue;
    await refusals.attempt(job, async () => {
      const main = await services.provider(settings.provider);
      ready.set(settings.provider, main);
      if (shots === 0) return;
      await learn(main, settings.model);
      assertFits(settings, main, alike);
    });
    const open = before ? ledger.open().queries.openProviders(before.id) : [];
    for (const name of new Set([...settings.fallback, ...open])) {
      if (ready.has(name) || name === settings.provider) continue;
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
 * The store of the jobs, or of pictures of theirs that wait for one; undefined: none. A call with the store `none`
 * leaves uploads for later. A run uploads to one store: jobs of another one do not go on.
 */
export async function storeOf(
  { config, ledger, services }: ServingProject,
  jobs: readonly PlannedJob[],
  { refusals, warn }: Telling,
): Promise<Storage | undefined> {
  if (config.given.storage === 'none') return undefined;
  let taken: { name: string; store: Storage | undefined } | undefined;
  for (const job of jobs) {
    const { settings, before } = job;
    const waiting = (before && ledger.open().uploads.storeOf(before.id)) ?? 'none';
    for (const name of new Set([settings.store, waiting])) {
      if (name === 'none') continue;
      await refusals.attempt(job, async () => {
        if (taken && taken.name !== name) throw otherStore(taken.name, name);
        taken ??= { name, store: await services.checkedStore(name, warn) };
      });
    }
  }
  return taken?.store;
}

function otherStore(first: string, other: string): UserError {
  return new UserError(`these jobs go to different stores: ${first}, ${other}`, {
    hint: 'go on with one job at a time, or without a store: uploads are left for later',
    advice: { code: 'resume-one-by-one' },
  });
}
