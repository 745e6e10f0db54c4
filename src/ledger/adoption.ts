import type { Image } from './records.ts';
import { imageOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** A picture that a store holds, read from what was sent along with it. */
export interface FoundImage {
  characterId: string;
  number: number;
  kind: Image['kind'];
  shot: string;
  filename: string;
  /** Absolute path of the same picture on disk, if it is there. */
  path: string | null;
  sha256: string;
  md5: string;
  sizeBytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  seed: number;
  seedHonoured: Image['seedHonoured'];
  costMicros: number;
  store: string;
  publicId: string;
  url: string;
  thumbnailUrl: string | null;
  /** Epoch ms. */
  createdAtMs: number;
}

/**
 * What became of a found picture: a row of its own; `confirmed`: a row that now knows it is uploaded; `known`: nothing
 * to do; `other`: the number is another picture's.
 */
export type Adopted = 'adopted' | 'confirmed' | 'known' | 'other';

/** Takes over what a store holds: rows for pictures that this ledger has not made, or has forgotten. */
export class Adoption {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Gives a found picture its row. May be repeated; a number never gets a second row, and is never given out again. */
  adopt(found: FoundImage): Adopted {
    return this.connection.write(() => {
      this.connection.run(
        'UPDATE characters SET next_number = MAX(next_number, ?) WHERE id = ?',
        found.number + 1,
        found.characterId,
      );
      const before = this.connection.one(
        imageOf,
        'SELECT * FROM images WHERE character_id = ? AND number = ?',
        found.characterId,
        found.number,
      );
      if (before) return this.meet(before, found);
      this.connection.run(
        `INSERT INTO images (character_id, number, kind, shot, filename, path, state, sha256, md5, size_bytes, width, height, format, provider,
           model, seed, seed_honoured, prompt, cost_micros, store, upload, public_id, url, thumbnail_url, created_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, 'stored', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?, ?, 'done', ?, ?, ?, ?)`,
        found.characterId,
        found.number,
        found.kind,
        found.shot,
        found.filename,
        found.path,
        found.sha256,
        found.md5,
        found.sizeBytes,
        found.width,
        found.height,
        found.format,
        found.provider,
        found.model,
        found.seed,
        found.seedHonoured,
        found.costMicros,
        found.store,
        found.publicId,
        found.url,
        found.thumbnailUrl,
        found.createdAtMs,
      );
      // The next pack goes on in the catalogue behind what is there.
      if (found.kind === 'gallery')
        this.connection.run(
          'UPDATE characters SET gallery_planned = gallery_planned + 1 WHERE id = ?',
          found.characterId,
        );
      return 'adopted';
    });
  }

  private meet(before: Image, found: FoundImage): Adopted {
    const same = before.sha256 === found.sha256 || (found.md5 !== '' && before.md5 === found.md5);
    if (before.state !== 'stored' || !same)
      return before.publicId === found.publicId && before.state === 'stored' ? 'known' : 'other';
    if (before.upload === 'done') return 'known';
    if (before.uploadOwner !== null && this.connection.isAlive(before.uploadOwner)) return 'known';
    this.connection.run(
      `UPDATE images SET upload = 'done', upload_owner = NULL, upload_message = NULL, store = ?, public_id = ?, url = ?, thumbnail_url = ? WHERE id = ?`,
      found.store,
      found.publicId,
      found.url,
      found.thumbnailUrl,
      before.id,
    );
    return 'confirmed';
  }
}

/**
 * Gives the shots of a new create job the adopted pictures that already are them (same name and seed): those are not
 * made,
 * and not paid, a second time. Inside the transaction that makes the job.
 */
export function fillWithAdopted(connection: Connection, jobId: number, characterId: string): void {
  const shots = connection.all<{ id: number; name: string; seed: number }>(
    'SELECT id, name, seed FROM shots WHERE job_id = ?',
    jobId,
  );
  for (const shot of shots) {
    const changed = connection.run(
      `UPDATE images SET shot_id = ?, job_id = ? WHERE id = (SELECT id FROM images WHERE character_id = ? AND state = 'stored' AND shot_id IS NULL
         AND shot = ? AND seed = ? AND (mark IS NULL OR mark <> 'rejected') ORDER BY id DESC LIMIT 1)`,
      shot.id,
      jobId,
      characterId,
      shot.name,
      shot.seed,
    );
    if (changed === 0) continue;
    connection.run(
      `UPDATE shots SET state = 'done', outcome = 'done', after_shot = NULL, ended_at_ms = ? WHERE id = ?`,
      connection.now(),
      shot.id,
    );
    connection.run('UPDATE shots SET after_shot = NULL WHERE after_shot = ?', shot.id);
  }
}
