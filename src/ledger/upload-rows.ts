import type { Connection } from './connection.ts';

/** The one store that an image goes to, or is shown from; an upload to another that was not finished is given up. */
function showFrom(connection: Connection, imageId: number, store: string): void {
  connection.run('UPDATE images SET store = ? WHERE id = ?', store, imageId);
  connection.run(`DELETE FROM uploads WHERE image_id = ? AND store <> ? AND state <> 'done'`, imageId, store);
}

/** An image is to be uploaded to a store by the runs of this job, and shown from there. Inside a transaction. */
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

/** An image is in a store under this key. Inside a transaction. */
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
