/** An attempt that ended without a picture, and what it means for its shot and for the provider's limits. */
import type { Failure } from '../errors.ts';
import { attemptWhere } from './attempt-rows.ts';
import { freeBehindUnmade } from './blocked.ts';
import { settle, type Settlement } from './budget.ts';
import type { Connection } from './connection.ts';
import { leasedShot } from './lease.ts';
import { noteLimited, noteUnavailable, successesOf } from './limits.ts';
import type { Lease, Shot } from './records.ts';
import { isCanceled, shotById } from './rows.ts';

/** How a failed attempt is recorded, as the runner's table decided. */
export interface FailureRecord {
  failure: Failure | 'canceled';
  message: string;
  settlement: Settlement;
  /** What becomes of the shot. */
  shot: ShotAfterFailure;
  /** What it says of the provider's limits. */
  observed?: { scope: string; kind: 'limited' | 'unavailable'; waitMs: number } | undefined;
}

/** Back in the queue, or ended. */
export type ShotAfterFailure =
  | {
      state: 'queued';
      notBeforeMs: number;
      /** The attempt does not count against the most that a shot may have. */
      uncounted?: boolean;
      /** How many count from now on, where that is another number: the shot is the next provider's. */
      attempts?: number;
      /** The run stops asking: no time of a next attempt. */
      parked?: boolean;
    }
  | { state: 'failed' | 'refused' | 'held' | 'canceled' };

/** Records a failed attempt. Inside a transaction. @throws {LostLease} */
export function recordFailure(connection: Connection, lease: Lease, record: FailureRecord): void {
  const shot = leasedShot(connection, lease);
  connection.run(
    `UPDATE attempts SET state = ?, outcome = ?, message = ?, ended_at_ms = ? WHERE id = ?`,
    record.shot.state === 'held' && record.failure === 'unknown' ? 'unknown' : 'rejected',
    record.failure,
    record.message,
    connection.now(),
    lease.attemptId,
  );
  settle(connection, lease.attemptId, record.settlement);
  if (record.observed) observe(connection, lease, record.observed);
  if (record.shot.state === 'queued') requeue(connection, shot, { ...record, shot: record.shot });
  else endShot(connection, shot, record);
  connection.record(
    lease.jobId,
    {
      event: 'generation_failed',
      shot: lease.shot,
      character_id: lease.characterId,
      error_type: record.failure,
      retry_at: retryAt(connection, record.shot),
      message: record.message,
      ...(shot.takeOf === null ? {} : { take_of: shotById(connection, shot.takeOf).name }),
    },
    lease.shotId,
  );
}

/** How many answers 429 the shot has seen in a row while its provider let nothing through. Reads only. */
export function limitedInARow(connection: Connection, lease: Lease, scope: string): number {
  const shot = shotById(connection, lease.shotId);
  return successesOf(connection, scope) > shot.limitedEpoch ? 0 : shot.limited;
}

function observe(connection: Connection, lease: Lease, observed: NonNullable<FailureRecord['observed']>): void {
  const { scope, kind, waitMs } = observed;
  if (kind === 'unavailable') {
    noteUnavailable(connection, scope);
    return;
  }
  connection.run(
    'UPDATE shots SET limited = ?, limited_epoch = ? WHERE id = ?',
    limitedInARow(connection, lease, scope) + 1,
    successesOf(connection, scope),
    lease.shotId,
  );
  const provider = attemptWhere(connection, 'a.id = ?', lease.attemptId)?.provider ?? '';
  noteLimited(connection, scope, provider, waitMs);
}

/** Back into the queue, unless the job was canceled meanwhile. */
function requeue(
  connection: Connection,
  shot: Shot,
  record: FailureRecord & { shot: Extract<ShotAfterFailure, { state: 'queued' }> },
): void {
  const canceled = isCanceled(connection, shot.jobId);
  connection.run(
    `UPDATE shots SET state = ?, owner = NULL, not_before_ms = ?, waits_since_ms = ?,
       attempts = ?, limited = CASE WHEN ? THEN 0 ELSE limited END, outcome = ?, message = ? WHERE id = ?`,
    canceled ? 'canceled' : 'queued',
    Math.max(0, Math.ceil(record.shot.notBeforeMs)),
    connection.now(),
    record.shot.attempts ?? Math.max(0, shot.attempts - (record.shot.uncounted ? 1 : 0)),
    record.shot.attempts === undefined ? 0 : 1,
    record.failure === 'canceled' ? null : record.failure,
    record.message,
    shot.id,
  );
  if (canceled) freeBehindUnmade(connection, shot.id);
}

function endShot(connection: Connection, shot: Shot, record: FailureRecord): void {
  connection.run(
    `UPDATE shots SET state = ?, owner = NULL, outcome = ?, message = ?, ended_at_ms = ? WHERE id = ?`,
    record.shot.state,
    record.failure,
    record.message,
    connection.now(),
    shot.id,
  );
  freeBehindUnmade(connection, shot.id);
}

function retryAt(connection: Connection, after: ShotAfterFailure): string | null {
  if (after.state !== 'queued' || after.parked) return null;
  return new Date(Math.max(after.notBeforeMs, connection.now())).toISOString();
}
