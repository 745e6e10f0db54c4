import type { ModelStats, DaySpending } from '../ledger/queries.ts';
import type { Project } from './project.ts';

/** Success, speed and spending. */
export interface Stats {
  /** By provider and model; `successRate`: 0 … 1 of the attempts that have ended, null while none has. */
  models: readonly (ModelStats & { successRate: number | null })[];
  /** By UTC day, provider and model, newest first. */
  days: readonly DaySpending[];
}

/** Days that are told of. */
const DAYS = 14;

/** Success and cost of the caller's jobs by provider and model, and spending by day. */
export function stats({ ledger, caller }: Pick<Project, 'ledger' | 'caller'>): Stats {
  const { queries } = ledger.existing();
  const whose = caller.allOwners ? undefined : caller.owner;
  const models = queries.stats(whose).map((row) => ({ ...row, successRate: successRate(row) }));
  return { models, days: queries.spending(DAYS, whose) };
}

function successRate(row: Pick<ModelStats, 'done' | 'failed' | 'refused' | 'unknown'>): number | null {
  const ended = row.done + row.failed + row.refused + row.unknown;
  return ended === 0 ? null : row.done / ended;
}
