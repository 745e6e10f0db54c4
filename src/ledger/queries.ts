import type { PublicEvent } from '../events.ts';
import { totalOf, utcDay, type Total } from './budget.ts';
import type { Shot } from './records.ts';
import type { Connection } from './connection.ts';

/** Success and cost of one provider and model. Times in milliseconds, from the request to the finished picture. */
export interface ModelStats {
  provider: string;
  model: string;
  attempts: number;
  done: number;
  failed: number;
  refused: number;
  unknown: number;
  p50Ms: number | null;
  p95Ms: number | null;
  spentMicros: number;
}

/** What was spent on a UTC day with one provider and model. */
export interface DaySpending {
  day: string;
  provider: string;
  model: string;
  images: number;
  spentMicros: number;
  reservedMicros: number;
}

/** A failed, refused or held shot. */
export type FailedShot = Pick<Shot, 'name' | 'state' | 'outcome' | 'message' | 'jobId'>;

/** Questions that change nothing. */
export class Queries {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** What today has cost, over all jobs. */
  today(): Total {
    return totalOf(this.connection, `day:${utcDay(this.connection.now())}`);
  }

  /** True while a running process works on a job. */
  isRun(jobId: number): boolean {
    const workers = this.connection.all<{ owner: string }>('SELECT DISTINCT owner FROM runs WHERE job_id = ?', jobId);
    return workers.some(({ owner }) => owner === this.connection.owner || this.connection.isRunning(owner));
  }

  /** Events of a job after a given event id, oldest first, for `status --watch`. */
  eventsAfter(jobId: number, afterId: number, limit = 1000): { id: number; event: PublicEvent }[] {
    const rows = this.connection.all<{ id: number; body: string }>(
      'SELECT id, body FROM events INDEXED BY events_by_job WHERE job_id = ? AND id > ? ORDER BY id LIMIT ?',
      jobId,
      afterId,
      limit,
    );
    return rows.map((row) => ({ id: row.id, event: JSON.parse(row.body) as PublicEvent }));
  }

  /** Shots that ended badly, or are held. */
  failures(jobId: number, limit: number): FailedShot[] {
    return this.connection.all<FailedShot>(
      `SELECT name, state, outcome, message, job_id jobId FROM shots
        WHERE job_id = ? AND state IN ('failed', 'refused', 'held') ORDER BY id LIMIT ?`,
      jobId,
      limit,
    );
  }

  /** True when a shot of the job ended because one more attempt would pass the cap of a picture. */
  stoppedByBudget(jobId: number): boolean {
    return (
      this.connection.get(
        `SELECT 1 FROM shots WHERE job_id = ? AND state = 'failed' AND outcome = 'budget' LIMIT 1`,
        jobId,
      ) !== undefined
    );
  }

  /** Shots whose work goes on at the provider and that nobody is waiting for now. */
  liveAtProvider(jobId: number): number {
    return (
      this.connection.get<{ n: number }>(
        `SELECT COUNT(*) n FROM shots INDEXED BY shots_leased WHERE job_id = ? AND state = 'leased' AND owner IS NULL`,
        jobId,
      )?.n ?? 0
    );
  }

  /** Remote ids of open attempts of a job, for canceling at the provider. */
  openRemote(jobId: number): { provider: string; remoteId: string; shot: string }[] {
    return this.connection.all(
      `SELECT a.provider, a.remote_id remoteId, s.name shot FROM attempts a JOIN shots s ON s.id = a.shot_id
       WHERE a.job_id = ? AND a.state = 'accepted'`,
      jobId,
    );
  }

  /** Providers that hold open attempts of a job. */
  openProviders(jobId: number): string[] {
    return this.connection
      .all<{ provider: string }>(
        `SELECT DISTINCT provider FROM attempts INDEXED BY attempts_by_job
          WHERE job_id = ? AND state IN ('intent', 'accepted', 'generated', 'unknown')`,
        jobId,
      )
      .map((row) => row.provider);
  }

