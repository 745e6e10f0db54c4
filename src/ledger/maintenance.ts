import type { Image } from './records.ts';
import { imageOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** What `clean` and `delete` ask the ledger, and tell it. */
export class Maintenance {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * True while a live process, other than this one, runs a job of the character: it may name or upload a picture at any
   * moment.
   */
  isAtWork(characterId: string): boolean {
    const workers = this.connection.all<{ owner: string }>(
      'SELECT DISTINCT w.owner FROM jobs j JOIN workers w ON w.job_id = j.id WHERE j.character_id = ?',
      characterId,
    );
    return workers.some(({ owner }) => owner !== this.connection.owner && this.connection.isAlive(owner));
  }

  /** Shots of a character whose work is paid, or live at the provider, and not collected yet. */
  uncollected(characterId: string): number {
    return (
      this.connection.get<{ n: number }>(
        `SELECT COUNT(*) n FROM jobs j JOIN attempts a INDEXED BY attempts_by_job ON a.job_id = j.id AND a.state IN ('accepted', 'generated') WHERE j.character_id = ?`,
        characterId,
      )?.n ?? 0
    );
  }

  /** State of the attempt with that key; undefined when this ledger has none. */
  attemptState(key: string): string | undefined {
    return this.connection.get<{ state: string }>('SELECT state FROM attempts WHERE key = ?', key)?.state;
  }

  /** True when an open attempt's answer lies in that file. */
  isStaged(path: string): boolean {
    return this.connection.get('SELECT 1 FROM attempts WHERE staged = ? LIMIT 1', path) !== undefined;
  }

  /** The images of a character that count, uploaded or not: named or stored. */
  images(characterId: string): Image[] {
    return this.connection.many(
      imageOf,
      `SELECT * FROM images WHERE character_id = ? AND state <> 'removed' ORDER BY number`,
      characterId,
    );
  }

  /**
   * Calls `remove` unless a row that counts has that file name: inside the transaction, so that no other process can
   * give the name to a picture meanwhile. `remove` must be synchronous. Returns whether it was called.
   */
  unlessNamed(characterId: string, filename: string, remove: () => void): boolean {
    return this.connection.write(() => {
      if (
        this.connection.get(
          `SELECT 1 FROM images WHERE character_id = ? AND filename = ? AND state <> 'removed'`,
          characterId,
          filename,
        )
      )
        return false;
      remove();
      return true;
    });
  }

  /** The file is gone, and the store has the picture: the row says so. */
  onlyInStore(imageId: number): void {
    this.connection.write(() => {
      this.connection.run(`UPDATE images SET path = NULL, thumbnail = NULL WHERE id = ? AND upload = 'done'`, imageId);
    });
  }

  /**
   * Takes a picture out of the ledger; its number stays taken, and what it cost stays in the books. A picture of
   * `create-character` is missing from now on, so that running that again makes it anew. False when a live process is
   * uploading it, or when it was gone already.
   */
  remove(imageId: number): boolean {
    return this.connection.write(() => {
      const row = this.connection.one(imageOf, `SELECT * FROM images WHERE id = ? AND state = 'stored'`, imageId);
      if (!row) return false;
      const { uploadOwner: owner } = row;
      if (owner !== null && owner !== this.connection.owner && this.connection.isAlive(owner)) return false;
      // The shot may be made again, and then has another picture.
      this.connection.run(
        `UPDATE images SET state = 'removed', upload = 'none', upload_owner = NULL, shot_id = NULL WHERE id = ?`,
        imageId,
      );
      this.connection.run(
        `UPDATE shots SET state = 'cancelled', outcome = NULL WHERE id = ? AND state = 'done' AND job_id IN (SELECT id FROM jobs WHERE kind = 'create')`,
        row.shotId,
      );
      return true;
    });
  }
}
