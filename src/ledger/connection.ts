import type { Database, Statement, Transaction } from 'better-sqlite3';
import type { Listener, PublicEvent } from '../events.ts';
import { LockWait } from './busy.ts';

/** A value SQLite takes. */
export type SqlValue = string | number | bigint | null | Buffer;

/** The pragma by which each commit is on the disk when it returns. */
export const SYNCED = 'synchronous = FULL';

/** Makes what the ledger returns of a row; kept paths are relative to `folder`, the ledger's. */
type RowMap<Row, T> = (row: Row, folder: string | undefined) => T;

/** Public events without what the connection itself stamps on them. */
export type EventBody = PublicEvent extends infer E
  ? E extends PublicEvent
    ? Omit<E, 'at' | 'job_id'>
    : never
  : never;

/**
 * Thrown by writes of a process that has lost its lease of a shot: it must stop working on that shot and write
 * nothing.
 */
export class LostLease extends Error {
  constructor(what: string) {
    super(`lost the lease of ${what}`);
    this.name = 'LostLease';
  }
}

/**
 * One connection, its prepared statements, and the rule that nothing is told before it is committed:
 * events recorded inside `write` are inserted in the same transaction and told to the listener after its commit.
 */
export class Connection {
  readonly db: Database;
  readonly owner: string;
  readonly now: () => number;
  /** Of the ledger's file; undefined for one in memory. */
  readonly folder: string | undefined;
  /** Whether the process behind an owner id still runs. */
  readonly isRunning: (owner: string) => boolean;
  private readonly lock: LockWait;
  /** One for all bodies: to make one takes as long as to begin and to commit. */
  private readonly transaction: Transaction<(body: () => unknown) => unknown>;
  private readonly statements = new Map<string, Statement<unknown[]>>();
  private pending: PublicEvent[] = [];
  /** Whether the next commit is synced; `openDatabase` begins so. */
  private isSynced = true;
  /** Undefined until somebody listens: what was committed before is kept for them. */
  private listener: Listener | undefined;
  private unheard: PublicEvent[] = [];

  constructor(
    db: Database,
    who: { owner: string; isRunning: (owner: string) => boolean },
    where: { now: () => number; folder: string | undefined; lock?: LockWait },
  ) {
    this.db = db;
    this.owner = who.owner;
    this.isRunning = who.isRunning;
    this.now = where.now;
    this.folder = where.folder;
    this.lock = where.lock ?? new LockWait();
    this.transaction = db.transaction((body: () => unknown) => body());
  }

  /** Where committed events go. A listener that throws is dropped for that event, never the run. */
  listen(listener: Listener): void {
    this.listener = listener;
    const waiting = this.unheard;
    this.unheard = [];
    for (const event of waiting) this.tell(event);
  }

  get<Row>(sql: string, ...values: SqlValue[]): Row | undefined {
    return this.lock.until(() => this.statement(sql).get(...values), 'read') as Row | undefined;
  }

  all<Row>(sql: string, ...values: SqlValue[]): Row[] {
    return this.lock.until(() => this.statement(sql).all(...values), 'read') as Row[];
  }

  /** One row, mapped to what the ledger returns. */
  one<Row, T>(map: RowMap<Row, T>, sql: string, ...values: SqlValue[]): T | undefined {
    const row = this.get<Row>(sql, ...values);
    return row === undefined ? undefined : map(row, this.folder);
  }

  /** All rows, mapped to what the ledger returns. */
  many<Row, T>(map: RowMap<Row, T>, sql: string, ...values: SqlValue[]): T[] {
    return this.all<Row>(sql, ...values).map((row) => map(row, this.folder));
  }

  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...values: SqlValue[]): number {
    return this.statement(sql).run(...values).changes;
  }

  /** Inserts a row; returns its rowid. */
  insert(sql: string, ...values: SqlValue[]): number {
    return Number(this.statement(sql).run(...values).lastInsertRowid);
  }

  /** One immediate transaction, on the disk when this returns. Nested calls join the outer one. */
  write<T>(body: () => T): T {
    return this.transact(body, true);
  }

  /**
   * The same, which all processes see at once and which reaches the disk with the next `write`: a power cut may take it
   * back. For steps that are simply done again then; a sync costs more than all else in a step.
   */
  writeUnsynced<T>(body: () => T): T {
    return this.transact(body, false);
  }

  private transact<T>(body: () => T, synced: boolean): T {
    if (this.db.inTransaction) return body();
    if (synced !== this.isSynced) {
      // Not by `pragma`, which makes a statement, runs it and reads what comes of it.
      this.db.exec(`PRAGMA ${synced ? SYNCED : 'synchronous = NORMAL'}`);
      this.isSynced = synced;
    }
    this.pending = [];
    // Refused when it begins: the body is run once.
    const result = this.lock.until(() => this.transaction.immediate(body) as T);
    const committed = this.pending;
    this.pending = [];
    for (const event of committed) this.tell(event);
    return result;
  }

  /** Writes an event into the ledger, to be told after the commit. Only inside `write`. */
  record(jobId: number, event: EventBody, shotId: number | null = null): void {
    const { event: name, ...body } = event;
    const full = { event: name, at: new Date(this.now()).toISOString(), job_id: String(jobId), ...body } as PublicEvent;
    this.run(
      'INSERT INTO events (at_ms, job_id, shot_id, event, body) VALUES (?, ?, ?, ?, ?)',
      this.now(),
      jobId,
      shotId,
      name,
      JSON.stringify(full),
    );
    this.pending.push(full);
  }

  private tell(event: PublicEvent): void {
    if (!this.listener) {
      this.unheard.push(event);
      return;
    }
    try {
      this.listener(event);
    } catch {
      // A view that fails must not touch the run.
    }
  }

  private statement(sql: string): Statement<unknown[]> {
    let found = this.statements.get(sql);
    if (!found) {
      found = this.db.prepare(unpeeked(sql));
      this.statements.set(sql, found);
    }
    return found;
  }
}

/**
 * The statement with `+?` for each `?`. SQLite as it is built here (STAT4) looks at bound values when it plans a join
 * or a range, and so plans anew for each binding: that took ten times as long as the statement itself (60 µs, 5 µs).
 * The value of an expression is not looked at, and plans do not depend on values.
 */
function unpeeked(sql: string): string {
  return sql.replaceAll('?', '+?');
}