  /** Shots queued ahead of a job in other open jobs of at least its priority. */
  ahead(jobId: number): number {
    return (
      this.connection.get<{ n: number }>(
        `SELECT COUNT(*) n FROM shots s JOIN jobs j ON j.id = s.job_id, jobs me
       WHERE me.id = ? AND j.state = 'open' AND s.state = 'queued' 
         AND (j.priority < me.priority OR (j.priority = me.priority AND j.id < me.id))`,
        jobId,
      )?.n ?? 0
    );
  }

  /** Mean time from request to picture, and when the last attempts ended, of a job's newest attempts. */
  pace(jobId: number): { averageMs: number | null; ended: number; spanMs: number } {
    const row = this.connection.get<{ average: number | null; n: number; first: number | null; last: number | null }>(
      `SELECT AVG(ended_at_ms - intent_at_ms) average, COUNT(*) n, MIN(intent_at_ms) first, MAX(ended_at_ms) last FROM
         (SELECT intent_at_ms, ended_at_ms FROM attempts WHERE job_id = ? AND state = 'settled'
          ORDER BY id DESC LIMIT 50)`,
      jobId,
    );
    return {
      averageMs: row?.average ?? null,
      ended: row?.n ?? 0,
      spanMs: Math.max(0, (row?.last ?? 0) - (row?.first ?? 0)),
    };
  }

  /** By provider and model. `owner`: only of characters that are theirs or nobody's; undefined: of all. */
  stats(owner?: string | null): ModelStats[] {
    const rows = this.connection.all<Omit<ModelStats, 'p50Ms' | 'p95Ms'>>(
      `SELECT a.provider, a.model, COUNT(*) attempts,
         SUM(a.state = 'settled') done,
         SUM(a.state = 'rejected' AND a.outcome NOT IN ('refused', 'interrupted')) failed,
         SUM(a.outcome = 'refused') refused, SUM(a.state = 'unknown') unknown,
         COALESCE(SUM(r.spent_micros), 0) spentMicros
       FROM attempts a LEFT JOIN reservations r ON r.attempt_id = a.id
         ${owner === undefined ? '' : `WHERE a.job_id IN (${JOBS_OF})`}
       GROUP BY a.provider, a.model ORDER BY a.provider, a.model`,
      ...valuesOf(owner),
    );
    return rows.map((row) => ({
      ...row,
      p50Ms: this.percentile(row, 0.5, owner),
      p95Ms: this.percentile(row, 0.95, owner),
    }));
  }

  private percentile(
    of: { provider: string; model: string; done: number },
    share: number,
    owner: string | null | undefined,
  ): number | null {
    const offset = Math.max(0, Math.ceil(of.done * share) - 1);
    return (
      this.connection.get<{ ms: number }>(
        `SELECT ended_at_ms - intent_at_ms ms FROM attempts WHERE provider = ? AND model = ? AND state = 'settled'
       ${owner === undefined ? '' : `AND job_id IN (${JOBS_OF})`} ORDER BY ms LIMIT 1 OFFSET ?`,
        of.provider,
        of.model,
        ...valuesOf(owner),
        offset,
      )?.ms ?? null
    );
  }

  /** By day, provider and model, newest day first. `owner` as for `stats`. */
  spending(days: number, owner?: string | null): DaySpending[] {
    return this.connection.all<DaySpending>(
      `SELECT day, provider, model, SUM(state = 'spent') images, SUM(spent_micros) spentMicros,
         SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE 0 END) reservedMicros
       FROM reservations WHERE day IN (SELECT DISTINCT day FROM reservations ORDER BY day DESC LIMIT ?)
       ${owner === undefined ? '' : `AND job_id IN (${JOBS_OF})`}
         GROUP BY day, provider, model ORDER BY day DESC, provider, model`,
      days,
      ...valuesOf(owner),
    );
  }
}

/** Jobs of the characters of one owner, or of nobody. */
const JOBS_OF = `SELECT j.id FROM jobs j JOIN characters c ON c.key = j.character_key WHERE c.owner IN ('', ?)`;

function valuesOf(owner: string | null | undefined): string[] {
  return owner === undefined ? [] : [owner ?? ''];
}
