/** Shots that wait for a shot of another job. */
import type { Connection } from './connection.ts';

/**
 * Jobs whose shots are waited for by queued shots of a job, and that nobody works on: neither the run of `jobIds`, nor
 * another run of a process that runs. Waiting for them would never end.
 */
export function idleBlockers(connection: Connection, jobId: number, jobIds: readonly number[]): number[] {
  return blockers(connection, jobId).filter((id) => !isAtWork(connection, { jobId, blocker: id, jobIds }));
}

/** Jobs that make what queued shots of a job wait for, that are not of `jobIds` and that somebody works on. */
export function busyBlockers(connection: Connection, jobId: number, jobIds: readonly number[]): number[] {
  const others = blockers(connection, jobId).filter((id) => !jobIds.includes(id));
  return others.filter((id) => isAtWork(connection, { jobId, blocker: id, jobIds }));
}

/** True when queued shots of a job wait for shots that this run, or another one, is to end. */
export function isBlocked(connection: Connection, jobId: number, jobIds: readonly number[]): boolean {
  return blockers(connection, jobId).some((id) => isAtWork(connection, { jobId, blocker: id, jobIds }));
}

/** True of a row of `shots` whose job makes nothing without the face. */
const NEEDS_FACE = `COALESCE((SELECT j.settings ->> 'needsFace' FROM jobs j WHERE j.id = shots.job_id), 0)`;

/** Shots that waited for this one, whose picture there is now, may be claimed. Inside a transaction. */
export function freeBehindMade(connection: Connection, shotId: number): void {
  connection.run('UPDATE shots SET after_shot = NULL WHERE after_shot = ?', shotId);
}

/** The same for a shot that has ended without a picture: what needs the face goes on waiting. */
export function freeBehindUnmade(connection: Connection, shotId: number): void {
  connection.run(`UPDATE shots SET after_shot = NULL WHERE after_shot = ? AND NOT ${NEEDS_FACE}`, shotId);
}

/** Frees queued shots of a job that wait for a shot that has ended. Inside a transaction. */
export function freeBehindEnded(connection: Connection, jobId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = NULL WHERE job_id = ? AND state = 'queued' AND after_shot IS NOT NULL
       AND NOT EXISTS (SELECT 1 FROM shots a WHERE a.id = shots.after_shot
         AND (a.state IN ('queued', 'leased') OR (a.state <> 'done' AND ${NEEDS_FACE})))`,
    jobId,
  );
}

/** Frees shots, of any job, that wait for a canceled shot of this one. Inside a transaction. */
export function freeBehindCanceled(connection: Connection, jobId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = NULL
      WHERE after_shot IN (SELECT id FROM shots WHERE job_id = ? AND state = 'canceled') AND NOT ${NEEDS_FACE}`,
    jobId,
  );
}

/** Queued shots that wait for the face of one avatar, which nobody is to make. */
export interface WaitingForFace {
  /** How the avatar ended. */
  avatar: 'held' | 'failed' | 'refused' | 'canceled';
  avatarShotId: number;
  /** The job that was to make it. */
  avatarJobId: number;
  shots: number;
}

/** Queued shots of a job that wait for the face, by the avatar, where nobody is to make that. */
export function waitingForFace(connection: Connection, jobId: number): WaitingForFace[] {
  return connection.all<WaitingForFace>(
    `SELECT a.state avatar, a.id avatarShotId, a.job_id avatarJobId, COUNT(*) shots
       FROM shots s JOIN shots a ON a.id = s.after_shot
      WHERE s.job_id = ? AND s.state = 'queued' AND a.state NOT IN ('queued', 'leased', 'done')
      GROUP BY a.id ORDER BY a.id`,
    jobId,
  );
}

/** Queued shots of a job wait no longer for this one. Inside a transaction. */
export function freeBehindShot(connection: Connection, jobId: number, shotId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = NULL WHERE job_id = ? AND state = 'queued' AND after_shot = ?`,
    jobId,
    shotId,
  );
}

/** Pictures of a job that are begun again wait for its avatar again, where there is none yet. Inside a transaction. */
export function waitForOwnAvatar(connection: Connection, jobId: number): void {
  connection.run(
    `UPDATE shots SET after_shot = (SELECT a.id FROM shots a
         WHERE a.job_id = shots.job_id AND a.kind = 'avatar' AND a.state <> 'done' LIMIT 1)
      WHERE job_id = ? AND kind = 'training' AND state = 'queued' AND after_shot IS NULL AND ${NEEDS_FACE}`,
    jobId,
  );
}

function blockers(connection: Connection, jobId: number): number[] {
  const rows = connection.all<{ id: number }>(
    `SELECT DISTINCT a.job_id id FROM shots s JOIN shots a ON a.id = s.after_shot
      WHERE s.job_id = ? AND s.state = 'queued' AND a.state IN ('queued', 'leased')`,
    jobId,
  );
  return rows.map(({ id }) => id);
}

function isAtWork(
  connection: Connection,
  { jobId, blocker, jobIds }: { jobId: number; blocker: number; jobIds: readonly number[] },
): boolean {
  if (blocker === jobId || jobIds.includes(blocker)) return true;
  // A run of this process that works on both jobs has come to the end of the other one, but for what is under way.
  const owners = connection.all<{ owner: string }>(
    `SELECT owner FROM runs r WHERE r.job_id = ? AND NOT EXISTS
       (SELECT 1 FROM runs own WHERE own.job_id = ? AND own.owner = r.owner AND own.number = r.number AND own.owner = ?)
     UNION SELECT s.owner FROM shots s INDEXED BY shots_leased
      WHERE s.job_id = ? AND s.state = 'leased' AND s.owner IS NOT NULL`,
    blocker,
    jobId,
    connection.owner,
    blocker,
  );
  return owners.some(({ owner }) => owner === connection.owner || connection.isRunning(owner));
}
