import type { Connection } from './connection.ts';
import { imageById } from './image-rows.ts';
import type { Score } from './records.ts';

interface ScoreRow extends Omit<Score, 'distances' | 'details'> {
  distances: string;
  details: string;
}

/** A score to be written; `embedding` only where it is to be kept. */
export type NewScore = Omit<Score, 'atMs'> & { embedding?: readonly number[] | undefined };

/** How alike the pictures of a job are: those that count, without replaced ones. */
export interface Consistency {
  /** Mean likeness, 0 … 1; null: none has a score. */
  score: number | null;
  /** Pictures with a score. */
  scored: number;
  /** File name and likeness of the one that is least alike. */
  lowest: { filename: string; score: number } | null;
}

/** A picture with less of a longest side shows no face that could be compared. */
export const FACE_SIDE_PX_MIN = 96;

const COLUMNS = 'image_id imageId, model, score, distances, details, at_ms atMs';

/** How alike the faces of images are, by the model that compared. */
export class Scores {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Writes a score, in place of an earlier one by the same model; of a job's picture that has one it is told.
   * `looksLike`: the picture of the job that looks the same.
   */
  write(score: NewScore, looksLike?: string): void {
    this.connection.write(() => {
      this.connection.run(
        `INSERT OR REPLACE INTO scores (image_id, model, score, distances, details, embedding, at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        score.imageId,
        score.model,
        score.score,
        JSON.stringify(score.distances),
        JSON.stringify(score.details),
        score.embedding === undefined ? null : JSON.stringify(score.embedding),
        this.connection.now(),
      );
      if (score.score !== null) this.record(score.imageId, score.score, looksLike);
    });
  }

  private record(imageId: number, score: number, looksLike: string | undefined): void {
    const image = imageById(this.connection, imageId);
    if (image.jobId === null) return;
    this.connection.record(
      image.jobId,
      {
        event: 'image_scored',
        shot: image.shot,
        character_id: image.characterId,
        filename: image.filename,
        score,
        ...(looksLike === undefined ? {} : { looks_like: looksLike }),
      },
      image.shotId,
    );
  }

  /** The scores of an image, the newest first. */
  of(imageId: number): Score[] {
    const sql = `SELECT ${COLUMNS} FROM scores WHERE image_id = ? ORDER BY at_ms DESC, model`;
    return this.connection.many(scoreOf, sql, imageId);
  }

  /** The newest score of each image of a character, by image. */
  ofCharacter(characterKey: number): Map<number, Score> {
    const rows = this.connection.many(
      scoreOf,
      `SELECT ${COLUMNS} FROM scores WHERE image_id IN
        (SELECT id FROM images INDEXED BY images_newest WHERE character_key = ? AND state = 'stored') ORDER BY at_ms`,
      characterKey,
    );
    return new Map(rows.map((score) => [score.imageId, score]));
  }

  /**
   * Finished images of a job that are on disk, that may show a face, and that were never compared, oldest first.
   * `drawing`: providers whose pictures are no photographs.
   */
  missing(jobId: number, drawing: ReadonlySet<string> = new Set()): number[] {
    const rows = this.connection.all<{ id: number }>(
      `SELECT id FROM images INDEXED BY images_by_job WHERE job_id = ? AND state = 'stored' AND path IS NOT NULL
        AND MAX(width, height) >= ? AND provider NOT IN (SELECT value FROM json_each(?))
        AND NOT EXISTS (SELECT 1 FROM scores s WHERE s.image_id = images.id) ORDER BY id`,
      jobId,
      FACE_SIDE_PX_MIN,
      JSON.stringify([...drawing]),
    );
    return rows.map(({ id }) => id);
  }

  /** How alike the pictures of a job are. */
  consistency(jobId: number): Consistency {
    return consistencyOf(this.connection, jobId);
  }
}

/** How alike the pictures of a job are, by each one's newest score; without pictures that were replaced. */
export function consistencyOf(connection: Connection, jobId: number): Consistency {
  const rows = connection.all<{ filename: string; score: number }>(
    `SELECT i.filename, (SELECT s.score FROM scores s WHERE s.image_id = i.id ORDER BY s.at_ms DESC LIMIT 1) score
       FROM images i INDEXED BY images_by_job
      WHERE i.job_id = ? AND i.state = 'stored' AND i.superseded_by IS NULL AND score IS NOT NULL ORDER BY score, i.id`,
    jobId,
  );
  const sum = rows.reduce((all, { score }) => all + score, 0);
  return { score: rows.length === 0 ? null : sum / rows.length, scored: rows.length, lowest: rows[0] ?? null };
}

function scoreOf({ distances, details, ...row }: ScoreRow): Score {
  return {
    ...row,
    distances: JSON.parse(distances) as Score['distances'],
    details: JSON.parse(details) as Score['details'],
  };
}
