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
    waiting: undefined,
    startedAtMs: undefined,
    jobs: new Map(),
    active: new Map(),
    finished: [],
    finishedCount: 0,
    completions: [],
    spentDayUsd: 0,
    watched: undefined,
    draining: undefined,
  };
}

/** When an event happened: one of a watched job was perhaps committed long ago. Milliseconds since 1970. */
export function momentOf(state: RunState, event: RunEvent, takenMs: number): number {
  const at = state.watched !== undefined && 'at' in event ? Date.parse(event.at) : Number.NaN;
  return Number.isNaN(at) ? takenMs : Math.min(at, takenMs);
}

/**
 * What comes after an event. `takenMs` is when it was taken, milliseconds since 1970. Events of unknown jobs are
 * harmless.
 */
export function reduce(before: RunState, event: RunEvent, takenMs: number): RunState {
  const nowMs = Math.max(
    momentOf(before, event, takenMs),
    before.watched === 'running' ? (before.startedAtMs ?? 0) : 0,
  );
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
    case 'generation_started':
      return reduceShot(withJob(atWork(state), event.job_id, asked(event)), event, nowMs);
    case 'notice':
    case 'generation_queued':
      return state;
    case 'waiting':
      return { ...state, waiting: printable(event.message, 300) };
    default:
      return reduceShot(atWork(state), event, nowMs);
  }
}

/** Something moves: nothing is waited for any more. */
function atWork(state: RunState): RunState {
  return state.waiting === undefined ? state : { ...state, waiting: undefined };
}

/** `openai gpt-image-2.5-flare` */
function makerWords({ provider, model }: { provider: string; model: string }): string {
  return printable(model === provider ? provider : `${provider} ${model}`);
}

/** Another provider than the job's own is at work on it. */
function asked(by: { provider: string; model: string }): (job: JobState) => JobState {
  const words = makerWords(by);
  return (job) =>
    by.provider === job.provider || job.others.includes(words) ? job : { ...job, others: [...job.others, words] };
}

function opened(state: RunState, event: LiveEvent & { event: 'run_opened' }): RunState {
  const job: JobState = {
    jobId: event.job_id,
    characterId: printable(event.character_id),
    characterName: printable(event.character_name),
    kind: printable(event.kind),
    provider: printable(event.provider),
    model: printable(event.model),
    others: (event.other_makers ?? []).map(makerWords),
    concurrency: event.concurrency,
    imageCount: event.image_count,
    alreadyDone: event.already_done,
    alreadyEnded: event.already_ended ?? 0,
    completed: 0,
    refused: 0,
    failed: 0,
    held: 0,
    canceled: 0,
    told: 0,
    spentUsd: event.spent_usd,
    reservedUsd: 0,
    spendKnown: false,
    capsUsd: event.caps_usd,
    output: printable(event.output),
    uploads: event.uploads,
    canAsk: event.can_ask === true,
    budgetReached: undefined,
    ended: false,
  };
  return {
    ...state,
    jobs: new Map(state.jobs).set(job.jobId, job),
    ...watchedBy(event),
    spentDayUsd: Math.max(state.spentDayUsd, event.spent_day_usd),
  };
}

/** A watched job is measured from when the processes of now began: what was before tells nothing of their speed. */
function watchedBy(event: LiveEvent & { event: 'run_opened' }): Partial<RunState> {
  if (event.watched !== true) return {};
  const sinceMs = Date.parse(event.worked_since ?? '');
  return Number.isNaN(sinceMs) ? { watched: 'idle' } : { watched: 'running', startedAtMs: sinceMs };
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
