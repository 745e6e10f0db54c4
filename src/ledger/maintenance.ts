import { basename } from 'node:path';
import type { Connection } from './connection.ts';
import { imagesWhere, imageWhere } from './image-rows.ts';
import { absolutePath, keptPath } from './paths.ts';
import type { AttemptState, Image } from './records.ts';
import { keepBest } from './takes.ts';

/**
 * Attempts of shots that are not collected yet: what is paid or being made at the provider, and what a process that
 * has ended may have sent.
 */
const UNCOLLECTED = `attempts a INDEXED BY attempts_by_job ON a.job_id = j.id
  AND (a.state IN ('accepted', 'generated') OR (a.state = 'intent' AND a.sent_at_ms IS NOT NULL))`;

/**
 * What `clean` and `delete` ask the ledger, and tell it. Folders are per slug: owners who use the same one share
 * them.
 */
export class Maintenance {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** True while a run has a job of that slug, here or in another process: it may name a picture at any moment. */
  isAtWork(characterId: string): boolean {
    const workers = this.connection.all<{ owner: string }>(
      'SELECT DISTINCT w.owner FROM jobs j JOIN runs w ON w.job_id = j.id WHERE j.character_id = ?',
      characterId,
    );
    return workers.some(({ owner }) => this.connection.isRunning(owner));
  }

  /** Shots of a character whose work is not collected yet: it is paid, perhaps paid, or being made at the provider. */
  uncollected(characterKey: number): number {
    const sql = `SELECT COUNT(*) n FROM jobs j JOIN ${UNCOLLECTED} WHERE j.character_key = ?`;
    return this.connection.get<{ n: number }>(sql, characterKey)?.n ?? 0;
  }

  /** The jobs of those shots. */
  uncollectedJobs(characterKey: number): number[] {
    const sql = `SELECT DISTINCT j.id id FROM jobs j JOIN ${UNCOLLECTED} WHERE j.character_key = ?`;
    return this.connection.all<{ id: number }>(sql, characterKey).map(({ id }) => id);
  }

  /** Shots of a character whose request was sent, and nobody knows what became of it. */
  held(characterKey: number): number {
    const sql = `SELECT COUNT(*) n FROM jobs j JOIN shots s ON s.job_id = j.id AND s.state = 'held'
      WHERE j.character_key = ?`;
    return this.connection.get<{ n: number }>(sql, characterKey)?.n ?? 0;
  }

  /** The output folders of all jobs, absolute. */
  outputs(): string[] {
    const kept = `SELECT DISTINCT json_extract(settings, '$.output') output FROM jobs`;
    const rows = this.connection.all<{ output: string }>(kept);
    return rows.map(({ output }) => absolutePath(this.connection.folder, output));
  }

  /** State of the attempt with that key; undefined when this ledger has none. */
  attemptState(key: string): AttemptState | undefined {
    return this.connection.get<{ state: AttemptState }>('SELECT state FROM attempts WHERE key = ?', key)?.state;
  }

  /** True when an open attempt's answer lies in that file. */
  isStaged(path: string): boolean {
    const kept = keptPath(this.connection.folder, path);
    return this.connection.get('SELECT 1 FROM attempts WHERE staged = ? LIMIT 1', kept) !== undefined;
  }

  /** True when a job, a shot or a request refers to a picture that was fetched for it. */
  isReferred(path: string): boolean {
    // Named by its content: nothing else has that name in it.
    const name = basename(path);
    const found = this.connection.get(
      `SELECT 1 FROM jobs WHERE INSTR(settings, ?) > 0 UNION ALL
       SELECT 1 FROM shots WHERE settings <> '{}' AND INSTR(settings, ?) > 0 UNION ALL
       SELECT 1 FROM image_references WHERE path = ? LIMIT 1`,
      name,
      name,
      keptPath(this.connection.folder, path),
    );
    return found !== undefined;
  }

