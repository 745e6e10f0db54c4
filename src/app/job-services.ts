/** The providers and the store that the jobs of a run need. */
import { UserError } from '../errors.ts';
import type { ReadyProvider } from '../runner/context.ts';
import type { Storage } from '../storage/storage.ts';
import { learn } from './learn.ts';
import { ownProvider } from './own-provider.ts';
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
      const name = settings.provider;
      const main = await (before ? ownProvider(services, name) : services.provider(name));
      ready.set(settings.provider, main);
      if (shots === 0) return;
      await learn(main, settings.model);
      assertFits(settings, main, alike);
      job.assertMissing?.(main.provider.capabilities(settings.model));
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
 * The stores of the jobs, and of pictures of theirs that wait for one, by name. A call with the store `none` leaves
 * uploads for later.
 */
export async function storesOf(
  { config, ledger, services }: ServingProject,
  jobs: readonly PlannedJob[],
  { refusals, warn }: Telling,
): Promise<Map<string, Storage>> {
  const stores = new Map<string, Storage>();
  if (config.given.storage === 'none') return stores;
  for (const job of jobs) {
    const { settings, before } = job;
    const waiting = (before && ledger.open().uploads.storeOf(before.id)) ?? 'none';
    for (const name of new Set([settings.store, waiting])) {
      if (stores.has(name)) continue;
      await refusals.attempt(job, async () => {
        const store = await services.checkedStore(name, warn);
        if (store) stores.set(name, store);
      });
    }
  }
  return stores;
}
