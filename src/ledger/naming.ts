/** From a whole file to a finished shot: T5 and T6 of docs/ledger.md. Inside transactions, with the lease. */
import type { Connection } from './connection.ts';
import { attemptWhere } from './attempt-rows.ts';
import { freeBehindMade } from './blocked.ts';
import { imageById } from './image-rows.ts';
import { endDone, leasedShot } from './lease.ts';
import { takeNumber } from './numbers.ts';
import { keptPath } from './paths.ts';
import { numberKept } from './placeholder-rows.ts';
import type { Attempt, Image, Lease, Shot } from './records.ts';
import { jobById, shotById } from './rows.ts';
import { standBack } from './takes.ts';
import { uploadLater } from './upload-rows.ts';
import { usdOf } from '../money.ts';

/** What is known of a whole, synced file that is about to get its name. */
export interface NewImage {
  sha256: string;
  sizeBytes: number;
  width: number;
  height: number;
  format: string;
  extension: string;
}

/** How a picture is named. With `taken`, a name that turned out to be another file's is passed over. */
export interface ImageNaming {
  nameOf: (number: number) => string;
  /** The absolute path of a file name. */
  pathOf: (filename: string) => string;
  taken?: boolean;
}

/** T5: gives the shot's picture the next number of its slug, for ever; after a crash the one it has. */
export function nameImage(connection: Connection, lease: Lease, what: { image: NewImage; naming: ImageNaming }): Image {
  const { image, naming } = what;
  const shot = leasedShot(connection, lease);
  const before = connection.get<Before>(
    `SELECT id, number, attempt_id attemptId, sha256 FROM images WHERE shot_id = ? AND state = 'named'`,
    lease.shotId,
  );
  const isSame = before?.attemptId === lease.attemptId && before.sha256 === image.sha256;
  if (before && isSame && !naming.taken) return imageById(connection, before.id);
  const kept = naming.taken ? undefined : (before?.number ?? numberKept(connection, lease.shotId));
  const number = kept ?? takeNumber(connection, lease.characterId);
  const filename = naming.nameOf(number);
  const name = { number, filename, path: naming.pathOf(filename) };
  if (before && isSame) return imageById(connection, rename(connection, before.id, name));
  // An earlier attempt named a picture that was lost before it was linked: the row is that of the new one.
  if (before) connection.run('DELETE FROM images WHERE id = ?', before.id);
  return imageById(connection, insertImage(connection, { lease, shot, image, name }));
}

interface Before {
  id: number;
  number: number;
  attemptId: number | null;
  sha256: string;
}

interface Name {
  number: number;
  filename: string;
  path: string;
}

function rename(connection: Connection, imageId: number, name: Name): number {
  connection.run(
    'UPDATE images SET number = ?, filename = ?, path = ? WHERE id = ?',
    name.number,
    name.filename,
    keptPath(connection.folder, name.path),
    imageId,
  );
  return imageId;
}

function insertImage(connection: Connection, of: { lease: Lease; shot: Shot; image: NewImage; name: Name }): number {
  const { lease, shot, image, name } = of;
  const attempt = attemptOf(connection, lease);
  const job = jobById(connection, lease.jobId);
  return connection.insert(
    `INSERT INTO images (character_key, character_id, number, shot_id, job_id, attempt_id, kind, shot, filename,
      path, state,
       sha256, size_bytes, width, height, format, provider, model, seed, seed_honoured, prompt,
       cost_micros, source_image_id, created_at_ms)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'named', ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    job.characterKey,
    lease.characterId,
    name.number,
    lease.shotId,
    lease.jobId,
    lease.attemptId,
    shot.kind,
    shot.name,
    name.filename,
    keptPath(connection.folder, name.path),
    image.sha256,
    image.sizeBytes,
    image.width,
    image.height,
    image.format,
    attempt.provider,
    attempt.model,
    shot.seed,
    attempt.seedHonored ?? 'unknown',
    shot.prompt,
    costOfShot(connection, lease.shotId),
    shot.sourceImageId,
    connection.now(),
  );
}

/** T6: the file is linked under its name and synced: the shot is done. `url`: where it can be seen now. */
export function finishShot(connection: Connection, lease: Lease, done: { imageId: number; url: string }): Image {
  const { imageId, url } = done;
  const shot = leasedShot(connection, lease);
  const { store } = jobById(connection, lease.jobId).settings;
  connection.run(`UPDATE images SET state = 'stored' WHERE id = ?`, imageId);
  if (store !== 'none') uploadLater(connection, { imageId, jobId: lease.jobId, store });
  if (shot.takeOf !== null) standBack(connection, shot.takeOf, imageId);
  else if (shot.replacesImageId !== null) supersede(connection, shot.replacesImageId, imageId);
  endDone(connection, lease);
  freeBehindMade(connection, lease.shotId);
  const image = imageById(connection, imageId);
  recordCompleted(connection, { lease, shot, image });
  if (image.upload === null) recordStored(connection, image, url);
  return image;
}

/** Another take of a picture is there. Another take of the chosen face is the face. */
function supersede(connection: Connection, beforeId: number, imageId: number): void {
  connection.run('UPDATE images SET superseded_by = ? WHERE id = ?', imageId, beforeId);
  connection.run('UPDATE characters SET avatar_image_id = ? WHERE avatar_image_id = ?', imageId, beforeId);
}

/** Tells that a picture can be seen at this address. Inside the transaction that makes it so. */
export function recordStored(connection: Connection, image: Image, url: string): void {
  if (image.jobId === null) return;
  connection.record(
    image.jobId,
    {
      event: 'image_stored',
      shot: image.shot,
      character_id: image.characterId,
      size_bytes: image.sizeBytes,
      url,
      filename: image.filename,
    },
    image.shotId,
  );
}

function recordCompleted(connection: Connection, of: { lease: Lease; shot: Shot; image: Image }): void {
  const { lease, shot, image } = of;
  connection.record(
    lease.jobId,
    {
      event: 'generation_completed',
      shot: lease.shot,
      character_id: lease.characterId,
      duration_ms: Math.max(0, connection.now() - beganMs(connection, lease)),
      cost_usd: usdOf(image.costMicros),
      seed: shot.seed,
      seed_honoured: image.seedHonored,
      ...(shot.takeOf === null ? {} : { take_of: shotById(connection, shot.takeOf).name }),
    },
    lease.shotId,
  );
}

function attemptOf(connection: Connection, { attemptId }: Lease): Attempt {
  const attempt = attemptWhere(connection, 'a.id = ?', attemptId);
  if (!attempt) throw new Error(`attempt ${attemptId} is not in the ledger`);
  return attempt;
}

/** When the attempt was sent; when this process went on with it, where another had sent it: a pause is no work. */
export function beganMs(connection: Connection, { attemptId }: Lease): number {
  const sql = 'SELECT COALESCE(taken_over_at_ms, sent_at_ms, intent_at_ms) at FROM attempts WHERE id = ?';
  return connection.get<{ at: number }>(sql, attemptId)?.at ?? connection.now();
}

/** What all attempts of a shot have cost. */
export function costOfShot(connection: Connection, shotId: number): number {
  const sum = 'SELECT COALESCE(SUM(spent_micros), 0) n FROM reservations WHERE shot_id = ?';
  return connection.get<{ n: number }>(sum, shotId)?.n ?? 0;
}
