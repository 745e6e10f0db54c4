import { UserError } from '../errors.ts';
import type { PlannedShot } from '../shot.ts';
import type { Job, JobChanges, JobSettings, Shot } from './records.ts';
import { jobOf } from './rows.ts';
import { fillWithAdopted } from './adoption.ts';
import type { Connection } from './connection.ts';
import { totalOf, type Total } from './budget.ts';

/** What a command asks for. */
export interface JobRequest {
  characterId: string;
  kind: 'create' | 'pack';
  /** `--key`: names the job for ever. */
  key?: string;
  /** Hash over what makes two requests the same. */
  fingerprint: string;
  /** Of a new job. */
  settings: JobSettings;
  /** Laid over the settings of an unfinished job that goes on: what the user asked for this time. */
  changes?: JobChanges;
  /** Of a new job. */
  priority: number;
  /** `--new`: start another although an identical one is unfinished. */
  fresh?: boolean;
  imageCount: number;
  /** The shots; `from` gallery shots of this character are planned already. Called inside the transaction. */
  plan: (from: number) => Iterable<PlannedShot>;
}

/** The job a request led to. */
export interface OpenedJob {
  job: Job;
  /** False: an unfinished, or a named, job goes on. */
  created: boolean;
}

/** How many shots are in which state. */
export type ShotCounts = Record<Shot['state'], number>;

const NO_SHOTS: ShotCounts = { queued: 0, leased: 0, done: 0, failed: 0, refused: 0, hold: 0, cancelled: 0 };

/** Everything about jobs and their shots as a whole. */
export class Jobs {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** A job by id, or by the key it was named with. */
  find(name: string | number): Job | undefined {
    const byKey = this.connection.one(jobOf, 'SELECT * FROM jobs WHERE key = ?', String(name));
    if (byKey) return byKey;
    return /^\d{1,15}$/.test(String(name))
      ? this.connection.one(jobOf, 'SELECT * FROM jobs WHERE id = ?', Number(name))
      : undefined;
  }

  /** Unfinished jobs, the most urgent first. */
  open(): Job[] {
    return this.connection.many(jobOf, `SELECT * FROM jobs WHERE state = 'open' ORDER BY priority, id`);
  }

  /** Newest first. */
  list(limit: number): Job[] {
    return this.connection.many(jobOf, 'SELECT * FROM jobs ORDER BY id DESC LIMIT ?', limit);
  }

  /** The newest job of a character. */
  newestOf(characterId: string): Job | undefined {
    return this.connection.one(
      jobOf,
      'SELECT * FROM jobs INDEXED BY jobs_by_character WHERE character_id = ? ORDER BY id DESC LIMIT 1',
      characterId,
    );
  }

  /**
   * Finds the job that this request continues, or makes it with all its shots, in one transaction.
   * @throws {UserError} when the key names a job of another character or kind.
   */
  openOrCreate(request: JobRequest): OpenedJob {
    return this.connection.write(() => {
      const before = this.continued(request);
      if (!before) return { job: this.create(request), created: true };
      return { job: this.change(before.id, request.changes ?? {}), created: false };
    });
  }

  /** Lays changes over the settings of an unfinished job; one that has ended or was cancelled stays as it is. */
  change(jobId: number, changes: JobChanges): Job {
    return this.connection.write(() => {
      const job = this.mustFind(jobId);
      if (job.state !== 'open') return job;
      const { priority = job.priority, ...rest } = changes;
      const settings = changedSettings(job.settings, rest);
      this.connection.run(
        'UPDATE jobs SET settings = ?, priority = ? WHERE id = ?',
        JSON.stringify(settings),
        priority,
        jobId,
      );
      return this.mustFind(jobId);
    });
  }

