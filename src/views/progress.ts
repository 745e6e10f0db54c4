/** What can be computed from the state: how far, how fast, how long still, at what price. Pure. */

import { COMPLETIONS_KEPT } from './state-model.ts';
import type { ActiveShot, RunState } from './state-model.ts';

/** All jobs of the run together. */
export interface Progress {
  imageCount: number;
  /** With a picture, those of earlier runs included. */
  done: number;
  /** Ended in this run without a picture. */
  refused: number;
  failed: number;
  held: number;
  canceled: number;
  /** Not ended: `inFlight` + `backoff` + `queued`. */
  remaining: number;
  /** Sending, waiting, saving. */
  inFlight: number;
  uploading: number;
  backoff: number;
  queued: number;
}

/** Adds the jobs up. */
export function progressOf(state: RunState): Progress {
  let endedBefore = 0;
  const sum = { imageCount: 0, done: 0, refused: 0, failed: 0, held: 0, canceled: 0 };
  for (const job of state.jobs.values()) {
    endedBefore += job.alreadyEnded;
    sum.imageCount += job.imageCount;
    sum.done += job.alreadyDone + job.completed;
    sum.refused += job.refused;
    sum.failed += job.failed;
    sum.held += job.held;
    sum.canceled += job.canceled;
  }
  const ended = sum.done + sum.refused + sum.failed + sum.held + sum.canceled + endedBefore;
  const remaining = Math.max(0, sum.imageCount - ended);
  const moving = movingCounts(state);
  return { ...sum, remaining, ...moving, queued: Math.max(0, remaining - moving.inFlight - moving.backoff) };
}

function movingCounts(state: RunState): { inFlight: number; uploading: number; backoff: number } {
  const counts = { inFlight: 0, uploading: 0, backoff: 0 };
  for (const shot of state.active.values()) {
    // A shot whose bytes are safe counts as done; it is shown until it is uploaded, and is in no one's flight.
    if (shot.completed !== undefined || shot.phase === 'uploading') counts.uploading += 1;
    else if (shot.phase === 'backoff') counts.backoff += 1;
    else counts.inFlight += 1;
  }
  return counts;
}

/**
 * Pictures a minute over the last few (a window that slides by count, so that it suits a service of 50 ms and one of
 * five minutes), undefined until two are there. It falls by itself when nothing comes any more.
 */
export function ratePerMinute(state: RunState, nowMs: number): number | undefined {
  const times = state.completions;
  if (state.watched === 'idle') return undefined;
  if (times.length < 2) return undefined;
  // A full window begins with the picture before the counted ones; a young one with the run itself.
  const full = times.length >= COMPLETIONS_KEPT;
  const since = full ? times[0] : state.startedAtMs;
  if (since === undefined) return undefined;
  const counted = full ? times.length - 1 : times.length;
  return (counted * 60_000) / Math.max(1, nowMs - since);
}

/**
 * Time until the rest is done at the present rate, in milliseconds; undefined while that can't be told, 0 at the end.
 */
export function timeLeftMs(state: RunState, nowMs: number): number | undefined {
  const { remaining } = progressOf(state);
  if (remaining === 0) return 0;
  // The last shots fly all at once; the rate says nothing about a run that is winding down.
  if (state.draining !== undefined) return undefined;
  const rate = ratePerMinute(state, nowMs);
  return rate === undefined || rate <= 0 ? undefined : (remaining / rate) * 60_000;
}

/** Money of the run, in US dollars. A cap is null where there is none. */
export interface Spend {
  /** Spent by the jobs of this run, in earlier runs too. */
  spentUsd: number;
  reservedUsd: number;
  dayUsd: number;
  capRunUsd: number | null;
  capDayUsd: number | null;
}

/** Adds the jobs' money up. Each job has caps of its own; without one of a job there is none of all together. */
export function spendOf(state: RunState): Spend {
  const spend: Spend = {
    spentUsd: 0,
    reservedUsd: 0,
    dayUsd: state.spentDayUsd,
    capRunUsd: null,
    capDayUsd: null,
  };
  for (const job of state.jobs.values()) {
    spend.spentUsd += job.spentUsd;
    spend.reservedUsd += job.reservedUsd;
    spend.capDayUsd = lower(spend.capDayUsd, job.capsUsd.perDay);
  }
  const caps = [...state.jobs.values()].map((job) => job.capsUsd.perRun);
  spend.capRunUsd =
    caps.length === 0 || caps.includes(null) ? null : caps.reduce<number>((sum, cap) => sum + (cap ?? 0), 0);
  // Sums of binary fractions: what is left of them below a micro-dollar is no money.
  spend.spentUsd = Math.round(spend.spentUsd * 1e6) / 1e6;
  return spend;
}

function lower(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}

/** The moving shots in the order of the screen: those at work by slot, then those that wait for their next attempt. */
export function shotsInOrder(state: RunState): ActiveShot[] {
  return [...state.active.values()].sort(
    (a, b) => Number(a.phase === 'backoff') - Number(b.phase === 'backoff') || a.slot - b.slot,
  );
}
