import type { LiveEvent } from '../events.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job } from '../ledger/records.ts';
import { usdOf } from '../money.ts';

/**
 * What a view is told of a job before anything else: the job's own provider, caps and concurrency, and what it has
 * cost. The same for a run of this process and for one that is watched.
 */
export function openedEvent(
  ledger: Ledger,
  job: Job,
  clean: (text: string) => string,
): Extract<LiveEvent, { event: 'run_opened' }> {
  const { settings } = job;
  return {
    event: 'run_opened',
    job_id: String(job.id),
    character_id: job.characterId,
    character_name: clean(ledger.characters.get(job.characterKey).name),
    kind: job.kind,
    provider: settings.provider,
    model: settings.model,
    other_makers: ledger.queries.makers(job.id).filter(({ provider }) => provider !== settings.provider),
    concurrency: settings.concurrency,
    image_count: job.imageCount,
    already_done: ledger.jobs.counts(job.id).done,
    caps_usd: capsOf(job),
    spent_usd: usdOf(ledger.jobs.total(job.id).spentMicros),
    spent_day_usd: usdOf(ledger.queries.today().spentMicros),
    output: settings.output,
    uploads: settings.store !== 'none',
  };
}

/** The job's own caps in US dollars; null: none. */
export function capsOf({ settings }: Job): { perImage: number | null; perRun: number | null; perDay: number | null } {
  const usd = (micros: number | undefined) => (micros === undefined ? null : usdOf(micros));
  const { perImageMicros, perRunMicros, perDayMicros } = settings.caps;
  return { perImage: usd(perImageMicros), perRun: usd(perRunMicros), perDay: usd(perDayMicros) };
}
