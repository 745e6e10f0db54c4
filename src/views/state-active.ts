/** The moving shots: bounded in number, each with a place of its own on the screen. Pure. */

import { printable } from '../sanitize.ts';
import { ACTIVE_MAX } from './state-model.ts';
import type { ActiveShot, RunState } from './state-model.ts';

/** The key of a shot among the moving ones: names are unique in their job only. */
export function shotKey(jobId: string, shot: string): string {
  return `${jobId}\u0000${shownName(shot)}`;
}

/** A shot's name as it may be shown. */
export function shownName(shot: string): string {
  return printable(shot, 80);
}

/** Changes a moving shot, which begins to move now when nobody knew it. */
export function touch(
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

/** Removes one: a shot that only waits for its next attempt is the least interesting. It comes back when it moves. */
function forgetOne(active: Map<string, ActiveShot>): void {
  let least: string | undefined;
  for (const [key, shot] of active) {
    least ??= key;
    if (shot.phase !== 'backoff') continue;
    least = key;
    break;
  }
  if (least !== undefined) active.delete(least);
}

function newShot(jobId: string, shot: string, nowMs: number, slot: number): ActiveShot {
  return {
    jobId,
    shot: shownName(shot),
    phase: 'sending',
    phaseSinceMs: nowMs,
    sinceMs: nowMs,
    attempt: 1,
    accepted: true,
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

/** The shot in a phase, which begins now unless it was in it already. */
export function inPhase(shot: ActiveShot, phase: ActiveShot['phase'], nowMs: number): ActiveShot {
  return shot.phase === phase ? shot : { ...shot, phase, phaseSinceMs: nowMs };
}

/** The state without a moving shot. */
export function without(state: RunState, jobId: string, shot: string): RunState {
  const key = shotKey(jobId, shot);
  if (!state.active.has(key)) return state;
  const active = new Map(state.active);
  active.delete(key);
  return { ...state, active };
}
