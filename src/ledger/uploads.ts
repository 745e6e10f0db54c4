import type { Image, Job } from './records.ts';
import { imageOf, jobOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** Where an uploaded image is. */
export interface UploadedTo {
  publicId: string;
  url: string;
  thumbnailUrl?: string;
  /** Of the bytes that were sent, in hex. */
  md5: string;
}

/** A stored moment further away than this was written by a clock that has since been set back. */
const PLAUSIBLE_MS = 2 * 3_600_000;

/** The second step: pictures that are safe on disk on their way to the store. */
export class Uploads {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /**
   * Takes the next image to upload, of these jobs, that no live process is uploading; undefined when there is none now.
   */
  claim(jobIds: readonly number[]): Image | undefined {
    return this.connection.write(() => {
      for (const jobId of jobIds) {
        const rows = this.connection.many(
          imageOf,
          `SELECT * FROM images INDEXED BY images_uploads WHERE job_id = ? AND upload = 'pending'
             AND (upload_not_before_ms <= ? OR upload_not_before_ms > ?) AND (upload_owner IS NULL OR upload_owner <> ?) ORDER BY id LIMIT 50`,
          jobId,
          this.connection.now(),
          this.connection.now() + PLAUSIBLE_MS,
          this.connection.owner,
        );
        const free = rows.find((row) => row.uploadOwner === null || !this.connection.isAlive(row.uploadOwner));
        if (!free) continue;
        // A process that died says nothing of the picture it was uploading: the tries begin anew.
        const tries = free.uploadOwner === null ? free.uploadTries + 1 : 1;
        this.connection.run(
          'UPDATE images SET upload_owner = ?, upload_tries = ? WHERE id = ?',
          this.connection.owner,
          tries,
          free.id,
        );
        return { ...free, uploadOwner: this.connection.owner, uploadTries: tries };
      }
      return undefined;
    });
  }

  /** How many are still to be uploaded, by anybody, and when the next may be tried (epoch ms). */
  pending(jobIds: readonly number[]): { count: number; nextMs: number | undefined } {
    let count = 0;
    let nextMs: number | undefined;
    for (const jobId of jobIds) {
      const row = this.connection.get<{ n: number; at: number | null }>(
        `SELECT COUNT(*) n, MIN(upload_not_before_ms) at FROM images INDEXED BY images_uploads WHERE job_id = ? AND upload = 'pending'`,
        jobId,
      );
      count += row?.n ?? 0;
      if (row?.at !== undefined && row.at !== null) nextMs = Math.min(nextMs ?? Infinity, row.at);
    }
    return { count, nextMs };
  }

  /** The store has it. */
  done(image: Image, to: UploadedTo): void {
    this.connection.write(() => {
      const changed = this.connection.run(
        `UPDATE images SET upload = 'done', upload_owner = NULL, upload_message = NULL, public_id = ?, url = ?, thumbnail_url = ?, md5 = ?
         WHERE id = ? AND upload_owner = ?`,
        to.publicId,
        to.url,
        to.thumbnailUrl ?? null,
        to.md5,
        image.id,
        this.connection.owner,
      );
      if (changed === 0 || image.jobId === null) return;
      this.connection.record(
        image.jobId,
        {
          event: 'image_stored',
          shot: image.shot,
          character_id: image.characterId,
          size_bytes: image.sizeBytes,
          url: to.url,
          filename: image.filename,
        },
        image.shotId,
      );
    });
  }

  /** The store did not take it now: again from `notBeforeMs` (epoch ms) on. `counts`: as one of the tries it has. */
  again(image: Image, how: { message: string; notBeforeMs: number; counts: boolean }): void {
    this.connection.write(() => {
      this.connection.run(
        `UPDATE images SET upload_owner = NULL, upload_message = ?, upload_not_before_ms = ?, upload_tries = MAX(0, upload_tries - ?)
         WHERE id = ? AND upload_owner = ? AND upload = 'pending'`,
        how.message,
        Math.ceil(how.notBeforeMs),
        how.counts ? 0 : 1,
        image.id,
        this.connection.owner,
      );
    });
  }

  /** The store will not take it: left to a later run. */
  givenUp(image: Image, message: string): void {
    this.connection.write(() => {
      this.connection.run(
        `UPDATE images SET upload = 'failed', upload_owner = NULL, upload_message = ?, upload_not_before_ms = 0 WHERE id = ? AND upload_owner = ? AND upload = 'pending'`,
        message,
        image.id,
        this.connection.owner,
      );
    });
  }

  /** Lets an image go that was not uploaded because the run stops. */
  release(image: Image): void {
    this.connection.write(() => {
      this.connection.run(
        'UPDATE images SET upload_owner = NULL, upload_tries = MAX(0, upload_tries - 1) WHERE id = ? AND upload_owner = ?',
        image.id,
        this.connection.owner,
      );
    });
  }

  /**
   * A new run: failed uploads of a job are put back, and the tries of all that wait are forgiven; returns how many had
   * failed.
   */
  retryFailed(jobId: number): number {
    return this.connection.write(() => {
      this.connection.run(
        `UPDATE images SET upload_tries = 0 WHERE job_id = ? AND upload = 'pending' AND upload_owner IS NULL`,
        jobId,
      );
      return this.connection.run(
        `UPDATE images SET upload = 'pending', upload_tries = 0, upload_not_before_ms = 0 WHERE job_id = ? AND upload = 'failed' AND state = 'stored'`,
        jobId,
      );
    });
  }

  /** Marks pictures made with no store for upload; returns how many, and the jobs they belong to. */
  enqueue(characterId: string, store: string): { count: number; jobs: Job[] } {
    return this.connection.write(() => {
      const count = this.connection.run(
        `UPDATE images SET store = ?, upload = 'pending', upload_tries = 0, upload_not_before_ms = 0
         WHERE character_id = ? AND state = 'stored' AND path IS NOT NULL AND upload <> 'done'`,
        store,
        characterId,
      );
      const jobs = this.connection.many(
        jobOf,
        `SELECT DISTINCT j.* FROM jobs j JOIN images i ON i.job_id = j.id WHERE i.character_id = ? AND i.upload = 'pending'`,
        characterId,
      );
      return { count, jobs };
    });
  }

  /** The store that unfinished uploads of a job wait for; undefined when there are none. */
  storeOf(jobId: number): string | undefined {
    return this.connection.get<{ store: string }>(
      `SELECT store FROM images INDEXED BY images_by_job WHERE job_id = ? AND upload IN ('pending', 'failed') AND state = 'stored' AND store IS NOT NULL LIMIT 1`,
      jobId,
    )?.store;
  }

  /** Failed and pending uploads of a job. */
  open(jobId: number): { pending: number; failed: number } {
    const rows = this.connection.all<{ upload: string; n: number }>(
      `SELECT upload, COUNT(*) n FROM images INDEXED BY images_by_job WHERE job_id = ? AND upload IN ('pending', 'failed') AND state = 'stored' GROUP BY upload`,
      jobId,
    );
    const of = (upload: string) => rows.find((row) => row.upload === upload)?.n ?? 0;
    return { pending: of('pending'), failed: of('failed') };
  }
}
