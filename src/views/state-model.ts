/** The shape of what the live views know, and its bounds. */

import type { BudgetCap, ShotPhase } from '../events.ts';
import { printable } from '../sanitize.ts';

/** A shot that moves. */
export interface ActiveShot {
  jobId: string;
  shot: string;
  phase: ShotPhase;
  /** When this phase began, and when the shot was first seen moving; milliseconds since 1970. */
  phaseSinceMs: number;
  sinceMs: number;
  attempt: number;
  /** The provider has accepted it and works on it without us. One that this run did not begin was found there. */
  accepted: boolean;
  /** 0…1, where the provider tells. */
  progress: number | undefined;
  /** When the next attempt begins (phase `backoff`). */
  untilMs: number | undefined;
  /** Why it waits: what the last attempt said. */
  reason: string | undefined;
  errorType: string | undefined;
  /** Its place among the moving shots, so that a row keeps its line on the screen. */
  slot: number;
  /** Set when the bytes are safe. The shot is shown as moving until it is uploaded, too. */
  completed: { durationMs: number; costUsd: number } | undefined;
  /** Another take: the picture that was asked for is there. */
  isTake?: boolean;
  stored: { filename: string; url: string } | undefined;
}

/** How a shot ended, in this run. `uploaded`: the picture is of an earlier run; `scored`: its face was compared. */
export type Ending = 'done' | 'uploaded' | 'scored' | 'refused' | 'failed' | 'held' | 'canceled';

/** A shot that ended. */
export interface FinishedShot {
  /** 1, 2, 3 … over the whole run: a reader remembers the last one it has shown. */
  sequence: number;
  jobId: string;
  shot: string;
  ending: Ending;
  durationMs: number;
  costUsd: number;
  filename: string | undefined;
  url: string | undefined;
  errorType: string | undefined;
  message: string | undefined;
  /** How alike the face is, 0 … 1, of `scored`. */
  likeness?: number;
  /** 1 for the first shot of the job that is over, earlier runs included; out of `imageCount`. */
  position: number;
  imageCount: number;
  /** It came back after this end, which counts no more. */
  revived: boolean;
}

/** One job of the run. Money in US dollars. */
export interface JobState {
  jobId: string;
  characterId: string;
  characterName: string;
  kind: string;
  provider: string;
  model: string;
  /** Fallbacks that were asked, in words. */
  others: readonly string[];
  concurrency: number;
  imageCount: number;
  /** Done in earlier runs. */
  alreadyDone: number;
  /** Ended without a picture in earlier runs, and not made by this one. */
  alreadyEnded: number;
  /** Ended in this run. */
  completed: number;
  refused: number;
  failed: number;
  held: number;
  canceled: number;
  /** Shots of this run that are over and done with, uploaded too: the number that finished lines count up. */
  told: number;
  spentUsd: number;
  reservedUsd: number;
  /** True once the runner itself has said what is spent; from then on costs are not added up here. */
  spendKnown: boolean;
  capsUsd: { perImage: number | null; perRun: number | null; perDay: number | null };
  output: string;
  uploads: boolean;
  /** The provider can be asked what became of a request whose answer was lost. */
  canAsk: boolean;
  budgetReached: BudgetCap | undefined;
  ended: boolean;
}

/** The run. */
export interface RunState {
  /** What the run waits for, while nothing of it moves. */
  waiting: string | undefined;
  /** When the first event came, undefined before. */
  startedAtMs: number | undefined;
  jobs: ReadonlyMap<string, JobState>;
  /** Keys are of `shotKey`. At most `ACTIVE_MAX`. */
  active: ReadonlyMap<string, ActiveShot>;
  /** The last `FINISHED_KEPT`, oldest first. */
  finished: readonly FinishedShot[];
  finishedCount: number;
  /** Times of the last `COMPLETIONS_KEPT` pictures, oldest first; milliseconds since 1970. */
  completions: readonly number[];
  spentDayUsd: number;
  /** Another process makes the pictures, or nobody does; this one looks on. Events then come after their time. */
  watched: 'running' | 'idle' | undefined;
  draining: { signal: string; inFlight: number } | undefined;
}

/** Bounds of what is kept. */
export const ACTIVE_MAX = 256;
export const FINISHED_KEPT = 256;
export const COMPLETIONS_KEPT = 33;

/** The state with one job changed; unchanged when nobody has opened that job. */
export function withJob(state: RunState, jobId: string, change: (job: JobState) => JobState): RunState {
  const job = state.jobs.get(jobId);
  if (job === undefined) return state;
  return { ...state, jobs: new Map(state.jobs).set(jobId, change(job)) };
}

/**
 * Whose shot it is, where several jobs share a run: the character's name, or `job 5` when jobs of one name would be
 * mixed up. Undefined in a run of one job.
 */
export function jobLabel(state: RunState, jobId: string): string | undefined {
  const job = state.jobs.get(jobId);
  if (job === undefined || state.jobs.size < 2) return undefined;
  for (const other of state.jobs.values()) {
    if (other !== job && other.characterName === job.characterName) return `job ${printable(jobId)}`;
  }
  return job.characterName;
}
