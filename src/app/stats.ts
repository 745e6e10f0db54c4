import type {
  CharacterStats as OfCharacter,
  DaySpending as OfDay,
  ModelStats as OfModel,
} from '../ledger/statistics.ts';
import { UserError } from '../errors.ts';
import { usdOf } from '../money.ts';
import type { Project } from './project.ts';

/** Success, speed and cost of one provider and model. */
export interface ModelStats extends Omit<OfModel, 'spentMicros'> {
  /** 0 … 1 of the pictures that were to be made and have ended one way or the other; null while none has. */
  successRate: number | null;
  /** 0 … 1 of the requests that have ended; null while none has. */
  requestSuccessRate: number | null;
  spentUsd: number;
}

/** What was made of one character. */
export interface CharacterStats extends Omit<OfCharacter, 'spentMicros'> {
  successRate: number | null;
  spentUsd: number;
}

/** What a UTC day has cost with one provider and model. */
export interface DaySpending extends Omit<OfDay, 'spentMicros' | 'reservedMicros'> {
  spentUsd: number;
  /** The most that work under way may still cost. */
  reservedUsd: number;
}

/** Success, speed and spending. */
export interface Stats {
  /** By provider and model. */
  models: readonly ModelStats[];
  characters: readonly CharacterStats[];
  /** By UTC day, provider and model, newest first. */
  days: readonly DaySpending[];
}

/** What statistics are made of. */
export interface StatsOptions {
  /** Requests from this moment on, epoch milliseconds. */
  sinceMs?: number | undefined;
}

/** Days that are told of. */
const DAYS = 14;

/** Success and cost of the caller's jobs by provider and model, by character, and by day. @throws {UserError} */
export function stats({ ledger, caller }: Pick<Project, 'ledger' | 'caller'>, { sinceMs }: StatsOptions = {}): Stats {
  if (Number.isNaN(sinceMs)) throw new UserError('since: expected a date (2026-11-21) or an age (2h, 3d)');
  const { statistics } = ledger.openExisting();
  const scope = { sinceMs, owner: caller.allOwners ? undefined : caller.owner };
  return {
    models: statistics.models(scope).map(({ spentMicros, ...row }) => ({
      ...row,
      successRate: share(row.picturesMade, row.pictures),
      requestSuccessRate: share(row.done, row.done + row.failed + row.refused + row.unknown),
      spentUsd: usdOf(spentMicros),
    })),
    characters: statistics.characters(scope).map(({ spentMicros, ...row }) => ({
      ...row,
      successRate: share(row.picturesMade, row.pictures),
      spentUsd: usdOf(spentMicros),
    })),
    days: statistics.spending(DAYS, scope).map(({ spentMicros, reservedMicros, ...rest }) => ({
      ...rest,
      spentUsd: usdOf(spentMicros),
      reservedUsd: usdOf(reservedMicros),
    })),
  };
}

function share(good: number, all: number): number | null {
  return all === 0 ? null : good / all;
}
