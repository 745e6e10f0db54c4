import { freeDependents, holdLease } from './lease.ts';
import type { Attempt, Image, JobSettings, Lease } from './records.ts';
import { attemptOf, imageOf, jobOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** What is known of a whole, synced file that is about to get its name. */
export interface NewImage {
  sha256: string;
  sizeBytes: number;
  width: number;
  height: number;
  format: string;
  extension: string;
}

/** Which images a gallery shows. */
export interface GalleryFilter {
  characterId: string;
  kind?: string;
  jobId?: number;
  provider?: string;
  mark?: string;
  /** Epoch ms. */
  sinceMs?: number;
  limit?: number;
  /** Only images older than this row id: paging. */
  beforeId?: number;
}

/** Everything about images: naming, finishing, galleries, marks. */
export class Images {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * T5: gives the shot's picture the next number of its character, for ever. Called again after a crash it returns the
   * name given before. `nameOf` builds the file name; `pathOf` the absolute path. With `taken`, a name that turned out
   * to be occupied by a foreign file is passed over.
   */
  named(
    lease: Lease,
    image: NewImage,
    place: { nameOf: (number: number) => string; pathOf: (filename: string) => string; taken?: boolean },
  ): Image {
    return this.connection.write(() => {
      const shot = holdLease(this.connection, lease);
      const before = this.ofShot(lease.shotId);
      if (before && !place.taken) return before;
      const number = this.nextNumber(lease.characterId);
      const filename = place.nameOf(number);
      if (before) {
        this.connection.run(
          'UPDATE images SET number = ?, filename = ?, path = ? WHERE id = ?',
          number,
          filename,
          place.pathOf(filename),
          before.id,
        );
        return this.mustFind(before.id);
      }
      const attempt = this.attempt(lease.attemptId);
      const settings = this.settings(lease.jobId);
      const cost = this.costOfShot(lease.shotId);
      const id = this.connection.insert(
        `INSERT INTO images (character_id, number, shot_id, job_id, attempt_id, kind, shot, filename, path, state, sha256, size_bytes,
           width, height, format, provider, model, seed, seed_honoured, prompt, cost_micros, store, created_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'named', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        lease.characterId,
        number,
        lease.shotId,
        lease.jobId,
        lease.attemptId,
        shot.kind,
        shot.name,
        filename,
        place.pathOf(filename),
        image.sha256,
        image.sizeBytes,
        image.width,
        image.height,
        image.format,
        attempt.provider,
        attempt.model,
        shot.seed,
        attempt.seedHonoured ?? 'unknown',
        shot.prompt,
        cost,
        settings.store === 'none' ? null : settings.store,
        this.connection.now(),
      );
      return this.mustFind(id);
    });
  }

  /** T6: the file is linked under its name and synced: the shot is done. `url`: where it can be seen now. */
  done(lease: Lease, imageId: number, url: string): Image {
    return this.connection.write(() => {
      const { connection } = this;
      const shot = holdLease(connection, lease);
      const attempt = this.attempt(lease.attemptId);
      const uploads = this.mustFind(imageId).store !== null;
      connection.run(
        `UPDATE images SET state = 'stored', upload = ?, url = ? WHERE id = ?`,
        uploads ? 'pending' : 'none',
        uploads ? null : url,
        imageId,
      );
      connection.run(
        `UPDATE attempts SET state = 'settled', outcome = 'done', staged = NULL, ended_at_ms = ? WHERE id = ?`,
        connection.now(),
        lease.attemptId,
      );
      connection.run(
        `UPDATE shots SET state = 'done', owner = NULL, outcome = 'done', message = NULL, ended_at_ms = ? WHERE id = ?`,
        connection.now(),
        lease.shotId,
      );
      freeDependents(connection, lease.shotId);
      const image = this.mustFind(imageId);
      connection.record(
        lease.jobId,
        {
          event: 'generation_completed',
          shot: lease.shot,
          character_id: lease.characterId,
          duration_ms: Math.max(0, connection.now() - attempt.intentAtMs),
          cost_usd: image.costMicros / 1e6,
          seed: shot.seed,
          seed_honoured: image.seedHonoured,
        },
        lease.shotId,
      );
      if (!uploads) {
        connection.record(
          lease.jobId,
          {
            event: 'image_stored',
            shot: lease.shot,
            character_id: lease.characterId,
            size_bytes: image.sizeBytes,
            url,
            filename: image.filename,
          },
          lease.shotId,
        );
      }
      return image;
    });
  }

  /** The image of a shot, named or stored. */
  ofShot(shotId: number): Image | undefined {
    return this.connection.one(imageOf, 'SELECT * FROM images WHERE shot_id = ?', shotId);
  }

  /** An image by row id, or by its file name (with or without extension). */
  find(name: string | number): Image | undefined {
    if (typeof name === 'number') return this.connection.one(imageOf, 'SELECT * FROM images WHERE id = ?', name);
    return this.connection.one(
      imageOf,
      `SELECT * FROM images WHERE state = 'stored' AND filename IN (?, ? || '.png', ? || '.jpg', ? || '.webp') ORDER BY id DESC LIMIT 1`,
      name,
      name,
      name,
      name,
    );
  }

  /** The newest picture of a character's avatar, if it has one on disk. */
  avatar(characterId: string): Image | undefined {
    return this.connection.one(
      imageOf,
      `SELECT * FROM images INDEXED BY images_avatars WHERE character_id = ? AND state = 'stored' AND kind = 'avatar' AND path IS NOT NULL
       AND (mark IS NULL OR mark <> 'rejected') ORDER BY id DESC LIMIT 1`,
      characterId,
    );
  }

  /** Images of a character, newest first. */
  gallery(filter: GalleryFilter): Image[] {
    const where = ['character_id = ?', `state = 'stored'`];
    const values: (string | number)[] = [filter.characterId];
    const add = (sql: string, value: string | number | undefined) => {
      if (value === undefined) return;
      where.push(sql);
      values.push(value);
    };
    add('kind = ?', filter.kind);
    add('job_id = ?', filter.jobId);
    add('provider = ?', filter.provider);
    add('mark = ?', filter.mark);
    add('created_at_ms >= ?', filter.sinceMs);
    add('id < ?', filter.beforeId);
    return this.connection.many(
      imageOf,
      `SELECT * FROM images INDEXED BY images_newest WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`,
      ...values,
      filter.limit ?? -1,
    );
  }

  /** True when a picture of the character is known to be in a store: its numbers were compared with the store's. */
  hasUploaded(characterId: string): boolean {
    return (
      this.connection.get(
        `SELECT 1 FROM images INDEXED BY images_newest WHERE character_id = ? AND state = 'stored' AND upload = 'done' LIMIT 1`,
        characterId,
      ) !== undefined
    );
  }

  /** The image of a character with that number, unless it was removed. */
  numbered(characterId: string, number: number): Image | undefined {
    return this.connection.one(
      imageOf,
      `SELECT * FROM images WHERE character_id = ? AND number = ? AND state = 'stored'`,
      characterId,
      number,
    );
  }

  /** How many images a character has. */
  count(characterId: string): number {
    return (
      this.connection.get<{ n: number }>(
        `SELECT COUNT(*) n FROM images INDEXED BY images_newest WHERE character_id = ? AND state = 'stored'`,
        characterId,
      )?.n ?? 0
    );
  }

  /** Sets or clears a mark. */
  mark(imageId: number, mark: Image['mark']): void {
    this.connection.write(() => {
      this.connection.run('UPDATE images SET mark = ? WHERE id = ?', mark, imageId);
    });
  }

  /** Notes where the thumbnail lies. */
  thumbnail(imageId: number, path: string): void {
    this.connection.write(() => {
      this.connection.run('UPDATE images SET thumbnail = ? WHERE id = ?', path, imageId);
    });
  }

  private nextNumber(characterId: string): number {
    const row = this.connection.get<{ next_number: number }>(
      'SELECT next_number FROM characters WHERE id = ?',
      characterId,
    );
    if (!row) throw new Error(`character ${characterId} vanished`);
    this.connection.run('UPDATE characters SET next_number = next_number + 1 WHERE id = ?', characterId);
    return row.next_number;
  }

  private costOfShot(shotId: number): number {
    return (
      this.connection.get<{ n: number }>(
        'SELECT COALESCE(SUM(spent_micros), 0) n FROM reservations WHERE shot_id = ?',
        shotId,
      )?.n ?? 0
    );
  }

  private settings(jobId: number): JobSettings {
    const job = this.connection.one(jobOf, 'SELECT * FROM jobs WHERE id = ?', jobId);
    if (!job) throw new Error(`job ${jobId} vanished`);
    return job.settings;
  }

  private attempt(id: number): Attempt {
    const row = this.connection.one(attemptOf, 'SELECT * FROM attempts WHERE id = ?', id);
    if (!row) throw new Error(`attempt ${id} vanished`);
    return row;
  }

  private mustFind(id: number): Image {
    const row = this.connection.one(imageOf, 'SELECT * FROM images WHERE id = ?', id);
    if (!row) throw new Error(`image ${id} vanished`);
    return row;
  }
}
