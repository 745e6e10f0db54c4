import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Listener } from '../events.ts';
import { Adoption } from './adoption.ts';
import { LockWait } from './busy.ts';
import { Attempts } from './attempts.ts';
import { Characters } from './characters.ts';
import { Claims } from './claims.ts';
import { Images } from './images.ts';
import { Jobs } from './jobs.ts';
import { resetBreaker } from './limits.ts';
import { holdLock, type Liveness } from './liveness.ts';
import { Loras } from './loras.ts';
import { copyInto } from './migrate.ts';
import { explain, openDatabase } from './open.ts';
import { Placeholders } from './placeholders.ts';
import { Queries } from './queries.ts';
import { realFile, sameFile } from './real-file.ts';
import { Recovery } from './recovery.ts';
import { Connection } from './connection.ts';
import { Maintenance } from './maintenance.ts';
import { Scores } from './scores.ts';
import { Takes } from './takes.ts';
import { Standing } from './standing.ts';
import { Statistics } from './statistics.ts';
import { Uploads } from './uploads.ts';
import { UserError } from '../errors.ts';
import { usdOf } from '../money.ts';
import { whose } from './whose.ts';

/** How a ledger is opened. */
export interface LedgerOptions {
  /** Absolute path, or `:memory:`. */
  file: string;
  now: () => number;
  /** Which processes run; by default lock files in `owners/` beside the ledger. Tests bring their own. */
  liveness?: Liveness;
  /** Brings the database; by default `openDatabase`. Simulated processes share one. */
  open?: (file: string, lock: LockWait) => Database;
  /** Told every few seconds while another program has the file locked; must write at once. */
  onBusy?: ((message: string) => void) | undefined;
}

/** The ledger: the truth about characters, jobs, shots, attempts, images and money. The only place with SQL. */
export class Ledger {
  readonly characters: Characters;
  readonly jobs: Jobs;
  readonly claims: Claims;
  readonly attempts: Attempts;
  readonly images: Images;
  readonly uploads: Uploads;
  readonly scores: Scores;
  readonly takes: Takes;
  readonly adoption: Adoption;
  readonly loras: Loras;
  readonly maintenance: Maintenance;
  readonly recovery: Recovery;
  readonly placeholders: Placeholders;
  readonly queries: Queries;
  readonly standing: Standing;
  readonly statistics: Statistics;
  /** This process in leases. */
  readonly owner: string;
  /** Where its file lies; undefined for one in memory. */
  readonly folder: string | undefined;
  /** False once its file was deleted, renamed or replaced: what is written then is in no file that anybody finds. */
  readonly isThere: () => boolean;
  private readonly file: string;
  private readonly connection: Connection;
  private readonly liveness: Liveness;

  /** @throws {UserError} when the file can't be used (see `openDatabase`). */
  constructor(options: LedgerOptions) {
    const file = realFile(options.file);
    const lock = new LockWait(options.onBusy);
    const db = (options.open ?? openDatabase)(file, lock);
    this.isThere = sameFile(file);
    this.file = file;
    this.folder = file === ':memory:' ? undefined : dirname(file);
    this.liveness = options.liveness ?? lockBeside(file);
    this.owner = this.liveness.owner;
    this.connection = new Connection(db, this.liveness, { now: options.now, folder: this.folder, lock });
    this.characters = new Characters(this.connection);
    this.jobs = new Jobs(this.connection);
    this.claims = new Claims(this.connection);
    this.attempts = new Attempts(this.connection);
    this.images = new Images(this.connection);
    this.uploads = new Uploads(this.connection);
    this.scores = new Scores(this.connection);
    this.takes = new Takes(this.connection);
    this.adoption = new Adoption(this.connection);
    this.loras = new Loras(this.connection);
    this.maintenance = new Maintenance(this.connection);
    this.recovery = new Recovery(this.connection);
    this.placeholders = new Placeholders(this.connection);
    this.queries = new Queries(this.connection);
    this.standing = new Standing(this.connection);
    this.statistics = new Statistics(this.connection);
    this.assertLocksReadable();
    this.connection.write(() => {
      this.connection.run(
        'INSERT OR REPLACE INTO owners (id, host, pid, started_at_ms) VALUES (?, ?, ?, ?)',
        this.owner,
        hostname(),
        process.pid,
        options.now(),
      );
    });
  }

  /** @throws {UserError} for a process with work in the ledger of which nobody here can tell whether it runs. */
  private assertLocksReadable(): void {
    for (const owner of this.queries.owners()) {
      const lock = this.liveness.unreadable?.(owner);
      if (lock === undefined) continue;
      this.connection.db.close();
      this.liveness.close();
      throw new UserError(
        `whether a process still works on the ledger can't be told: ${lock} is unreadable${whose(lock)}`,
        {
          hint: 'nothing was sent. Run imggen as that user; or remove the file once no imggen of that user runs',
        },
      );
    }
  }

  /** Committed events go here, one listener. */
  listen(listener: Listener): void {
    this.connection.listen(listener);
  }

  /** Records that a cap stops a run. */
  budgetReached(
    jobId: number,
    cap: 'image' | 'run' | 'day',
    total: { spentMicros: number; reservedMicros: number },
  ): void {
    this.connection.write(() => {
      this.connection.record(jobId, {
        event: 'budget_reached',
        cap,
        spent_usd: usdOf(total.spentMicros),
        reserved_usd: usdOf(total.reservedMicros),
      });
    });
  }

  /** Several steps in one commit, which is synced. */
  atOnce<T>(steps: () => T): T {
    return this.connection.write(steps);
  }

  /** True while the process with that id (`owner`) runs, or when that can't be told. */
  isRunning(owner: string): boolean {
    return this.connection.isRunning(owner);
  }

  /** A new run asks a provider again that was down. */
  resetBreaker(scope: string): void {
    this.connection.write(() => resetBreaker(this.connection, scope));
  }

  /** Writes a copy of all that is committed beside its file, for one that is not there any more; returns its path. */
  saveCopy(): string {
    const copy = `${this.file}.${randomUUID().slice(0, 8)}.bak`;
    copyInto(this.connection.db, copy);
    return copy;
  }

  close(): void {
    try {
      this.connection.write(() => {
        this.connection.run('DELETE FROM owners WHERE id = ?', this.owner);
      });
    } catch {
      // A full disk, or a locked file: the row then names a process that has ended, which its lock says as well.
    }
    this.connection.db.close();
    this.liveness.close();
  }
}

function lockBeside(file: string): Liveness {
  const owner = randomUUID();
  if (file === ':memory:') return { owner, isRunning: () => true, close: () => {} };
  const folder = join(dirname(file), 'owners');
  try {
    return holdLock(folder, owner);
  } catch (error) {
    throw explain(error, folder);
  }
}
