/** The caps under which what is left of a job can be made. */
import { UserError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, JobSettings, ShotState } from '../ledger/records.ts';
import { usdOf } from '../money.ts';
import type { ReadyProvider, RunnerResult } from '../runner/context.ts';
import { costsOf, standInsOf, worstOfAll } from './estimate.ts';
import type { Prepared } from './prepare.ts';
import type { Project } from './project.ts';
import type { CapsNeeded, CapsToGoOn } from './result.ts';

/** Shots that each way of going on makes. */
const MADE_BY: Readonly<Record<keyof CapsToGoOn, readonly ShotState[]>> = {
  resume: ['queued'],
  retry: ['queued', 'failed', 'refused', 'canceled'],
  retryUnknown: ['queued', 'failed', 'refused', 'canceled', 'held'],
};

const CENT_MICROS = 10_000;

/**
 * Tells of each job that a cap stopped, or that has held shots (which cost twice when they are sent again), which caps
 * are too low for what is left, and the amounts that are enough: what was spent and the worst case of the rest, rounded
 * up to a cent. The jobs are taken in the order in which a person goes on with them: the cap of the day must hold for
 * all of them.
 */
export function capsNeeded(
  ledger: Ledger,
  jobs: readonly Job[],
  { providers, references, capped }: Pick<Prepared, 'providers' | 'references'> & Pick<RunnerResult, 'capped'>,
): Map<number, CapsToGoOn> {
  let beforeMicros = 0;
  const found = new Map<number, CapsToGoOn>();
  for (const { id } of jobs) {
    const mayPassCap = capped.has(id) || ledger.queries.stoppedByBudget(id) || ledger.jobs.counts(id).held > 0;
    if (!mayPassCap) continue;
    const job = ledger.jobs.find(id);
    const ready = job && providers.get(job.settings.provider);
    if (!job || !ready) continue;
    const { settings } = job;
    const standIns = standInsOf(settings, providers);
    const [total, toldMicros] = [ledger.jobs.total(id), toldOf(ledger, id, settings)];
    const costs = (states: readonly ShotState[]) =>
      costsOf({ settings, ready, standIns, references, total, toldMicros, alike: ledger.jobs.alike(id, states) });
    const needed = (states: readonly ShotState[]) => neededBy(ledger, { job, beforeMicros }, costs(states));
    found.set(id, {
      resume: needed(MADE_BY.resume),
      retry: needed(MADE_BY.retry),
      retryUnknown: needed(MADE_BY.retryUnknown),
    });
    beforeMicros += worstOfAll(costs(MADE_BY.retry));
  }
  return found;
}

/**
 * The same for a job that nobody works on: whoever ran it may have stopped at a cap. Nobody is asked for prices; a
 * provider that can't be made ready tells none.
 */
export async function capsNeededUnasked(
  { services }: Pick<Project, 'services'>,
  ledger: Ledger,
  job: Job,
): Promise<CapsToGoOn | undefined> {
  const { provider, fallback, caps } = job.settings;
  if (Object.values(caps).every((cap) => cap === undefined)) return undefined;
  const providers = new Map<string, ReadyProvider>();
  for (const name of [provider, ...fallback]) {
    try {
      providers.set(name, await services.forPlans().provider(name));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
    }
  }
  return capsNeeded(ledger, [job], { providers, references: new Map(), capped: new Set([job.id]) }).get(job.id);
}

/** The most that a picture of this job has cost above the price that was known; 0: none. */
export function toldOf(ledger: Ledger, jobId: number, { provider, model }: JobSettings): number {
  return ledger.queries.toldAbove({ jobId, provider, model });
}

function neededBy(
  ledger: Ledger,
  { job, beforeMicros }: { job: Job; beforeMicros: number },
  costs: ReturnType<typeof costsOf>,
): CapsNeeded {
  const { perImageMicros, perRunMicros, perDayMicros } = job.settings.caps;
  const moreMicros = worstOfAll(costs);
  if (moreMicros === 0) return {};
  const [total, today] = [ledger.jobs.total(job.id), ledger.queries.today()];
  const imageMicros = Math.max(...costs.map(({ spentMicros = 0, eachMicros }) => spentMicros + eachMicros));
  return {
    ...tooLow('imageUsd', perImageMicros, imageMicros),
    ...tooLow('runUsd', perRunMicros, total.spentMicros + total.reservedMicros + moreMicros),
    ...tooLow('dayUsd', perDayMicros, today.spentMicros + today.reservedMicros + beforeMicros + moreMicros),
  };
}

function tooLow(name: keyof CapsNeeded, capMicros: number | undefined, enoughMicros: number): CapsNeeded {
  if (capMicros === undefined || enoughMicros <= capMicros) return {};
  return { [name]: usdOf(Math.ceil(enoughMicros / CENT_MICROS) * CENT_MICROS) };
}
