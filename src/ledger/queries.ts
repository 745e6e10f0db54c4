import type { PublicEvent } from '../events.ts';
import { toldAbove, totalOf, utcDay, type Total } from './budget.ts';
import type { SameJob } from './new-job.ts';
import { PAID } from './paid-in-vain.ts';
import type { Job, Shot } from './records.ts';
import { jobOf, shotOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** A failed, refused or held shot. */
export type FailedShot = Pick<Shot, 'name' | 'state' | 'outcome' | 'message' | 'jobId'>;

/** A provider and model with the pictures it made. */
export interface Maker {
  provider: string;
  model: string;
  pictures: number;
}

/** Work of a job that a provider has accepted and that has not ended. */
export interface OpenRemote {
  provider: string;
  remoteId: string;
  /** The shot's name. */
  shot: string;
  /** It is in a batch: the remote id is `BATCH/ATTEMPT_KEY`. */
  batch: boolean;
  /** When the batch ends at the latest; null: not known, or no batch. */
  untilMs: number | null;
}

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

  /** See `toldAbove` of the budget. */
  toldAbove(of: Parameters<typeof toldAbove>[1]): number {
    return toldAbove(this.connection, of);
  }

  /** True while a running process works on a job. */
  isRun(jobId: number): boolean {
    const workers = this.connection.all<{ owner: string }>('SELECT DISTINCT owner FROM runs WHERE job_id = ?', jobId);
    return workers.some(({ owner }) => owner === this.connection.owner || this.connection.isRunning(owner));
  }

  /** Processes that have a lease, or are at work on a job; they may have ended. */
  owners(): string[] {
    const sql = `SELECT owner FROM runs UNION SELECT owner FROM shots INDEXED BY shots_leased
      WHERE state = 'leased' AND owner IS NOT NULL`;
    return this.connection.all<{ owner: string }>(sql).map(({ owner }) => owner);
  }

  /** Other processes that run and work on these jobs; on this machine, as a ledger is. */
  workersBeside(jobIds: readonly number[]): number[] {
    const workers = this.connection.all<{ id: string; pid: number }>(
      `SELECT DISTINCT o.id, o.pid FROM owners o JOIN (
         SELECT owner, job_id FROM runs UNION SELECT owner, job_id FROM shots WHERE state = 'leased'
       ) w ON w.owner = o.id WHERE o.id <> ? AND w.job_id IN (SELECT value FROM json_each(?))`,
      this.connection.owner,
      JSON.stringify(jobIds),
    );
    return workers.filter(({ id }) => this.connection.isRunning(id)).map(({ pid }) => pid);
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
        WHERE job_id = ? AND (state = 'held' OR (take_of IS NULL AND state IN ('failed', 'refused')))
        ORDER BY id LIMIT ?`,
      jobId,
      limit,
    );
  }

  /** True when a shot of the job ended because one more attempt would pass the cap of a picture. */
  stoppedByBudget(jobId: number): boolean {
    return (
      this.connection.get(
        `SELECT 1 FROM shots WHERE job_id = ? AND state IN ('failed', 'held') AND outcome = 'budget' LIMIT 1`,
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

  /** Queued shots of a job that do not wait for one of these. */
  queuedBeside(jobId: number, shotIds: readonly number[]): number {
    const sql = `SELECT COUNT(*) n FROM shots INDEXED BY shots_by_job WHERE job_id = ? AND state = 'queued'
      AND (after_shot IS NULL OR after_shot NOT IN (SELECT value FROM json_each(?)))`;
    return this.connection.get<{ n: number }>(sql, jobId, JSON.stringify(shotIds))?.n ?? 0;
  }

  /** Remote ids of open attempts of a job, for canceling at the provider. */
  openRemote(jobId: number): OpenRemote[] {
    const rows = this.connection.all<Omit<OpenRemote, 'batch'> & { batch: number | null }>(
      `SELECT a.provider, a.remote_id remoteId, s.name shot, a.request ->> 'batch' batch, a.sent ->> 'untilMs' untilMs
       FROM attempts a JOIN shots s ON s.id = a.shot_id WHERE a.job_id = ? AND a.state = 'accepted'`,
      jobId,
    );
    return rows.map((row) => ({ ...row, batch: row.batch !== null }));
  }

  /** Shots of a job in these states, in their order; `unpaid`: without ended ones that were paid, or perhaps paid. */
  shots(jobId: number, states: readonly Shot['state'][], { unpaid = false } = {}): Shot[] {
    const marks = states.map(() => '?').join(', ');
    const which = unpaid ? `AND (state = 'queued' OR NOT ${PAID})` : '';
    const sql = `SELECT * FROM shots WHERE job_id = ? AND state IN (${marks}) ${which} ORDER BY id`;
    return this.connection.many(shotOf, sql, jobId, ...states);
  }

  /** The newest job that was the same and has all its pictures. */
  complete({ characterKey, fingerprint }: Pick<SameJob, 'characterKey' | 'fingerprint'>): Job | undefined {
    const sql = `SELECT * FROM jobs INDEXED BY jobs_by_character WHERE character_key = ? AND fingerprint = ?
      AND state = 'ended' AND NOT EXISTS (SELECT 1 FROM shots s WHERE s.job_id = jobs.id AND s.state <> 'done'
        AND s.take_of IS NULL)
      ORDER BY id DESC LIMIT 1`;
    return this.connection.one(jobOf, sql, characterKey, fingerprint);
  }

  /** The seeds with which a character was asked for each of these prompts: of the others nothing is kept in memory. */
  askedSeeds(characterKey: number, prompts: ReadonlySet<string>): ReadonlyMap<string, ReadonlySet<number>> {
    const wanted = [...prompts];
    const rows = this.connection.all<{ at: number; seeds: string }>(
      `WITH wanted(at, prompt) AS MATERIALIZED (SELECT key, value FROM json_each(?)), asked(at, seed) AS (
         SELECT at, seed FROM jobs j JOIN shots s ON s.job_id = j.id JOIN wanted USING (prompt)
          WHERE j.character_key = ?
         UNION SELECT at, seed FROM images i JOIN wanted USING (prompt) WHERE i.character_key = ?)
       SELECT at, json_group_array(seed) seeds FROM asked GROUP BY at`,
      JSON.stringify(wanted),
      characterKey,
      characterKey,
    );
    return new Map(rows.map(({ at, seeds }) => [wanted[at] ?? '', new Set(JSON.parse(seeds) as number[])]));
  }

  /** A shot by id. */
  shot(shotId: number): Shot | undefined {
    return this.connection.one(shotOf, 'SELECT * FROM shots WHERE id = ?', shotId);
  }

  /** What edits of a picture were asked for: seeds and prompts, a line each. */
  edits(sourceImageId: number): ReadonlySet<string> {
    const rows = this.connection.all<{ line: string }>(
      `SELECT seed || ' ' || prompt line FROM shots INDEXED BY shots_editing WHERE source_image_id = ?`,
      sourceImageId,
    );
    return new Set(rows.map(({ line }) => line));
  }

  /** Who made the pictures of a job, the one with the most first. */
  makers(jobId: number): Maker[] {
    return this.connection.all<Maker>(
      `SELECT provider, model, COUNT(*) pictures FROM attempts INDEXED BY attempts_by_job
        WHERE job_id = ? AND state = 'settled' GROUP BY provider, model ORDER BY pictures DESC, provider, model`,
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
}
