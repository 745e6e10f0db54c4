/** The part of the state that follows single shots. Pure. */

import type { PublicEvent, RunEvent, Signal } from '../events.ts';
import { printable } from '../text.ts';
import { ACTIVE_MAX, COMPLETIONS_KEPT, FINISHED_KEPT, withJob } from './state-model.ts';
import type { ActiveShot, Ending, FinishedShot, RunState } from './state-model.ts';

/** Longer messages are cut: nobody reads them in a live view. */
const REASON_LENGTH_MAX = 300;

/** The key of a shot among the moving ones: names are unique in their job only. */
export function shotKey(jobId: string, shot: string): string {
  return `${jobId}\u0000${shownName(shot)}`;
}

function shownName(shot: string): string {
  return printable(shot, 80);
}

/** Takes the events that are about one shot, and the end of a job. */
export function reduceShot(state: RunState, event: RunEvent, nowMs: number): RunState {
  switch (event.event) {
    case 'shot_phase':
      return phase(state, event, nowMs);
    case 'generation_started':
      return touch(state, event, nowMs, (shot) => ({
        ...inPhase(shot, 'sending', nowMs),
        attempt: event.attempt,
        progress: undefined,
        untilMs: undefined,
      }));
    case 'generation_submitted':
      return touch(state, event, nowMs, (shot) => inPhase(shot, 'waiting', nowMs));
    case 'generation_completed':
      return completed(state, event, nowMs);
    case 'image_stored':
      return stored(state, event, nowMs);
    case 'generation_failed':
      return failed(state, event, nowMs);
    case 'pack_completed':
      return flush(state, event.job_id, nowMs);
    default:
      return state;
  }
}

function phase(state: RunState, event: Signal & { event: 'shot_phase' }, nowMs: number): RunState {
  if (event.phase === 'queued') return without(state, event.job_id, event.shot);
  return touch(state, event, nowMs, (shot) => ({
    ...inPhase(shot, event.phase, nowMs),
    progress: event.progress,
    untilMs: event.until === undefined ? (event.phase === 'backoff' ? shot.untilMs : undefined) : time(event.until),
  }));
}

function completed(state: RunState, event: PublicEvent & { event: 'generation_completed' }, nowMs: number): RunState {
  const counted = withJob(state, event.job_id, (job) => ({
    ...job,
    completed: job.completed + 1,
    spentUsd: job.spendKnown ? job.spentUsd : job.spentUsd + event.cost_usd,
  }));
  const completions = [...counted.completions, nowMs].slice(-COMPLETIONS_KEPT);
  const next = touch({ ...counted, completions }, event, nowMs, (shot) => ({
    ...shot,
    completed: { durationMs: event.duration_ms, costUsd: event.cost_usd },
    // What earlier attempts said is over; what the upload says comes after this.
    errorType: undefined,
    reason: undefined,
  }));
  return settle(next, event, nowMs);
}

function stored(state: RunState, event: PublicEvent & { event: 'image_stored' }, nowMs: number): RunState {
  const next = touch(state, event, nowMs, (shot) => ({
    ...shot,
    stored: { filename: printable(event.filename), url: printable(event.url) },
  }));
  return settle(next, event, nowMs);
}

/** Ends a shot when its picture is where it should be: on disk, and uploaded where that was asked for. */
function settle(state: RunState, event: { job_id: string; shot?: string }, nowMs: number): RunState {
  const shot = state.active.get(shotKey(event.job_id, event.shot ?? ''));
  if (shot?.stored === undefined) return state;
  const remote = /^https?:/i.test(shot.stored.url);
  // A remote address for a shot that was not completed in this run: the upload of an earlier run's picture.
  if (shot.completed === undefined) return remote ? end(state, shot, 'uploaded', nowMs) : state;
  const uploads = state.jobs.get(event.job_id)?.uploads ?? false;
  return uploads && !remote ? state : end(state, shot, 'done', nowMs);
}

function failed(state: RunState, event: PublicEvent & { event: 'generation_failed' }, nowMs: number): RunState {
  const next = touch(state, event, nowMs, (shot) => ({
    ...shot,
    errorType: printable(event.error_type, 40),
    reason: printable(event.message, REASON_LENGTH_MAX),
  }));
  if (event.retry_at !== null) {
    const untilMs = time(event.retry_at);
    return touch(next, event, nowMs, (shot) => ({ ...inPhase(shot, 'backoff', nowMs), untilMs }));
  }
  // An interruption is no failed attempt: the shot goes back to the queue.
  if (event.error_type === 'interrupted') return without(next, event.job_id, event.shot ?? '');
  const shot = next.active.get(shotKey(event.job_id, event.shot ?? ''));
  if (shot === undefined) return next;
  // The picture is safe; what failed was its upload.
  if (shot.completed !== undefined) return end(next, shot, 'done', nowMs);
  const ending = endingOf(event.error_type);
  const counted = withJob(next, event.job_id, (job) => ({ ...job, [ending]: job[ending] + 1 }));
  return end(counted, shot, ending, nowMs);
}

