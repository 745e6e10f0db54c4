/**
 * What the live views know of a run: state + event → state. Pure, and small whatever the size of the job: it keeps
 * counters, the shots that move, and the last few that ended; never all shots of a job of 10,000.
 */

import type { RunEvent, LiveEvent } from '../events.ts';
import { printable } from '../sanitize.ts';
import { withJob } from './state-model.ts';
import type { JobState, RunState } from './state-model.ts';
import { reduceShot } from './state-shot.ts';

/** Before anything has happened. */
export function initialState(): RunState {
  return {
    startedAtMs: undefined,
    jobs: new Map(),
    active: new Map(),
    finished: [],
    finishedCount: 0,
    completions: [],
    spentDayUsd: 0,
    watched: false,
    draining: undefined,
  };
}

/**
 * What comes after an event. `nowMs` is when it was taken, milliseconds since 1970. Events of unknown jobs are
 * harmless.
 */
export function reduce(before: RunState, event: RunEvent, nowMs: number): RunState {
  const state = before.startedAtMs === undefined ? { ...before, startedAtMs: nowMs } : before;
  switch (event.event) {
    case 'run_opened':
      return opened(state, event);
    case 'spend':
      return spent(state, event);
    case 'draining':
      return { ...state, draining: { signal: printable(event.signal, 20), inFlight: event.in_flight } };
    case 'budget_reached':
      return withJob(state, event.job_id, (job) => ({ ...job, budgetReached: event.cap }));
    case 'pack_completed':
      return withJob(reduceShot(state, event, nowMs), event.job_id, (job) => ({ ...job, ended: true }));
    case 'notice':
    case 'generation_queued':
      return state;
    default:
      return reduceShot(state, event, nowMs);
  }
}

function opened(state: RunState, event: LiveEvent & { event: 'run_opened' }): RunState {
  const job: JobState = {
    jobId: event.job_id,
    characterId: printable(event.character_id),
    characterName: printable(event.character_name),
    kind: printable(event.kind),
    provider: printable(event.provider),
    model: printable(event.model),
    concurrency: event.concurrency,
    imageCount: event.image_count,
    alreadyDone: event.already_done,
    completed: 0,
    refused: 0,
    failed: 0,
    held: 0,
    canceled: 0,
    told: 0,
    spentBeforeUsd: event.spent_usd,
    spentUsd: event.spent_usd,
    reservedUsd: 0,
    spendKnown: false,
    capsUsd: event.caps_usd,
    output: printable(event.output),
    uploads: event.uploads,
    budgetReached: undefined,
    ended: false,
  };
  return {
    ...state,
    jobs: new Map(state.jobs).set(job.jobId, job),
    watched: state.watched || event.watched === true,
    spentDayUsd: Math.max(state.spentDayUsd, event.spent_day_usd),
  };
}

function spent(state: RunState, event: LiveEvent & { event: 'spend' }): RunState {
  const next = withJob(state, event.job_id, (job) => ({
    ...job,
    spentUsd: event.spent_usd,
    reservedUsd: event.reserved_usd,
    spendKnown: true,
  }));
  return { ...next, spentDayUsd: event.spent_day_usd };
}
