/** Which runs are at work on a job, from their first look at it to their last. */
import type { PublicEvent } from '../events.ts';
import type { Connection, EventBody } from './connection.ts';
import { totalOf } from './budget.ts';
import { countShots, type ShotCounts } from './shot-counts.ts';
import { jobById } from './rows.ts';
import { consistencyOf } from './scores.ts';
import { usdOf } from '../money.ts';

/**
 * A run of this process on some jobs, until each is closed or left, or the process ends: what belongs to them is in
 * use.
 */
export class OpenRun {
  private readonly connection: Connection;
  private readonly jobIds: readonly number[];
  private readonly number: number;

  /** Inside a transaction. */
  constructor(connection: Connection, jobIds: readonly number[]) {
    this.connection = connection;
    this.jobIds = jobIds;
    this.number = nextNumber(connection);
    for (const jobId of jobIds) {
      forgetEnded(connection, jobId);
      const sql = 'INSERT INTO runs (job_id, owner, number) VALUES (?, ?, ?)';
      connection.run(sql, jobId, connection.owner, this.number);
    }
  }

  /** Closes the run on one job: marks it ended when nothing is left to do, and says so in the last event. */
  close(jobId: number, startedAtMs: number): { ended: boolean; counts: ShotCounts } {
    return this.connection.write(() => {
      this.remove(jobId);
      return endJob(this.connection, jobId, startedAtMs);
    });
  }

  /** What `close` says of a job, for a ledger that can't be written any more: reads only. */
  lastEvent(jobId: number, startedAtMs: number): PublicEvent {
    const at = new Date(this.connection.now()).toISOString();
    const body = completed(this.connection, { jobId, startedAtMs, counts: countShots(this.connection, jobId) });
    return { ...body, at, job_id: String(jobId) };
  }

  /** The run works on none of its jobs any more, whatever became of it: it may have broken off. May be called twice. */
  leave(): void {
    this.connection.write(() => {
      for (const jobId of this.jobIds) this.remove(jobId);
    });
  }

  private remove(jobId: number): void {
    const sql = 'DELETE FROM runs WHERE job_id = ? AND owner = ? AND number = ?';
    this.connection.run(sql, jobId, this.connection.owner, this.number);
  }
}

/** Another number than any run of this process has that is not closed. */
function nextNumber(connection: Connection): number {
  const sql = 'SELECT COALESCE(MAX(number), 0) + 1 n FROM runs WHERE owner = ?';
  return connection.get<{ n: number }>(sql, connection.owner)?.n ?? 1;
}

function forgetEnded(connection: Connection, jobId: number): void {
  const owners = connection.all<{ owner: string }>('SELECT DISTINCT owner FROM runs WHERE job_id = ?', jobId);
  for (const { owner } of owners) {
    if (!connection.isRunning(owner)) connection.run('DELETE FROM runs WHERE job_id = ? AND owner = ?', jobId, owner);
  }
}

function endJob(connection: Connection, jobId: number, startedAtMs: number): { ended: boolean; counts: ShotCounts } {
  const counts = countShots(connection, jobId);
  const ended = counts.queued + counts.leased + counts.held === 0;
  if (ended) {
    connection.run(
      `UPDATE jobs SET state = 'ended', ended_at_ms = ? WHERE id = ? AND state = 'open'`,
      connection.now(),
      jobId,
    );
  }
  connection.record(jobId, completed(connection, { jobId, startedAtMs, counts }));
  return { ended, counts };
}

function completed(
  connection: Connection,
  of: { jobId: number; startedAtMs: number; counts: ShotCounts },
): Extract<EventBody, { event: 'pack_completed' }> {
  const { jobId, startedAtMs, counts } = of;
  const job = jobById(connection, jobId);
  const { score, lowest } = consistencyOf(connection, jobId);
  return {
    event: 'pack_completed',
    character_id: job.characterId,
    image_count: job.imageCount,
    completed: counts.done,
    failed: counts.failed + counts.refused + counts.held,
    total_duration_ms: Math.max(0, connection.now() - startedAtMs),
    cost_usd: usdOf(totalOf(connection, `job:${jobId}`).spentMicros),
    ...(score === null ? {} : { consistency: score, lowest: lowest?.filename ?? '' }),
  };
}
