import type { SeedHonored } from '../events.ts';
import type { SentRecord } from '../shot.ts';
import { limitedInARow, recordFailure, type FailureRecord } from './failures.ts';
import { noteSuccess } from './limits.ts';
import { settle } from './budget.ts';
import { keptPath } from './paths.ts';
import type { Attempt, Lease } from './records.ts';
import { attemptsOfShot, attemptWhere } from './attempt-rows.ts';
import { holdLease, putBack } from './lease.ts';
import { isCanceled } from './rows.ts';
import type { Connection } from './connection.ts';

/** What an answer brought, as soon as it is known. */
export interface Answer {
  /** Where the picture can be fetched … */
  url?: string | undefined;
  /** … or the synced file that holds it. */
  staged?: string | undefined;
  seedHonored: SeedHonored;
  /** Real cost if the service says; undefined: the expected price is taken. */
  costMicros?: number | undefined;
  /** The service's usage record; kept as JSON. */
  usage?: unknown | undefined;
  /** Added to what is kept of the request as it was sent. */
  sent?: SentRecord | undefined;
}

/**
 * The steps of an attempt after its claim: T3, T4, and its bad ends (docs/ledger.md). All need the lease; those after
 * which it goes on return the attempt as it then is.
 */
export class Attempts {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** An attempt by id. */
  find(id: number): Attempt | undefined {
    return attemptWhere(this.connection, 'a.id = ?', id);
  }

  /** Keys of the attempts of the same shot before this one. */
  earlierKeys({ id, shotId }: Pick<Attempt, 'id' | 'shotId'>): string[] {
    const rows = this.connection.all<{ key: string }>(
      'SELECT key FROM attempts WHERE shot_id = ? AND id < ?',
      shotId,
      id,
    );
    return rows.map(({ key }) => key);
  }

  /** All attempts of a shot in their order, each with what it has cost. */
  ofShot(shotId: number): { attempt: Attempt; spentMicros: number }[] {
    return attemptsOfShot(this.connection, shotId);
  }

  /** True when an attempt of this provider has that remote id already. */
  knowsRemote(provider: string, remoteId: string): boolean {
    return (
      this.connection.get('SELECT 1 FROM attempts WHERE provider = ? AND remote_id = ?', provider, remoteId) !==
      undefined
    );
  }

  /**
   * T2b: the request is about to leave: from here on it may have been accepted. `sent`: what recognizes it there.
   * Undefined, and nothing is written, when the job was canceled meanwhile: it must not leave. `late`: it has left.
   */
  sending(lease: Lease, sent: SentRecord, when: 'now' | 'late' = 'now'): Attempt | undefined {
    return this.connection.write(() => {
      if (when === 'now' && isCanceled(this.connection, lease.jobId)) return undefined;
      return this.step(lease, () => {
        this.connection.run(
          'UPDATE attempts SET sent = ?, sent_at_ms = ? WHERE id = ?',
          JSON.stringify(sent),
          this.connection.now(),
          lease.attemptId,
        );
      });
    });
  }

  /**
   * T3: the service has accepted it under this id. Undefined, and nothing is written, when another attempt of the
   * provider has that id. `sent`: added to what recognizes the request there.
   */
  accepted(lease: Lease, remoteId: string, sent: SentRecord = {}): Attempt | undefined {
    return this.connection.write(() => {
      if (this.isAnothers(lease, remoteId)) return undefined;
      return this.step(lease, () => {
        this.connection.run(
          `UPDATE attempts SET state = 'accepted', remote_id = ?, accepted_at_ms = ?,
            sent = json_patch(COALESCE(sent, '{}'), ?) WHERE id = ?`,
          remoteId,
          this.connection.now(),
          JSON.stringify(sent),
          lease.attemptId,
        );
        this.connection.record(
          lease.jobId,
          { event: 'generation_submitted', shot: lease.shot, remote_id: remoteId },
          lease.shotId,
        );
      });
    });
  }

  /** T4: the picture exists: its URL, or a synced file. The money is spent from here on. */
  generated(lease: Lease, answer: Answer, scope: string): Attempt {
    return this.step(lease, () => {
      this.connection.run(
        `UPDATE attempts SET state = 'generated', url = ?, staged = ?, seed_honoured = ?, usage = ?,
          sent = json_patch(COALESCE(sent, '{}'), ?) WHERE id = ?`,
        answer.url ?? null,
        answer.staged === undefined ? null : keptPath(this.connection.folder, answer.staged),
        answer.seedHonored,
        answer.usage === undefined ? null : JSON.stringify(answer.usage),
        JSON.stringify(answer.sent ?? {}),
        lease.attemptId,
      );
      settle(this.connection, lease.attemptId, { state: 'spent', micros: answer.costMicros });
      noteSuccess(this.connection, scope);
    });
  }

  /** The downloaded file is whole and synced. */
  staged(lease: Lease, path: string): Attempt {
    const kept = keptPath(this.connection.folder, path);
    return this.step(lease, () => {
      this.connection.run('UPDATE attempts SET staged = ? WHERE id = ?', kept, lease.attemptId);
    });
  }

  /** The staged file is gone: the answer, which stays paid, is to be collected again by its remote id. */
  stagedFileGone(lease: Lease): Attempt {
    return this.step(lease, () => {
      this.connection.run('UPDATE attempts SET url = NULL, staged = NULL WHERE id = ?', lease.attemptId);
    });
  }

  /** The attempt ended without a picture. */
  failed(lease: Lease, record: FailureRecord): void {
    this.connection.write(() => recordFailure(this.connection, lease, record));
  }

  /** Lets a shot go whose work goes on at the provider, or broke off here: any later run goes on with it. */
  release(lease: Lease): void {
    this.guarded(lease, () => {
      this.connection.run(`UPDATE shots SET owner = NULL WHERE id = ?`, lease.shotId);
    });
  }

  /** The shot was claimed and nothing was sent: as if it had never been claimed. */
  unsent(lease: Lease): void {
    this.guarded(lease, () => putBack(this.connection, lease));
  }

  /** How many answers 429 the shot has seen in a row while its provider let nothing through. Reads only. */
  limitedInARow(lease: Lease, scope: string): number {
    return limitedInARow(this.connection, lease, scope);
  }

  private isAnothers(lease: Lease, remoteId: string): boolean {
    const sql = `SELECT 1 FROM attempts other JOIN attempts own ON own.id = ?
      WHERE other.provider = own.provider AND other.remote_id = ? AND other.id <> own.id`;
    return this.connection.get(sql, lease.attemptId, remoteId) !== undefined;
  }

  /** A guarded write; returns the attempt as it is then. */
  private step(lease: Lease, body: () => void): Attempt {
    return this.connection.write(() => {
      holdLease(this.connection, lease);
      body();
      const attempt = this.find(lease.attemptId);
      if (!attempt) throw new Error(`attempt ${lease.attemptId} is not in the ledger`);
      return attempt;
    });
  }

  private guarded(lease: Lease, body: () => void): void {
    this.connection.write(() => {
      holdLease(this.connection, lease);
      body();
    });
  }
}
