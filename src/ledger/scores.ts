import type { Connection } from './connection.ts';
import type { Score } from './records.ts';

interface ScoreRow extends Omit<Score, 'distances'> {
  distances: string;
}

/** How alike the faces of images are, by the model that compared. */
export class Scores {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Writes a score, in place of an earlier one by the same model. */
  write(score: Omit<Score, 'atMs'>): void {
    this.connection.write(() => {
      this.connection.run(
        'INSERT OR REPLACE INTO scores (image_id, model, score, distances, at_ms) VALUES (?, ?, ?, ?, ?)',
        score.imageId,
        score.model,
        score.score,
        JSON.stringify(score.distances),
        this.connection.now(),
      );
    });
  }

  /** The scores of an image, by model. */
  of(imageId: number): Score[] {
    return this.connection.many(
      (row: ScoreRow): Score => ({ ...row, distances: JSON.parse(row.distances) as Score['distances'] }),
      'SELECT image_id imageId, model, score, distances, at_ms atMs FROM scores WHERE image_id = ? ORDER BY model',
      imageId,
    );
  }
}
