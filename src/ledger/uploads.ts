import type { Connection } from './connection.ts';
import { imagesWhere } from './image-rows.ts';
import { recordStored } from './naming.ts';
import type { Image, Job, StoredDetails } from './records.ts';
import { jobOf } from './rows.ts';
import { holdsUpload, marksTold, takeUpload, uploadDone, uploadLater } from './upload-rows.ts';

/** Where an uploaded image is. */
export interface UploadedTo {
  /** What the store knows it by. */
  key: string;
  details: StoredDetails;
  /** Where it can be seen now, for the event. */
  url: string;
  /** Of the bytes that were sent, in hex. */
  md5: string;
}

/** The second step: pictures that are safe on disk on their way to the store. */
export class Uploads {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** Takes the next image of these jobs for a store that no process that runs is uploading; undefined: none now. */
  claim(jobIds: readonly number[], store: string): Image | undefined {
    return this.connection.write(() => {
      for (const jobId of jobIds) {
        const image = takeUpload(this.connection, { jobId, store });
        if (image) return image;
      }
      return undefined;
    });
  }

  /** How many are still to be uploaded to a store, by anybody, and when the next may be tried (epoch ms). */
  pending(jobIds: readonly number[], store: string): { count: number; nextMs: number | undefined } {
    let count = 0;
    let nextMs: number | undefined;
    for (const jobId of jobIds) {
      const row = this.connection.get<{ n: number; at: number | null }>(
        `SELECT COUNT(*) n, MIN(not_before_ms) at FROM uploads INDEXED BY uploads_waiting
          WHERE job_id = ? AND state = 'pending' AND store = ?`,
        jobId,
        store,
      );
      count += row?.n ?? 0;
      if (row?.at !== undefined && row.at !== null) nextMs = Math.min(nextMs ?? Infinity, row.at);
    }
    return { count, nextMs };
  }

  /** The store has it. Written only by the process that is at it. */
  done(image: Image, to: UploadedTo): void {
    this.connection.write(() => {
      if (!image.upload || !holdsUpload(this.connection, image)) return;
      const { store } = image.upload;
      uploadDone(this.connection, { imageId: image.id, jobId: image.jobId, store, key: to.key, details: to.details });
      this.connection.run('UPDATE images SET md5 = ? WHERE id = ?', to.md5, image.id);
      recordStored(this.connection, image, to.url);
    });
  }

  /** Uploaded pictures of a character whose store does not know yet what a person says of them. */
  unmarked(characterKey: number): Image[] {
    const where = `i.character_key = ? AND i.state = 'stored' AND u.state = 'done'
      AND json_extract(u.details, '$.marksPending')`;
    return imagesWhere(this.connection, { where, index: 'images_newest' }, characterKey);
  }

  /** The store knows what a person says of it. */
  marked(image: Image): void {
    this.connection.write(() => marksTold(this.connection, image));
  }

  /** The store did not take it now: again from `notBeforeMs` (epoch ms) on. `counts`: as one of the tries it has. */
  again(image: Image, how: { message: string; notBeforeMs: number; counts: boolean }): void {
    this.connection.write(() => {
      if (!holdsUpload(this.connection, image)) return;
      this.connection.run(
        `UPDATE uploads SET owner = NULL, message = ?, not_before_ms = ?, waits_since_ms = ?, tries = MAX(0, tries - ?)
         WHERE image_id = ? AND store = ?`,
        how.message,
        Math.ceil(how.notBeforeMs),
        this.connection.now(),
        how.counts ? 0 : 1,
        image.id,
        image.upload?.store ?? '',
      );
    });
  }

  /** The store will not take it: left to a later run. */
  givenUp(image: Image, message: string): void {
    this.connection.write(() => {
      if (!holdsUpload(this.connection, image)) return;
      this.connection.run(
        `UPDATE uploads SET state = 'failed', owner = NULL, message = ?, not_before_ms = 0
          WHERE image_id = ? AND store = ?`,
        message,
        image.id,
        image.upload?.store ?? '',
      );
    });
  }

  /** Lets an image go that was not uploaded because the run stops. */
  release(image: Image): void {
    this.connection.write(() => {
      if (!holdsUpload(this.connection, image)) return;
      this.connection.run(
        'UPDATE uploads SET owner = NULL, tries = MAX(0, tries - 1) WHERE image_id = ? AND store = ?',
        image.id,
        image.upload?.store ?? '',
      );
    });
  }

  /**
   * A new run: failed uploads of a job wait again, and the tries of all that wait are uncounted; returns how many had
   * failed.
   */
  retryFailed(jobId: number): number {
    return this.connection.write(() => {
      this.connection.run(
        `UPDATE uploads SET tries = 0 WHERE job_id = ? AND state = 'pending' AND owner IS NULL`,
        jobId,
      );
      return this.connection.run(
        `UPDATE uploads SET state = 'pending', tries = 0, not_before_ms = 0 WHERE job_id = ? AND state = 'failed'`,
        jobId,
      );
    });
  }

  /**
   * Pictures of a character that are not in this store wait for their upload; returns how many, and the jobs they
   * belong to.
   */
  enqueue(characterKey: number, store: string): { count: number; jobs: Job[] } {
    return this.connection.write(() => {
      const images = imagesWhere(
        this.connection,
        {
          index: 'images_newest',
          where: `i.character_key = ? AND i.state = 'stored' AND i.path IS NOT NULL AND NOT EXISTS
            (SELECT 1 FROM uploads d WHERE d.image_id = i.id AND d.store = ? AND d.state = 'done')`,
        },
        characterKey,
        store,
      );
      for (const image of images) uploadLater(this.connection, { imageId: image.id, jobId: image.jobId, store });
      const jobs = this.connection.many(
        jobOf,
        `SELECT * FROM jobs j WHERE j.character_key = ?
           AND EXISTS (SELECT 1 FROM uploads u WHERE u.job_id = j.id AND u.state = 'pending')`,
        characterKey,
      );
      return { count: images.length, jobs };
    });
  }

  /** The store that unfinished uploads of a job wait for; undefined when there are none. */
  storeOf(jobId: number): string | undefined {
    const sql = `SELECT store FROM uploads WHERE job_id = ? AND state = ? LIMIT 1`;
    const waiting = this.connection.get<{ store: string }>(sql, jobId, 'pending');
    return (waiting ?? this.connection.get<{ store: string }>(sql, jobId, 'failed'))?.store;
  }

  /** Failed and pending uploads of a job. */
  open(jobId: number): { pending: number; failed: number } {
    const row = this.connection.get<{ pending: number; failed: number }>(
      `SELECT (SELECT COUNT(*) FROM uploads WHERE job_id = ? AND state = 'pending') pending,
              (SELECT COUNT(*) FROM uploads WHERE job_id = ? AND state = 'failed') failed`,
      jobId,
      jobId,
    );
    return { pending: row?.pending ?? 0, failed: row?.failed ?? 0 };
  }
}
