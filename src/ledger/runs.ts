/** Which processes run a job, from their first look at it to their last. */
import type { Connection } from './connection.ts';
import { totalOf } from './budget.ts';
import { countShots, type ShotCounts } from './shot-counts.ts';
import { jobById } from './rows.ts';
import { usdOf } from '../money.ts';

/**
 * This process runs these jobs until `closeRun`, or until it ends: what belongs to them is in use. Inside a
 * transaction.
 */
export function openRun(connection: Connection, jobIds: readonly number[]): void {
  for (const jobId of jobIds) {
    const workers = connection.all<{ owner: string }>('SELECT owner FROM workers WHERE job_id = ?', jobId);
    for (const { owner } of workers) if (!connection.isRunning(owner)) removeWorker(connection, jobId, owner);
    connection.run('INSERT OR IGNORE INTO workers (job_id, owner) VALUES (?, ?)', jobId, connection.owner);
  }
}

/**
 * Closes a run on a job: marks it ended when nothing is left to do, and says so in the last event. Inside a
 * transaction.
 */
export function closeRun(
  connection: Connection,
  jobId: number,
  startedAtMs: number,
): { ended: boolean; counts: ShotCounts } {
  removeWorker(connection, jobId, connection.owner);
  const counts = countShots(connection, jobId);
  const ended = counts.queued + counts.leased + counts.held === 0;
  if (ended) {
    connection.run(
      `UPDATE jobs SET state = 'ended', ended_at_ms = ? WHERE id = ? AND state = 'open'`,
      connection.now(),
      jobId,
    );
  }
  const job = jobById(connection, jobId);
  connection.record(jobId, {
    event: 'pack_completed',
    character_id: job.characterId,
    image_count: job.imageCount,
    completed: counts.done,
    failed: counts.failed + counts.refused + counts.held,
    total_duration_ms: Math.max(0, connection.now() - startedAtMs),
    cost_usd: usdOf(totalOf(connection, `job:${jobId}`).spentMicros),
  });
  return { ended, counts };
}

/** This process works on these jobs no longer, whatever became of its run: it may have broken off. In a transaction. */
export function leaveRun(connection: Connection, jobIds: readonly number[]): void {
  for (const jobId of jobIds) removeWorker(connection, jobId, connection.owner);
}

function removeWorker(connection: Connection, jobId: number, owner: string): void {
  connection.run('DELETE FROM workers WHERE job_id = ? AND owner = ?', jobId, owner);
}