function endingOf(errorType: string): 'refused' | 'cancelled' | 'held' | 'failed' {
  if (errorType === 'refused' || errorType === 'cancelled') return errorType;
  return errorType === 'unknown' ? 'held' : 'failed';
}

/** The end of a job: pictures that are safe but were not uploaded are told of now, the rest no longer moves. */
function flush(state: RunState, jobId: string, nowMs: number): RunState {
  let next = state;
  for (const shot of state.active.values()) {
    if (shot.jobId !== jobId) continue;
    next = shot.completed === undefined ? without(next, jobId, shot.shot) : end(next, shot, 'done', nowMs);
  }
  return next;
}

function end(before: RunState, shot: ActiveShot, ending: Ending, nowMs: number): RunState {
  // A picture of an earlier run was counted there.
  const state = ending === 'uploaded' ? before : withJob(before, shot.jobId, (job) => ({ ...job, told: job.told + 1 }));
  const job = state.jobs.get(shot.jobId);
  const finished: FinishedShot = {
    sequence: state.finishedCount + 1,
    jobId: shot.jobId,
    shot: shot.shot,
    ending,
    durationMs: shot.completed?.durationMs ?? nowMs - shot.sinceMs,
    costUsd: shot.completed?.costUsd ?? 0,
    filename: shot.stored?.filename,
    url: shot.stored?.url,
    errorType: shot.errorType,
    message: shot.reason,
    position: job === undefined ? 0 : job.alreadyDone + job.told,
    imageCount: job?.imageCount ?? 0,
  };
  return {
    ...without(state, shot.jobId, shot.shot),
    finished: [...state.finished, finished].slice(-FINISHED_KEPT),
    finishedCount: finished.sequence,
  };
}

/** Changes a moving shot, which begins to move now when nobody knew it. */
function touch(
  state: RunState,
  event: { job_id: string; shot?: string },
  nowMs: number,
  change: (shot: ActiveShot) => ActiveShot,
): RunState {
  if (event.shot === undefined) return state;
  const key = shotKey(event.job_id, event.shot);
  const active = new Map(state.active);
  const known = active.get(key);
  if (known === undefined && active.size >= ACTIVE_MAX) forgetOne(active);
  active.set(key, change(known ?? newShot(event.job_id, event.shot, nowMs, freeSlot(active))));
  return { ...state, active };
}

/** Makes room: a shot that only waits for its next attempt is the least interesting. It comes back when it moves. */
function forgetOne(active: Map<string, ActiveShot>): void {
  let victim: string | undefined;
  for (const [key, shot] of active) {
    victim ??= key;
    if (shot.phase !== 'backoff') continue;
    victim = key;
    break;
  }
  if (victim !== undefined) active.delete(victim);
}

function newShot(jobId: string, shot: string, nowMs: number, slot: number): ActiveShot {
  return {
    jobId,
    shot: shownName(shot),
    phase: 'sending',
    phaseSinceMs: nowMs,
    sinceMs: nowMs,
    attempt: 1,
    progress: undefined,
    untilMs: undefined,
    reason: undefined,
    errorType: undefined,
    slot,
    completed: undefined,
    stored: undefined,
  };
}

function freeSlot(active: ReadonlyMap<string, ActiveShot>): number {
  const taken = new Set<number>();
  for (const shot of active.values()) taken.add(shot.slot);
  let slot = 0;
  while (taken.has(slot)) slot += 1;
  return slot;
}

function inPhase(shot: ActiveShot, phase: ActiveShot['phase'], nowMs: number): ActiveShot {
  return shot.phase === phase ? shot : { ...shot, phase, phaseSinceMs: nowMs };
}

function without(state: RunState, jobId: string, shot: string): RunState {
  const key = shotKey(jobId, shot);
  if (!state.active.has(key)) return state;
  const active = new Map(state.active);
  active.delete(key);
  return { ...state, active };
}

function time(iso: string): number | undefined {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? undefined : at;
}
