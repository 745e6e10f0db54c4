/** How one job stands: who works on it, how fast, what is ahead of it. Reads only. */
import type { Connection } from './connection.ts';

/** A process. */
export interface Worker {
  pid: number;
  host: string;
  /** Epoch milliseconds. */
  startedAtMs: number;
}

/** How fast a job goes, by its newest attempts. */
export interface Pace {
  /** Mean time from sending to the finished picture, over all runs; null while nobody knows. */
  averageMs: number | null;
  /** Pictures of the processes that work on it now, and the time they took. */
  ended: number;
  spanMs: number;
}

/** Questions about one job. */
export class Standing {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The running processes that work on a job. */
  workers(jobId: number): Worker[] {
    return this.owners(jobId).map(({ pid, host, startedAtMs }) => ({ pid, host, startedAtMs }));
  }

  /** When the first request of a job was made; null before. */
  startedAtMs(jobId: number): number | null {
    const sql = 'SELECT MIN(intent_at_ms) at FROM attempts WHERE job_id = ?';
    return this.connection.get<{ at: number | null }>(sql, jobId)?.at ?? null;
  }

  /** Kinds and names of the shots in the making, in order; else of the next one in the queue. */
  current(jobId: number): { kind: string; name: string; state: 'leased' | 'queued' }[] {
    const sql = `SELECT kind, name, state FROM shots WHERE job_id = ? AND state = ?`;
    const making = this.connection.all<{ kind: string; name: string; state: 'leased' | 'queued' }>(
      `${sql} ORDER BY id`,
      jobId,
      'leased',
    );
    return making.length > 0 ? making : this.connection.all(`${sql} ORDER BY id LIMIT 1`, jobId, 'queued');
  }

  /**
   * Queued shots that the processes of a job begin before its own: those of their other jobs that are more urgent, or
   * older.
   */
  ahead(jobId: number): number {
    const owners = this.owners(jobId).map(({ id }) => id);
    return (
      this.connection.get<{ n: number }>(
        `SELECT COUNT(*) n FROM shots s JOIN jobs j ON j.id = s.job_id, jobs me
         WHERE me.id = ? AND j.state = 'open' AND s.state = 'queued'
           AND (j.priority < me.priority OR (j.priority = me.priority AND j.id < me.id))
           AND j.id IN (SELECT job_id FROM runs WHERE owner IN (SELECT value FROM json_each(?)))`,
        jobId,
        JSON.stringify(owners),
      )?.n ?? 0
    );
  }

  /** How fast it goes. What processes that have ended did tells nothing of now: a pause lies between. */
  pace(jobId: number): Pace {
    const average = this.connection.get<{ ms: number | null }>(
      `SELECT AVG(ms) ms FROM (SELECT ended_at_ms - COALESCE(sent_at_ms, intent_at_ms) ms FROM attempts
        WHERE job_id = ? AND state = 'settled' AND taken_over_at_ms IS NULL ORDER BY id DESC LIMIT 50)`,
      jobId,
    );
    const sinceMs = Math.min(...this.owners(jobId).map(({ startedAtMs }) => startedAtMs));
    const now = this.connection.get<{ n: number; first: number | null; last: number | null }>(
      `SELECT COUNT(*) n, MIN(began) first, MAX(ended_at_ms) last FROM
         (SELECT COALESCE(taken_over_at_ms, intent_at_ms) began, ended_at_ms FROM attempts
          WHERE job_id = ? AND state = 'settled' AND COALESCE(taken_over_at_ms, intent_at_ms) >= ?
          ORDER BY id DESC LIMIT 50)`,
      jobId,
      Number.isFinite(sinceMs) ? sinceMs : Number.MAX_SAFE_INTEGER,
    );
    return {
      averageMs: average?.ms ?? null,
      ended: now?.n ?? 0,
      spanMs: Math.max(0, (now?.last ?? 0) - (now?.first ?? 0)),
    };
  }

  private owners(jobId: number): (Worker & { id: string })[] {
    const rows = this.connection.all<Worker & { id: string }>(
      `SELECT DISTINCT o.id, o.pid, o.host, o.started_at_ms startedAtMs FROM runs r JOIN owners o ON o.id = r.owner
        WHERE r.job_id = ? ORDER BY o.started_at_ms`,
      jobId,
    );
    return rows.filter(({ id }) => id === this.connection.owner || this.connection.isRunning(id));
  }
}