  /**
   * The job that a request would go on with; undefined: it would make a new one. @throws {UserError} as `openOrCreate`.
   */
  continued(request: JobRequest): Job | undefined {
    if (request.key !== undefined) {
      const named = this.connection.one(jobOf, 'SELECT * FROM jobs WHERE key = ?', request.key);
      if (
        named &&
        (named.characterId !== request.characterId ||
          named.kind !== request.kind ||
          named.imageCount !== request.imageCount)
      ) {
        throw new UserError(
          `the key ${JSON.stringify(request.key)} names job ${named.id} already: ${named.kind} of ` +
            `${named.imageCount} for ${named.characterId}`,
          { hint: 'a key never makes a second job: use another key, or repeat the first request' },
        );
      }
      return named;
    }
    if (request.kind === 'create') {
      return this.connection.one(
        jobOf,
        `SELECT * FROM jobs WHERE character_id = ? AND kind = 'create' AND fingerprint <> 'removed' ORDER BY id DESC LIMIT 1`,
        request.characterId,
      );
    }
    if (request.fresh) return undefined;
    return this.connection.one(
      jobOf,
      `SELECT * FROM jobs WHERE character_id = ? AND fingerprint = ? AND state = 'open' AND key IS NULL ORDER BY id DESC LIMIT 1`,
      request.characterId,
      request.fingerprint,
    );
  }

  private create(request: JobRequest): Job {
    const { connection } = this;
    const id = connection.insert(
      'INSERT INTO jobs (key, character_id, kind, fingerprint, settings, priority, image_count, created_at_ms) ' +
        'VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      request.key ?? null,
      request.characterId,
      request.kind,
      request.fingerprint,
      JSON.stringify(request.settings),
      request.priority,
      request.imageCount,
      connection.now(),
    );
    const from =
      connection.get<{ n: number }>('SELECT gallery_planned n FROM characters WHERE id = ?', request.characterId)?.n ??
      0;
    let gallery = 0;
    for (const shot of request.plan(from)) {
      this.addShot(id, request, shot);
      if (shot.kind === 'gallery') gallery += 1;
    }
    connection.run(
      'UPDATE characters SET gallery_planned = gallery_planned + ? WHERE id = ?',
      gallery,
      request.characterId,
    );
    if (request.kind === 'create') {
      this.avatarFirst(id);
      fillWithAdopted(connection, id, request.characterId);
    }
    connection.record(id, {
      event: 'generation_queued',
      character_id: request.characterId,
      image_count: request.imageCount,
    });
    return this.mustFind(id);
  }

  private addShot(jobId: number, request: JobRequest, shot: PlannedShot): void {
    const key =
      request.kind === 'create' ? `create:${request.characterId}:${shot.name}:${jobId}` : `pack:${jobId}:${shot.name}`;
    this.connection.run(
      `INSERT INTO shots (job_id, character_id, key, name, kind, look, prompt, seed) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (key) DO NOTHING`,
      jobId,
      request.characterId,
      key,
      shot.name,
      shot.kind,
      JSON.stringify(shot.look),
      shot.prompt,
      shot.seed,
    );
  }

  /** The other pictures wait until the avatar has ended, well or badly: it is their reference. */
  private avatarFirst(jobId: number): void {
    this.connection.run(
      `UPDATE shots SET after_shot = (SELECT a.id FROM shots a WHERE a.job_id = ? AND a.kind = 'avatar' LIMIT 1)
       WHERE job_id = ? AND kind = 'training'`,
      jobId,
      jobId,
    );
  }

