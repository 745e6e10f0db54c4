/** The part of the state that follows single shots. Pure. */

import type { PublicEvent, RunEvent, LiveEvent } from '../events.ts';
import { printable } from '../sanitize.ts';
import { inPhase, shotKey, shownName, touch, without } from './state-active.ts';
import { scored } from './state-scored.ts';
import { COMPLETIONS_KEPT, FINISHED_KEPT, withJob } from './state-model.ts';
import type { ActiveShot, Ending, FinishedShot, RunState } from './state-model.ts';

/** Longer messages are cut: nobody reads them in a live view. */
const REASON_LENGTH_MAX = 300;

/** Takes the events that are about one shot, and the end of a job. */
export function reduceShot(state: RunState, event: RunEvent, nowMs: number): RunState {
  switch (event.event) {
    case 'shot_phase':
      return phase(state, event, nowMs);
    case 'generation_started':
      return touch(revived(state, event), event, nowMs, (shot) => ({
        ...inPhase(shot, 'sending', nowMs),
        attempt: event.attempt,
        accepted: false,
        progress: undefined,
        untilMs: undefined,
      }));
    case 'generation_submitted':
      return touch(state, event, nowMs, (shot) => ({ ...inPhase(shot, 'waiting', nowMs), accepted: true }));
    case 'generation_completed':
      return completed(state, event, nowMs);
    case 'image_stored':
      // The shot has failed, and stays so.
      if (event.placeholder) return state;
      return stored(state, event, nowMs);
    case 'image_scored':
      return scored(state, event);
    case 'generation_failed':
      return failed(state, event, nowMs);
    case 'pack_completed':
      return flush(state, event.job_id, nowMs);
    default:
      return state;
  }
}

function phase(state: RunState, event: LiveEvent & { event: 'shot_phase' }, nowMs: number): RunState {
  if (event.phase === 'queued') return without(state, event.job_id, event.shot);
  // A live event that comes late must not bring a shot back that is over.
  if (!state.active.has(shotKey(event.job_id, event.shot)) && lastEnd(state, event) !== undefined) return state;
  return touch(state, event, nowMs, (shot) => ({
    ...inPhase(shot, event.phase, nowMs),
    progress: event.progress,
    untilMs: event.until === undefined ? (event.phase === 'backoff' ? shot.untilMs : undefined) : time(event.until),
  }));
}

function completed(state: RunState, event: PublicEvent & { event: 'generation_completed' }, nowMs: number): RunState {
  const counted = withJob(revived(state, event), event.job_id, (job) => ({
    ...job,
    completed: job.completed + (event.take_of === undefined ? 1 : 0),
    spentUsd: job.spendKnown ? job.spentUsd : job.spentUsd + event.cost_usd,
  }));
  // Of a watched job: not what was made before those who work on it now.
  const old = state.watched !== undefined && nowMs <= (state.startedAtMs ?? 0);
  const completions = old ? state.completions : [...counted.completions, nowMs].slice(-COMPLETIONS_KEPT);
  const next = touch({ ...counted, completions }, event, nowMs, (shot) => ({
    ...shot,
    completed: { durationMs: event.duration_ms, costUsd: event.cost_usd },
    isTake: event.take_of !== undefined,
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
  // The picture that was asked for is there.
  if (event.take_of !== undefined) return end(next, { ...shot, isTake: true }, ending, nowMs);
  const counted = withJob(next, event.job_id, (job) => ({ ...job, [ending]: job[ending] + 1 }));
  return end(counted, shot, ending, nowMs);
}

function endingOf(errorType: string): 'refused' | 'canceled' | 'held' | 'failed' {
  if (errorType === 'refused' || errorType === 'canceled') return errorType;
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
  const isCounted = ending !== 'uploaded' && shot.isTake !== true;
  const state = !isCounted ? before : withJob(before, shot.jobId, (job) => ({ ...job, told: job.told + 1 }));
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
    // What was never counted is not counted back.
    revived: shot.isTake === true,
  };
  return {
    ...without(state, shot.jobId, shot.shot),
    finished: [...state.finished, finished].slice(-FINISHED_KEPT),
    finishedCount: finished.sequence,
  };
}

/** How a shot ended that has not come back since, as far as the last few are remembered. */
type ShotEnd = FinishedShot & { ending: Exclude<Ending, 'scored'> };

function lastEnd(state: RunState, event: { job_id: string; shot?: string }): ShotEnd | undefined {
  const name = shownName(event.shot ?? '');
  const last = state.finished.findLast(
    (shot): shot is ShotEnd => shot.jobId === event.job_id && shot.shot === name && shot.ending !== 'scored',
  );
  return last?.revived === true ? undefined : last;
}

/**
 * A shot that was given up and comes back (found at the provider after all, or tried at the next one) is not counted
 * twice.
 */
function revived(state: RunState, event: { job_id: string; shot?: string }): RunState {
  const given = lastEnd(state, event);
  if (given === undefined || given.ending === 'done' || given.ending === 'uploaded') return state;
  const { ending } = given;
  const finished = state.finished.map((shot) => (shot === given ? { ...given, revived: true } : shot));
  return withJob({ ...state, finished }, event.job_id, (job) => ({
    ...job,
    [ending]: job[ending] - 1,
    told: job.told - 1,
  }));
}

function time(iso: string): number | undefined {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? undefined : at;
}
