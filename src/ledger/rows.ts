/** The ledger's rows, and the one place where a row becomes what the ledger hands out: JSON is parsed here, once. */
import type { Attempt, Image, Job, RegisteredCharacter, Shot } from './records.ts';

/** A row of characters. */
export interface CharacterRow {
  id: string;
  name: string;
  seed: number;
  attributes: string;
  locked: string;
  owner: string | null;
  next_number: number;
  gallery_planned: number;
  created_at_ms: number;
}

/** A row of jobs. */
export interface JobRow {
  id: number;
  key: string | null;
  character_id: string;
  kind: Job['kind'];
  fingerprint: string;
  settings: string;
  priority: number;
  state: Job['state'];
  image_count: number;
  created_at_ms: number;
  ended_at_ms: number | null;
}

/** A row of shots. */
export interface ShotRow {
  id: number;
  job_id: number;
  character_id: string;
  key: string;
  name: string;
  kind: Shot['kind'];
  look: string;
  prompt: string;
  seed: number;
  state: Shot['state'];
  after_shot: number | null;
  not_before_ms: number;
  owner: string | null;
  token: number;
  attempts: number;
  limited: number;
  limited_epoch: number;
  outcome: Shot['outcome'];
  message: string | null;
  ended_at_ms: number | null;
}

/** A row of attempts. */
export interface AttemptRow {
  id: number;
  key: string;
  shot_id: number;
  job_id: number;
  ordinal: number;
  provider: string;
  model: string;
  request_hash: string;
  request: string;
  state: Attempt['state'];
  remote_id: string | null;
  url: string | null;
  staged: string | null;
  outcome: Attempt['outcome'];
  message: string | null;
  seed_honoured: Attempt['seedHonoured'];
  usage: string | null;
  intent_at_ms: number;
  accepted_at_ms: number | null;
  ended_at_ms: number | null;
}

/** A row of images. */
export interface ImageRow {
  id: number;
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
  seed_honoured: Image['seedHonoured'];
  prompt: string;
  cost_micros: number;
  thumbnail: string | null;
  store: string | null;
  upload: Image['upload'];
  upload_owner: string | null;
  upload_tries: number;
  upload_not_before_ms: number;
  upload_message: string | null;
  public_id: string | null;
  url: string | null;
  thumbnail_url: string | null;
  mark: Image['mark'];
  created_at_ms: number;
}

/** The character of a row. */
export function characterOf(row: CharacterRow): RegisteredCharacter {
  return {
    id: row.id,
    name: row.name,
    seed: row.seed,
    attributes: JSON.parse(row.attributes) as RegisteredCharacter['attributes'],
    locked: JSON.parse(row.locked) as RegisteredCharacter['locked'],
    owner: row.owner,
    nextNumber: row.next_number,
    galleryPlanned: row.gallery_planned,
    createdAtMs: row.created_at_ms,
  };
}

/** The job of a row. */
export function jobOf(row: JobRow): Job {
  return {
    id: row.id,
    key: row.key,
    characterId: row.character_id,
    kind: row.kind,
    fingerprint: row.fingerprint,
    settings: JSON.parse(row.settings) as Job['settings'],
    priority: row.priority,
    state: row.state,
    imageCount: row.image_count,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}

/** The shot of a row. */
export function shotOf(row: ShotRow): Shot {
  return {
    id: row.id,
    jobId: row.job_id,
    characterId: row.character_id,
    key: row.key,
    name: row.name,
    kind: row.kind,
    look: JSON.parse(row.look) as Shot['look'],
    prompt: row.prompt,
    seed: row.seed,
    state: row.state,
    afterShot: row.after_shot,
    notBeforeMs: row.not_before_ms,
    owner: row.owner,
    token: row.token,
    attempts: row.attempts,
    limited: row.limited,
    limitedEpoch: row.limited_epoch,
    outcome: row.outcome,
    message: row.message,
    endedAtMs: row.ended_at_ms,
  };
}

/** The attempt of a row. */
export function attemptOf(row: AttemptRow): Attempt {
  return {
    id: row.id,
    key: row.key,
    shotId: row.shot_id,
    jobId: row.job_id,
    ordinal: row.ordinal,
    provider: row.provider,
    model: row.model,
    requestHash: row.request_hash,
    request: JSON.parse(row.request) as Attempt['request'],
    state: row.state,
    remoteId: row.remote_id,
    url: row.url,
    staged: row.staged,
    outcome: row.outcome,
    message: row.message,
    seedHonoured: row.seed_honoured,
    usage: row.usage === null ? null : (JSON.parse(row.usage) as unknown),
    intentAtMs: row.intent_at_ms,
    acceptedAtMs: row.accepted_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}

/** The image of a row. */
export function imageOf(row: ImageRow): Image {
  return {
    id: row.id,
    characterId: row.character_id,
    number: row.number,
    shotId: row.shot_id,
    jobId: row.job_id,
    attemptId: row.attempt_id,
    kind: row.kind,
    shot: row.shot,
    filename: row.filename,
    path: row.path,
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
    seedHonoured: row.seed_honoured,
    prompt: row.prompt,
    costMicros: row.cost_micros,
    thumbnail: row.thumbnail,
    store: row.store,
    upload: row.upload,
    uploadOwner: row.upload_owner,
    uploadTries: row.upload_tries,
    uploadNotBeforeMs: row.upload_not_before_ms,
    uploadMessage: row.upload_message,
    publicId: row.public_id,
    url: row.url,
    thumbnailUrl: row.thumbnail_url,
    mark: row.mark,
    createdAtMs: row.created_at_ms,
  };
}
