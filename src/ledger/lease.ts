/** Leases: how a process gets a shot for itself, and proves at every later write that it still has it. */
import { attemptWhere, keepReferences } from './attempt-rows.ts';
import { freeBehindUnmade } from './blocked.ts';
import { reserve, settle } from './budget.ts';
import type { Candidate } from './candidates.ts';
import { LostLease, type Connection } from './connection.ts';
import { takeSend } from './limits.ts';
import type { Attempt, AttemptRequest, Job, Lease, Shot } from './records.ts';
import { isCanceled, shotOf } from './rows.ts';

/** One way to make a shot: a provider that can take it, what it would cost, and what would be sent. */
export interface Route {
  provider: string;
  model: string;
  /** Provider and fingerprint of its key: whose limits apply. */
  scope: string;
  /** The pace the config asks for, in milliseconds between two sends; 0 for none. */
  intervalMs: number;
  worstMicros: number;
  expectedMicros: number;
  attemptKey: string;
  /** What is asked beside prompt and seed. */
  request: AttemptRequest;
}

/** A claimed shot with its new attempt, committed before anything is sent. */
export interface Claimed {
  kind: 'claimed';
  lease: Lease;
  job: Job;
  shot: Shot;
  attempt: Attempt;
}

/** Leases a shot for this process, with an attempt and its reservation. Inside the transaction of the claim. */
export function leaseShot(connection: Connection, { job, shot }: Candidate, route: Route): Claimed {
  const token = shot.token + 1;
  connection.run(
    `UPDATE shots SET state = 'leased', owner = ?, token = ?, attempts = attempts + 1, not_before_ms = 0 WHERE id = ?`,
    connection.owner,
    token,
    shot.id,
  );
  const attempt = insertAttempt(connection, shot, route);
  reserve(connection, { attemptId: attempt.id, jobId: job.id, shotId: shot.id, ...route });
  takeSend(connection, route.scope, route.intervalMs);
  connection.record(
    job.id,
    {
      event: 'generation_started',
      shot: shot.name,
      character_id: job.characterId,
      model: route.model,
      provider: route.provider,
      attempt: attempt.ordinal,
    },
    shot.id,
  );
  return {
    kind: 'claimed',
    lease: {
      shotId: shot.id,
      jobId: job.id,
      characterId: job.characterId,
      shot: shot.name,
      attemptId: attempt.id,
      token,
    },
    job,
    shot: { ...shot, state: 'leased', owner: connection.owner, token, attempts: shot.attempts + 1, notBeforeMs: 0 },
    attempt,
  };
}

function insertAttempt(connection: Connection, shot: Shot, route: Route): Attempt {
  const { references, ...request } = route.request;
  const before = connection.get<{ n: number }>('SELECT COUNT(*) n FROM attempts WHERE shot_id = ?', shot.id)?.n ?? 0;
  const id = connection.insert(
    `INSERT INTO attempts (key, shot_id, job_id, ordinal, provider, model, request, account, intent_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    route.attemptKey,
    shot.id,
    shot.jobId,
    before + 1,
    route.provider,
    route.model,
    JSON.stringify(request),
    route.scope,
    connection.now(),
  );
  keepReferences(connection, id, references);
  const attempt = attemptWhere(connection, 'a.id = ?', id);
  if (!attempt) throw new Error('the attempt just inserted is not there');
  return attempt;
}

const OURS = `FROM shots WHERE id = ? AND state = 'leased' AND owner = ? AND token = ?`;

/** Checks inside a transaction that the lease is still ours, and reads the shot. @throws {LostLease} */
export function leasedShot(connection: Connection, lease: Lease): Shot {
  const shot = connection.one(shotOf, `SELECT * ${OURS}`, lease.shotId, connection.owner, lease.token);
  if (!shot) throw new LostLease(`shot ${lease.shotId}`);
  return shot;
}

/** The same, where the shot itself is not asked for. @throws {LostLease} */
export function holdLease(connection: Connection, { shotId, token }: Pick<Lease, 'shotId' | 'token'>): void {
  if (!connection.get(`SELECT 1 ${OURS}`, shotId, connection.owner, token)) throw new LostLease(`shot ${shotId}`);
}

/**
 * Puts a leased shot whose request was surely not sent back into the queue, as if it had never been claimed. Inside a
 * transaction, with the lease.
 */
export function putBack(connection: Connection, lease: Pick<Lease, 'shotId' | 'jobId' | 'attemptId'>): void {
  connection.run(
    `UPDATE attempts SET state = 'rejected', outcome = 'interrupted', message = 'stopped before it was sent',
      ended_at_ms = ? WHERE id = ?`,
    connection.now(),
    lease.attemptId,
  );
  settle(connection, lease.attemptId, { state: 'released' });
  const canceled = isCanceled(connection, lease.jobId);
  connection.run(
    `UPDATE shots SET state = ?, owner = NULL, attempts = MAX(0, attempts - 1) WHERE id = ?`,
    canceled ? 'canceled' : 'queued',
    lease.shotId,
  );
  if (canceled) freeBehindUnmade(connection, lease.shotId);
}

/** The attempt has brought what it was to bring, and its shot is done. Inside of T6. */
export function endDone(connection: Connection, lease: Lease): void {
  connection.run(
    `UPDATE attempts SET state = 'settled', outcome = 'done', staged = NULL, ended_at_ms = ? WHERE id = ?`,
    connection.now(),
    lease.attemptId,
  );
  connection.run(
    `UPDATE shots SET state = 'done', owner = NULL, outcome = 'done', message = NULL, ended_at_ms = ? WHERE id = ?`,
    connection.now(),
    lease.shotId,
  );
}
