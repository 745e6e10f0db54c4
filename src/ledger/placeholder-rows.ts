/** Rows of placeholders: as what they are, and as the images that they are shown as. */
import type { Connection } from './connection.ts';
import { absolutePath } from './paths.ts';
import type { Image } from './records.ts';

/** A picture that stands in for a shot. It has the number that the shot's own picture will have. */
export interface Placeholder {
  shotId: number;
  jobId: number;
  characterKey: number;
  characterId: string;
  number: number;
  filename: string;
  /** Absolute. */
  path: string;
  /** Of its file, whether that is there by now or not; in lower-case hex. */
  sha256: string;
  /** `named`: its file may not be there yet. */
  state: 'named' | 'stored';
}

/** Placeholders (`p`) with their shots (`s`). */
export const SELECT = 'SELECT p.* FROM placeholders p JOIN shots s ON s.id = p.shot_id';
/** The same with all that `asImage` needs. */
export const AS_IMAGE = `SELECT p.*, s.kind, s.name shot, s.seed, s.prompt, s.source_image_id
  FROM placeholders p JOIN shots s ON s.id = p.shot_id`;

/** The number that the placeholder of a shot has kept for its picture; undefined: none, or another picture has it. */
export function numberKept(connection: Connection, shotId: number): number | undefined {
  const sql = `SELECT p.number FROM placeholders p WHERE p.shot_id = ? AND NOT EXISTS
    (SELECT 1 FROM images i WHERE i.character_id = p.character_id AND i.number = p.number)`;
  return connection.get<{ number: number }>(sql, shotId)?.number;
}

interface PlaceholderRow {
  shot_id: number;
  job_id: number;
  character_key: number;
  character_id: string;
  number: number;
  filename: string;
  path: string;
  sha256: string;
  state: Placeholder['state'];
}

/** A placeholder of a row. */
export function placeholderOf(row: PlaceholderRow, folder: string | undefined): Placeholder {
  return {
    shotId: row.shot_id,
    jobId: row.job_id,
    characterKey: row.character_key,
    characterId: row.character_id,
    number: row.number,
    filename: row.filename,
    path: absolutePath(folder, row.path),
    sha256: row.sha256,
    state: row.state,
  };
}

interface ImageRow extends PlaceholderRow {
  sha256: string;
  size_bytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  created_at_ms: number;
  kind: Image['kind'];
  shot: string;
  seed: number;
  prompt: string;
  source_image_id: number | null;
}

/** A placeholder as it is shown among the images. */
export function asImage(row: ImageRow, folder: string | undefined): Image {
  return {
    ...placeholderOf(row, folder),
    id: 0,
    attemptId: null,
    kind: row.kind,
    shot: row.shot,
    state: 'stored',
    isPlaceholder: true,
    sha256: row.sha256,
    md5: '',
    sizeBytes: row.size_bytes,
    width: row.width,
    height: row.height,
    format: row.format,
    provider: row.provider,
    model: row.model,
    seed: row.seed,
    seedHonored: 'yes',
    prompt: row.prompt,
    costMicros: 0,
    thumbnail: null,
    upload: null,
    review: null,
    favorite: false,
    supersededBy: null,
    sourceImageId: row.source_image_id,
    createdAtMs: row.created_at_ms,
  };
}
