import type { ModelStats as ModelRow, DaySpending as DayRow } from '../ledger/queries.ts';
import { usdOf } from '../money.ts';
import type { Project } from './project.ts';

/** Success, speed and cost of one provider and model. */
export interface ModelStats extends Omit<ModelRow, 'spentMicros'> {
  /** 0 … 1 of the attempts that have ended; null while none has. */
  successRate: number | null;
  spentUsd: number;
}

/** What a UTC day has cost with one provider and model. */
export interface DaySpending extends Omit<DayRow, 'spentMicros' | 'reservedMicros'> {
  spentUsd: number;
  /** The most that work under way may still cost. */
  reservedUsd: number;
}

/** Success, speed and spending. */
export interface Stats {
  /** By provider and model. */
  models: readonly ModelStats[];
  /** By UTC day, provider and model, newest first. */
  days: readonly DaySpending[];
}

/** Days that are told of. */
const DAYS = 14;

/** Success and cost of the caller's jobs by provider and model, and spending by day. */
export function stats({ ledger, caller }: Pick<Project, 'ledger' | 'caller'>): Stats {
  const { queries } = ledger.openExisting();
  const whose = caller.allOwners ? undefined : caller.owner;
  return {
    models: queries.stats(whose).map((row) => {
      const { spentMicros, ...rest } = row;
      return { ...rest, successRate: successRate(row), spentUsd: usdOf(spentMicros) };
    }),
    days: queries.spending(DAYS, whose).map(({ spentMicros, reservedMicros, ...rest }) => ({
      ...rest,
      spentUsd: usdOf(spentMicros),
      reservedUsd: usdOf(reservedMicros),
    })),
  };
}

function successRate(row: Pick<ModelRow, 'done' | 'failed' | 'refused' | 'unknown'>): number | null {
  const ended = row.done + row.failed + row.refused + row.unknown;
  return ended === 0 ? null : row.done / ended;
}
