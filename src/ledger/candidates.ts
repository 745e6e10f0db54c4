/** Which shot is next: read only, so that a runner can choose its routes before anything is locked. */
import { isBlocked } from './blocked.ts';
import { SET_BACK_MS } from './clock.ts';
import type { Connection } from './connection.ts';
import type { Job, Shot } from './records.ts';
import { jobOf, shotOf } from './rows.ts';

/** A shot that may be claimed now, as it was read. */
export interface Candidate {
  kind: 'candidate';
  job: Job;
  shot: Shot;
}

/** Nothing may be sent before then (backoff, pause, pace); `untilMs` undefined: until something settles. */
export interface Wait {
  kind: 'wait';
  untilMs: number | undefined;
  /**
   * `limits`: the service asked for a pause, or is not there; `places`: all that it takes at once are taken; `budget`:
   * what is under way holds the rest of a cap; `others`: another process, or run, has what is left; `urgent`: a more
   * urgent job of another process goes first.
   */
  reason: 'backoff' | 'limits' | 'places' | 'budget' | 'others' | 'urgent';
}

/** Nothing is left to claim. */
export interface None {
  kind: 'none';
}

/** How often to look again when only others are at work. */
export const OTHERS_POLL_MS = 250;

/** A shot that is free, and whose time has come. */
const CLAIMABLE = `state = 'queued' AND after_shot IS NULL AND (not_before_ms <= ? OR waits_since_ms > ?)`;

/** The next shot of these jobs, the most urgent job first; else how long to wait for one, or that none is left. */
export function nextCandidate(connection: Connection, jobIds: readonly number[]): Candidate | Wait | None {
  let wait: Wait | undefined;
  for (const jobId of jobIds) {
    const next = candidateOf(connection, jobId, jobIds);
    if (next.kind === 'candidate') return next;
    if (next.kind === 'wait') wait = earlier(wait, next);
  }
  return wait ?? { kind: 'none' };
}

/** The one of two waits that ends first. */
export function earlier(a: Wait | undefined, b: Wait): Wait {
  return a && (a.untilMs ?? Infinity) <= (b.untilMs ?? Infinity) ? a : b;
}

/** The shot with its job, read again; undefined when either is no longer what the candidate says. */
export function sameCandidate(connection: Connection, seen: Candidate): Candidate | undefined {
  const job = connection.one(jobOf, `SELECT * FROM jobs WHERE id = ? AND state = 'open'`, seen.job.id);
  const shot = connection.one(
    shotOf,
    `SELECT * FROM shots WHERE id = ? AND token = ? AND ${CLAIMABLE}`,
    seen.shot.id,
    seen.shot.token,
    ...due(connection),
  );
  return job && shot && { kind: 'candidate', job, shot };
}

function candidateOf(connection: Connection, jobId: number, jobIds: readonly number[]): Candidate | Wait | None {
  const job = connection.one(jobOf, `SELECT * FROM jobs WHERE id = ? AND state = 'open'`, jobId);
  if (!job) return { kind: 'none' };
  const shot = connection.one(
    shotOf,
    `SELECT * FROM shots INDEXED BY shots_claimable WHERE job_id = ? AND ${CLAIMABLE} ORDER BY id LIMIT 1`,
    jobId,
    ...due(connection),
  );
  return shot ? { kind: 'candidate', job, shot } : nothingReady(connection, jobId, jobIds);
}

function due(connection: Connection): [number, number] {
  const now = connection.now();
  return [now, now + SET_BACK_MS];
}

/** Says why nothing can be claimed from a job now. */
function nothingReady(connection: Connection, jobId: number, jobIds: readonly number[]): Wait | None {
  const soonest = connection.get<{ at: number | null }>(
    `SELECT MIN(not_before_ms) at FROM shots INDEXED BY shots_claimable
     WHERE job_id = ? AND state = 'queued' AND after_shot IS NULL`,
    jobId,
  )?.at;
  if (soonest !== undefined && soonest !== null) return { kind: 'wait', untilMs: soonest, reason: 'backoff' };
  // With another run of this process on the job its shots may be that run's.
  const elsewhere = connection.get(
    `SELECT 1 FROM shots INDEXED BY shots_leased
     WHERE job_id = ? AND state = 'leased' AND (owner IS NULL OR owner <> ?
       OR (SELECT COUNT(*) FROM runs r WHERE r.job_id = shots.job_id AND r.owner = shots.owner) > 1) LIMIT 1`,
    jobId,
    connection.owner,
  );
  return elsewhere || isBlocked(connection, jobId, jobIds)
    ? { kind: 'wait', untilMs: connection.now() + OTHERS_POLL_MS, reason: 'others' }
    : { kind: 'none' };
}
