/** Rows of uploads: who is at them, and how they end. Everything here is called inside a transaction. */
import { SET_BACK_MS } from './clock.ts';
import type { Connection } from './connection.ts';
import { imageById } from './image-rows.ts';
import type { Image } from './records.ts';

/** How many waiting uploads of a job are looked at for one that no other process is at. */
const LOOKED_AT = 50;

interface Waiting {
  imageId: number;
  store: string;
  owner: string | null;
  tries: number;
}

/** Takes the next image of a job whose upload to a store is due and in no running process; undefined: none. */
export function takeUpload(
  connection: Connection,
  { jobId, store }: { jobId: number; store: string },
): Image | undefined {
  const now = connection.now();
  const waiting = connection.all<Waiting>(
    `SELECT image_id imageId, store, owner, tries FROM uploads INDEXED BY uploads_waiting
     WHERE job_id = ? AND state = 'pending' AND store = ? AND (not_before_ms <= ? OR waits_since_ms > ?)
       AND (owner IS NULL OR owner <> ?) ORDER BY image_id LIMIT ?`,
    jobId,
    store,
    now,
    now + SET_BACK_MS,
    connection.owner,
    LOOKED_AT,
  );
  const free = waiting.find(({ owner }) => owner === null || !connection.isRunning(owner));
  if (!free) return undefined;
  connection.run(
    'UPDATE uploads SET owner = ?, tries = ? WHERE image_id = ? AND store = ?',
    connection.owner,
    // That a process ended says nothing of the picture it was uploading: the tries begin anew.
    free.owner === null ? free.tries + 1 : 1,
    free.imageId,
    free.store,
  );
  return imageById(connection, free.imageId);
}

/** True while this process is at the upload, as the image that it took says. */
export function holdsUpload(connection: Connection, { id, upload }: Image): boolean {
  const sql = `SELECT 1 FROM uploads WHERE image_id = ? AND store = ? AND owner = ? AND state = 'pending'`;
  return connection.get(sql, id, upload?.store ?? '', connection.owner) !== undefined;
}

/** The one store that an image goes to, or is shown from; an upload to another that was not finished is given up. */
function showFrom(connection: Connection, imageId: number, store: string): void {
  connection.run('UPDATE images SET store = ? WHERE id = ?', store, imageId);
  connection.run(`DELETE FROM uploads WHERE image_id = ? AND store <> ? AND state <> 'done'`, imageId, store);
}

/** An image is to be uploaded to a store by the runs of this job, and shown from there. */
export function uploadLater(
  connection: Connection,
  of: { imageId: number; jobId: number | null; store: string },
): void {
  showFrom(connection, of.imageId, of.store);
  connection.run(
    `INSERT INTO uploads (image_id, store, job_id) VALUES (?, ?, ?)
     ON CONFLICT (image_id, store) DO UPDATE SET state = 'pending', tries = 0, not_before_ms = 0 WHERE state <> 'done'`,
    of.imageId,
    of.store,
    of.jobId,
  );
}

/** An image is in a store under this key. */
export function uploadDone(
  connection: Connection,
  of: { imageId: number; jobId: number | null; store: string; key: string; details: object },
): void {
  showFrom(connection, of.imageId, of.store);
  connection.run(
    `INSERT INTO uploads (image_id, store, job_id, state, key, details) VALUES (?, ?, ?, 'done', ?, ?)
     ON CONFLICT (image_id, store) DO UPDATE SET state = 'done', owner = NULL, message = NULL, key = excluded.key,
       details = excluded.details`,
    of.imageId,
    of.store,
    of.jobId,
    of.key,
    JSON.stringify(of.details),
  );
}

/** The store of an uploaded image is to be told what a person says of it now. */
export function marksPending(connection: Connection, imageId: number): void {
  connection.run(
    `UPDATE uploads SET details = json_set(details, '$.marksPending', json('true'))
      WHERE image_id = ? AND state = 'done'`,
    imageId,
  );
}

/** The store knows these marks; nothing is noted when they were changed meanwhile. */
export function marksTold(connection: Connection, { id, review, favorite, upload }: Image): void {
  connection.run(
    `UPDATE uploads SET details = json_remove(details, '$.marksPending') WHERE image_id = ? AND store = ? AND EXISTS
      (SELECT 1 FROM images i WHERE i.id = image_id AND i.review IS ? AND i.favorite = ?)`,
    id,
    upload?.store ?? '',
    review,
    Number(favorite),
  );
}
