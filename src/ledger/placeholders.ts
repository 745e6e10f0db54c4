/** Pictures that stand in for shots that failed, until these are made. They are no images: nothing else knows them. */
import type { Connection } from './connection.ts';
import type { NewImage } from './naming.ts';
import { takeNumber } from './numbers.ts';
import { keptPath } from './paths.ts';
import { AS_IMAGE, asImage, placeholderOf, SELECT, type Placeholder } from './placeholder-rows.ts';
import type { Image, Shot } from './records.ts';
import { jobById, shotById, shotOf } from './rows.ts';

/** How a placeholder is named. With `taken`, a name that turned out to be another file's is passed over. */
export interface PlaceholderNaming {
  nameOf: (number: number) => string;
  /** The absolute path of a file name. */
  pathOf: (filename: string) => string;
  /** Of the drawing. */
  sha256: string;
  taken?: boolean;
}

/** Who drew a placeholder, and what came of it. */
export type DrawnPlaceholder = Omit<NewImage, 'extension'> & { provider: string; model: string; url: string };

/** Shots that a placeholder may stand in for. */
const ENDED = `('failed', 'refused')`;

/** Everything about placeholders. */
export class Placeholders {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Shots of a job that failed or were refused and have no placeholder yet. */
  missing(jobId: number): Shot[] {
    return this.connection.many(
      shotOf,
      `SELECT * FROM shots s WHERE job_id = ? AND state IN ${ENDED} AND NOT EXISTS
         (SELECT 1 FROM placeholders p WHERE p.shot_id = s.id AND p.state = 'stored') ORDER BY id`,
      jobId,
    );
  }

  /**
   * Gives the placeholder of a shot its name, once: a call after a crash returns the same. Undefined: the shot is no
   * failed one any more.
   */
  named(shotId: number, { nameOf, pathOf, sha256, taken = false }: PlaceholderNaming): Placeholder | undefined {
    return this.connection.write(() => {
      const shot = shotById(this.connection, shotId);
      if (shot.state !== 'failed' && shot.state !== 'refused') return undefined;
      const before = this.of(shotId);
      if (before && !taken) return before;
      const { characterKey, characterId } = jobById(this.connection, shot.jobId);
      const number = takeNumber(this.connection, characterId);
      const filename = nameOf(number);
      this.connection.run(
        `INSERT OR REPLACE INTO placeholders (shot_id, job_id, character_key, character_id, number, filename, path,
          sha256, state, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'named', ?)`,
        shotId,
        shot.jobId,
        characterKey,
        characterId,
        number,
        filename,
        keptPath(this.connection.folder, pathOf(filename)),
        sha256,
        this.connection.now(),
      );
      return this.of(shotId);
    });
  }

  /** The file of a placeholder is on the disk: says so. False: the shot is no failed one any more. */
  stored(shotId: number, drawn: DrawnPlaceholder): boolean {
    return this.connection.write(() => {
      const shot = shotById(this.connection, shotId);
      const named = this.of(shotId);
      if (!named || (shot.state !== 'failed' && shot.state !== 'refused')) return false;
      this.connection.run(
        `UPDATE placeholders SET state = 'stored', sha256 = ?, size_bytes = ?, width = ?, height = ?, format = ?,
          provider = ?, model = ? WHERE shot_id = ?`,
        drawn.sha256,
        drawn.sizeBytes,
        drawn.width,
        drawn.height,
        drawn.format,
        drawn.provider,
        drawn.model,
        shotId,
      );
      this.connection.record(
        shot.jobId,
        {
          event: 'image_stored',
          shot: shot.name,
          character_id: named.characterId,
          size_bytes: drawn.sizeBytes,
          url: drawn.url,
          filename: named.filename,
          placeholder: true,
        },
        shotId,
      );
      return true;
    });
  }

  /** The placeholder of a shot. */
  of(shotId: number): Placeholder | undefined {
    return this.connection.one(placeholderOf, `${SELECT} WHERE p.shot_id = ?`, shotId);
  }

  /** Placeholders of a job whose shot has its own picture by now: their files may go. */
  replaced(jobId: number): Placeholder[] {
    const sql = `${SELECT} WHERE p.job_id = ? AND s.state = 'done'`;
    return this.connection.many(placeholderOf, sql, jobId);
  }

  /** The same in the folder of a slug, of all jobs. */
  leftOver(characterId: string): Placeholder[] {
    const sql = `${SELECT} WHERE p.character_id = ? AND s.state = 'done'`;
    return this.connection.many(placeholderOf, sql, characterId);
  }

  /** All of a character. */
  ofCharacter(characterKey: number): Placeholder[] {
    return this.connection.many(placeholderOf, `${SELECT} WHERE p.character_key = ?`, characterKey);
  }

  /** The file is gone: the row, too. */
  forget(shotId: number): void {
    this.connection.write(() => this.connection.run('DELETE FROM placeholders WHERE shot_id = ?', shotId));
  }

  /** How many shots of a job have nothing but a placeholder. */
  count(jobId: number): number {
    const sql = `SELECT COUNT(*) n FROM placeholders p JOIN shots s ON s.id = p.shot_id
      WHERE p.job_id = ? AND p.state = 'stored' AND s.state <> 'done'`;
    return this.connection.get<{ n: number }>(sql, jobId)?.n ?? 0;
  }

  /** As images, newest first: those that stand in for a shot of the character now. */
  shown(characterKey: number): Image[] {
    const where = `p.character_key = ? AND p.state = 'stored' AND s.state <> 'done' ORDER BY p.number DESC`;
    return this.connection.many(asImage, `${AS_IMAGE} WHERE ${where}`, characterKey);
  }

  /** One of them by the slug and its number, or by its file name, with or without extension. */
  find(name: { characterId: string; number: number } | string): Image | undefined {
    const stands = `p.state = 'stored' AND s.state <> 'done'`;
    if (typeof name !== 'string') {
      const sql = `${AS_IMAGE} WHERE p.character_id = ? AND p.number = ? AND ${stands}`;
      return this.connection.one(asImage, sql, name.characterId, name.number);
    }
    const sql = `${AS_IMAGE} WHERE p.filename IN (?, ?, ?) AND ${stands}`;
    return this.connection.one(asImage, sql, name, `${name}.png`, `${name}.placeholder.png`);
  }
}