  /** The images in the folder of a slug that count, uploaded or not: named or stored. */
  images(characterId: string): Image[] {
    return imagesWhere(
      this.connection,
      { where: `i.character_id = ? AND i.state <> 'removed' ORDER BY i.number` },
      characterId,
    );
  }

  /** Names that this ledger has ever given in the folder of a slug. */
  filenames(characterId: string): ReadonlySet<string> {
    const sql = 'SELECT filename FROM images WHERE character_id = ?';
    return new Set(this.connection.all<{ filename: string }>(sql, characterId).map(({ filename }) => filename));
  }

  /**
   * Pictures that this ledger made in the folder of a slug and took out again, by file name: what a crash left of them
   * may go. Whatever else has no row is somebody else's.
   */
  takenOut(characterId: string): ReadonlyMap<string, Pick<Image, 'sha256' | 'md5' | 'number'>> {
    const sql = `SELECT filename, sha256, md5, number FROM images WHERE character_id = ? AND state = 'removed'`;
    const rows = this.connection.all<Pick<Image, 'filename' | 'sha256' | 'md5' | 'number'>>(sql, characterId);
    return new Map(rows.map((row) => [row.filename, row]));
  }

  /**
   * Calls `remove` unless a row that counts has that file name: inside the transaction, so that no other process can
   * give the name to a picture meanwhile. `remove` must be synchronous. Returns whether it was called.
   */
  unlessNamed(characterId: string, filename: string, remove: () => void): boolean {
    const named = `SELECT 1 FROM images WHERE character_id = ? AND filename = ? AND state <> 'removed'`;
    return this.connection.write(() => {
      if (this.connection.get(named, characterId, filename)) return false;
      remove();
      return true;
    });
  }

  /** The file is gone, and the store has the picture: the row says so. */
  onlyInStore(imageId: number): void {
    this.connection.write(() => {
      this.connection.run(
        `UPDATE images SET path = NULL, thumbnail = NULL WHERE id = ?
           AND EXISTS (SELECT 1 FROM uploads u WHERE u.image_id = images.id AND u.state = 'done')`,
        imageId,
      );
    });
  }

  /**
   * Takes a picture out of the ledger; its number stays taken, and what it cost stays counted. A picture of
   * `create-character` that no other has replaced is missing from now on, so that running that again makes it anew.
   * False when a process that runs is uploading it, or when it was gone already.
   */
  remove(imageId: number): boolean {
    return this.connection.write(() => {
      const image = imageWhere(this.connection, { where: `i.id = ? AND i.state = 'stored'` }, imageId);
      if (!image) return false;
      const owner = image.upload?.owner ?? null;
      if (owner !== null && this.connection.isRunning(owner)) return false;
      this.connection.run('DELETE FROM uploads WHERE image_id = ?', imageId);
      // The shot may be made again, and then has another picture.
      this.connection.run(`UPDATE images SET state = 'removed', shot_id = NULL WHERE id = ?`, imageId);
      this.connection.run('UPDATE images SET superseded_by = NULL WHERE superseded_by = ?', imageId);
      // Of its other takes one counts now.
      const isReplaced = image.shotId !== null && keepBest(this.connection, image.shotId);
      if (image.supersededBy !== null || isReplaced) return true;
      this.connection.run(
        `UPDATE shots SET state = 'canceled', outcome = NULL WHERE id = ? AND state = 'done'
           AND job_id IN (SELECT id FROM jobs WHERE kind = 'create')`,
        image.shotId,
      );
      return true;
    });
  }
  /**
   * Takes the names out of the ledger that were given to what a shot made, and that is not finished: its picture's,
   * which is returned, or its LoRA's.
   */
  removeNamed(shotId: number): Image | undefined {
    return this.connection.write(() => {
      this.connection.run(`UPDATE loras SET state = 'removed' WHERE shot_id = ? AND state = 'named'`, shotId);
      const named = imageWhere(this.connection, { where: `i.shot_id = ? AND i.state = 'named'` }, shotId);
      if (named) this.connection.run(`UPDATE images SET state = 'removed', shot_id = NULL WHERE id = ?`, named.id);
      return named;
    });
  }
}
