/** What doubt can be cleared up without a person. */
import { existsSync } from 'node:fs';
import type { Attempt, Job } from '../ledger/records.ts';
import type { Provider } from '../providers/provider.ts';
import type { ReadyProvider, RunnerContext } from './context.ts';
import { idPathsOf } from './kept-id.ts';
import { partPathsOf } from './staging.ts';

/** True when doubt about an attempt can be cleared up without a person: by a look-up, or by sending it again. */
export function canBeCleared(provider: Pick<Provider, 'idempotent' | 'find'>): boolean {
  return provider.idempotent || provider.find !== undefined;
}

/** Names of the providers that can clear up a doubt. */
export function askableNames(providers: ReadonlyMap<string, Pick<ReadyProvider, 'provider'>>): string[] {
  const all = [...providers.values()].map((ready) => ready.provider);
  return all.filter(canBeCleared).map((provider) => provider.name);
}

/** True for attempts whose provider can be asked, or whose answer or remote id lies on the disk. */
export function heldAskable(
  context: Pick<RunnerContext, 'providers' | 'outputs' | 'ledger'>,
  jobs: readonly Job[],
): (attempt: Attempt) => boolean {
  const askable = askableNames(context.providers);
  return (attempt) => {
    const job = jobs.find(({ id }) => id === attempt.jobId);
    if (askable.includes(attempt.provider) || !job) return askable.includes(attempt.provider);
    if (!context.providers.has(attempt.provider)) return false;
    return [...partPathsOf(job, attempt.key, context), ...idPathsOf({ job, attempt }, context)].some(existsSync);
  };
}
