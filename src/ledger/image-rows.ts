/** Rows of images with their uploads, and how they are read: one query, whatever their number. */
import type { Connection, SqlValue } from './connection.ts';
import { absolutePath } from './paths.ts';
import type { Image, StoredDetails, Upload } from './records.ts';

interface ImageRow {
  id: number;
  character_key: number;
  character_id: string;
  number: number;
  shot_id: number | null;
  job_id: number | null;
  attempt_id: number | null;
  kind: Image['kind'];
  shot: string;
  filename: string;
  path: string | null;
  state: Image['state'];
  sha256: string;
  md5: string;
  size_bytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  seed: number;
  seed_honoured: Image['seedHonored'];
  prompt: string;
  cost_micros: number;
  thumbnail: string | null;
  store: string | null;
  review: Image['review'];
  favorite: number;
  superseded_by: number | null;
  source_image_id: number | null;
  created_at_ms: number;
  upload_key: string | null;
  upload_state: Upload['state'] | null;
  upload_details: string | null;
  upload_owner: string | null;
  upload_tries: number | null;
  upload_not_before_ms: number | null;
  upload_message: string | null;
}

const COLUMNS = `i.*, u.key upload_key, u.state upload_state, u.details upload_details, u.owner upload_owner,
  u.tries upload_tries, u.not_before_ms upload_not_before_ms, u.message upload_message`;
const UPLOAD = 'LEFT JOIN uploads u ON u.image_id = i.id AND u.store = i.store';

/** Which images (`i`), with their uploads (`u`), and by which index of images. */
export interface ImageQuery {
  where: string;
  index?: string;
}

/** The images that fit. `where` may go on with ORDER BY and LIMIT. */
export function imagesWhere(connection: Connection, query: ImageQuery, ...values: SqlValue[]): Image[] {
  const by = query.index === undefined ? '' : `INDEXED BY ${query.index}`;
  return connection.many(imageOf, `SELECT ${COLUMNS} FROM images i ${by} ${UPLOAD} WHERE ${query.where}`, ...values);
}

/** The first image that fits. */
export function imageWhere(connection: Connection, query: ImageQuery, ...values: SqlValue[]): Image | undefined {
  return imagesWhere(connection, { ...query, where: `${query.where} LIMIT 1` }, ...values)[0];
}

/** An image that must be there. */
export function imageById(connection: Connection, id: number): Image {
  const image = imageWhere(connection, { where: 'i.id = ?' }, id);
  if (!image) throw new Error(`image ${id} is not in the ledger`);
  return image;
}

function imageOf(row: ImageRow, folder: string | undefined): Image {
  return {
    id: row.id,
    characterKey: row.character_key,
    characterId: row.character_id,
    number: row.number,
    shotId: row.shot_id,
    jobId: row.job_id,
    attemptId: row.attempt_id,
    kind: row.kind,
    shot: row.shot,
    filename: row.filename,
    path: row.path === null ? null : absolutePath(folder, row.path),
    state: row.state,
    sha256: row.sha256,
    md5: row.md5,
    sizeBytes: row.size_bytes,
    width: row.width,
    height: row.height,
    format: row.format,
    provider: row.provider,
    model: row.model,
    seed: row.seed,
    seedHonored: row.seed_honoured,
    prompt: row.prompt,
    costMicros: row.cost_micros,
    thumbnail: row.thumbnail === null ? null : absolutePath(folder, row.thumbnail),
    upload: uploadOf(row),
    review: row.review,
    favorite: row.favorite === 1,
    supersededBy: row.superseded_by,
    sourceImageId: row.source_image_id,
    createdAtMs: row.created_at_ms,
  };
}

function uploadOf(row: ImageRow): Upload | null {
  if (row.store === null || row.upload_state === null) return null;
  return {
    store: row.store,
    state: row.upload_state,
    key: row.upload_key,
    details: JSON.parse(row.upload_details ?? '{}') as StoredDetails,
    owner: row.upload_owner,
    tries: row.upload_tries ?? 0,
    notBeforeMs: row.upload_not_before_ms ?? 0,
    message: row.upload_message,
  };
}