  /** How many shots of a job are in which state. */
  counts(jobId: number): ShotCounts {
    const rows = this.connection.all<{ state: Shot['state']; n: number }>(
      'SELECT state, COUNT(*) n FROM shots WHERE job_id = ? GROUP BY state',
      jobId,
    );
    return { ...NO_SHOTS, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
  }

  /** What a job has cost, and holds. */
  total(jobId: number): Total {
    return totalOf(this.connection, `job:${jobId}`);
  }

  /**
   * Puts ended shots of a job back into the queue with their attempts forgiven. `hold` means shots whose charge is in
   * doubt: only a person's word (`retry --unknown`) names those. Returns how many.
   */
  requeue(jobId: number, states: readonly ('failed' | 'refused' | 'hold' | 'cancelled')[]): number {
    return this.connection.write(() => {
      const marks = states.map(() => '?').join(', ');
      const changed = this.connection.run(
        `UPDATE shots SET state = 'queued', attempts = 0, limited = 0, not_before_ms = 0, outcome = NULL, message = NULL, ended_at_ms = NULL
         WHERE job_id = ? AND state IN (${marks})`,
        jobId,
        ...states,
      );
      if (changed > 0) this.connection.run(`UPDATE jobs SET state = 'open', ended_at_ms = NULL WHERE id = ?`, jobId);
      return changed;
    });
  }

  /**
   * Stops a job: what waits is cancelled at once, what is under way is told at its next step. Returns how many waited.
   */
  cancel(jobId: number): number {
    return this.connection.write(() => {
      this.connection.run(
        `UPDATE jobs SET state = 'cancelled', ended_at_ms = ? WHERE id = ?`,
        this.connection.now(),
        jobId,
      );
      return this.connection.run(
        `UPDATE shots SET state = 'cancelled', after_shot = NULL, ended_at_ms = ? WHERE job_id = ? AND state = 'queued'`,
        this.connection.now(),
        jobId,
      );
    });
  }

  /** This process runs these jobs until `closeRun`, or its death: what belongs to them is in use. */
  openRun(jobIds: readonly number[]): void {
    this.connection.write(() => {
      for (const jobId of jobIds) {
        const workers = this.connection.all<{ owner: string }>('SELECT owner FROM workers WHERE job_id = ?', jobId);
        const dead = workers.filter(({ owner }) => !this.connection.isAlive(owner));
        for (const { owner } of dead)
          this.connection.run('DELETE FROM workers WHERE job_id = ? AND owner = ?', jobId, owner);
        this.connection.run(
          'INSERT OR IGNORE INTO workers (job_id, owner) VALUES (?, ?)',
          jobId,
          this.connection.owner,
        );
      }
    });
  }

  /** Closes a run on a job: marks it ended when nothing is left to do, and says so in the last event. */
  closeRun(jobId: number, startedAtMs: number): { ended: boolean; counts: ShotCounts } {
    return this.connection.write(() => {
      this.connection.run('DELETE FROM workers WHERE job_id = ? AND owner = ?', jobId, this.connection.owner);
      const counts = this.counts(jobId);
      const ended = counts.queued + counts.leased + counts.hold === 0;
      if (ended) {
        this.connection.run(
          `UPDATE jobs SET state = 'ended', ended_at_ms = ? WHERE id = ? AND state = 'open'`,
          this.connection.now(),
          jobId,
        );
      }
      const job = this.mustFind(jobId);
      this.connection.record(jobId, {
        event: 'pack_completed',
        character_id: job.characterId,
        image_count: job.imageCount,
        completed: counts.done,
        failed: counts.failed + counts.refused + counts.hold,
        total_duration_ms: Math.max(0, this.connection.now() - startedAtMs),
        cost_usd: this.total(jobId).spentMicros / 1e6,
      });
      return { ended, counts };
    });
  }

  private mustFind(id: number): Job {
    const row = this.connection.one(jobOf, 'SELECT * FROM jobs WHERE id = ?', id);
    if (!row) throw new Error(`job ${id} vanished`);
    return row;
  }
}

/** Settings with changes laid over them, cap by cap; what is undefined changes nothing. Pure. */
export function changedSettings(settings: JobSettings, { caps = {}, ...rest }: Partial<JobSettings>): JobSettings {
  return { ...settings, ...given(rest), caps: { ...settings.caps, ...given(caps) } };
}

/** Without what is undefined. */
function given<T extends object>(changes: T): Partial<T> {
  return Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined)) as Partial<T>;
}
