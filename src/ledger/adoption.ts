import { freeBehindMade } from './blocked.ts';
import type { Connection } from './connection.ts';
import { imageWhere } from './image-rows.ts';
import { startNumbersAfter } from './numbers.ts';
import { keptPath } from './paths.ts';
import type { Image, StoredDetails } from './records.ts';
import { uploadDone } from './upload-rows.ts';

/** A picture that a store holds, read from what was sent along with it. */
export interface FoundImage extends Pick<Image, FoundField> {
  store: string;
  /** What the store knows it by. */
  key: string;
  details: StoredDetails;
}

type FoundField =
  | 'characterKey'
  | 'characterId'
  | 'number'
  | 'kind'
  | 'shot'
  | 'filename'
  | 'path'
  | 'sha256'
  | 'md5'
  | 'sizeBytes'
  | 'width'
  | 'height'
  | 'format'
  | 'provider'
  | 'model'
  | 'seed'
  | 'prompt'
  | 'review'
  | 'favorite'
  | 'seedHonored'
  | 'costMicros'
  | 'createdAtMs';

/**
 * What became of a found picture: a row of its own; `confirmed`: a row that now knows it is uploaded; `known`:
 * nothing to do; `other`: the number is another picture's.
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
      startNumbersAfter(this.connection, found.characterId, found.number);
      const where = 'i.character_id = ? AND i.number = ?';
      const before = imageWhere(this.connection, { where }, found.characterId, found.number);
      if (before) return this.meet(before, found);
      this.insert(found);
      return 'adopted';
    });
  }

  private insert(found: FoundImage): void {
    const imageId = this.connection.insert(
      `INSERT INTO images (character_key, character_id, number, kind, shot, filename, path, state, sha256, md5,
        size_bytes, width, height, format, provider, model, seed, seed_honoured, prompt, review, favorite, cost_micros,
        created_at_ms)
       VALUES (?, ?, ?, ?, ?, ?, ?, 'stored', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      found.characterKey,
      found.characterId,
      found.number,
      found.kind,
      found.shot,
      found.filename,
      found.path === null ? null : keptPath(this.connection.folder, found.path),
      found.sha256,
      found.md5,
      found.sizeBytes,
      found.width,
      found.height,
      found.format,
      found.provider,
      found.model,
      found.seed,
      found.seedHonored,
      found.prompt,
      found.review,
      Number(found.favorite),
      found.costMicros,
      found.createdAtMs,
    );
    uploadDone(this.connection, { ...found, imageId, jobId: null });
    // The next pack goes on in the catalogue behind what is there.
    const planned = 'UPDATE characters SET gallery_planned = gallery_planned + 1 WHERE key = ?';
    if (found.kind === 'gallery') this.connection.run(planned, found.characterKey);
  }

  /** A picture that only the store had has its file now. */
  private bringFile(before: Image, { path }: FoundImage): void {
    if (before.path !== null || path === null) return;
    const kept = keptPath(this.connection.folder, path);
    this.connection.run('UPDATE images SET path = ? WHERE id = ? AND path IS NULL', kept, before.id);
  }

  private meet(before: Image, found: FoundImage): Adopted {
    const { upload } = before;
    const same = before.sha256 === found.sha256 || (found.md5 !== '' && before.md5 === found.md5);
    if (before.state !== 'stored' || !same)
      return upload?.key === found.key && before.state === 'stored' ? 'known' : 'other';
    this.bringFile(before, found);
    if (upload?.state === 'done') return 'known';
    if (upload && upload.owner !== null && this.connection.isRunning(upload.owner)) return 'known';
    uploadDone(this.connection, { ...found, imageId: before.id, jobId: before.jobId });
    return 'confirmed';
  }
}

/**
 * Gives the shots of a new create job the adopted pictures that already are them (same name and seed): those are not
 * made, and not paid, a second time. Inside the transaction that makes the job.
 */
export function fillWithAdopted(connection: Connection, jobId: number, characterKey: number): void {
  const shots = connection.all<{ id: number; name: string; seed: number }>(
    'SELECT id, name, seed FROM shots WHERE job_id = ?',
    jobId,
  );
  for (const shot of shots) {
    const changed = connection.run(
      `UPDATE images SET shot_id = ?, job_id = ? WHERE id = (
         SELECT id FROM images
         WHERE character_key = ? AND state = 'stored' AND shot_id IS NULL AND shot = ? AND seed = ?
           AND review IS NOT 'rejected' AND superseded_by IS NULL ORDER BY id DESC LIMIT 1)`,
      shot.id,
      jobId,
      characterKey,
      shot.name,
      shot.seed,
    );
    if (changed === 0) continue;
    connection.run(
      `UPDATE shots SET state = 'done', outcome = 'done', after_shot = NULL, ended_at_ms = ? WHERE id = ?`,
      connection.now(),
      shot.id,
    );
    freeBehindMade(connection, shot.id);
  }
}
