/** Rows as the ledger hands them out. */
import type { Outcome } from '../errors.ts';
import type { SeedHonoured } from '../events.ts';
import type { ShotKind } from '../shot.ts';

/** States of a shot (ledger.md). */
export type ShotState = 'queued' | 'leased' | 'done' | 'failed' | 'refused' | 'hold' | 'cancelled';

/** States of an attempt (ledger.md). */
export type AttemptState = 'intent' | 'accepted' | 'generated' | 'settled' | 'rejected' | 'unknown';

/** A character as registered. `attributes` and `locked` are JSON. */
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

/** A job. `settings` is JSON of `JobSettings`. */
export interface JobRow {
  id: number;
  key: string | null;
  character_id: string;
  kind: 'create' | 'pack';
  fingerprint: string;
  settings: string;
  priority: number;
  state: 'open' | 'ended' | 'cancelled';
  image_count: number;
  created_at_ms: number;
  ended_at_ms: number | null;
}

/** A shot. `look` is JSON of `ShotLook`. */
export interface ShotRow {
  id: number;
  job_id: number;
  character_id: string;
  key: string;
  name: string;
  kind: ShotKind;
  look: string;
  prompt: string;
  seed: number;
  state: ShotState;
  after_shot: number | null;
  not_before_ms: number;
  owner: string | null;
  token: number;
  attempts: number;
  limited: number;
  limited_epoch: number;
  outcome: Outcome | 'budget' | null;
  message: string | null;
  ended_at_ms: number | null;
}

/** An attempt. `request` is JSON of what was asked beside prompt and seed. */
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
  state: AttemptState;
  remote_id: string | null;
  url: string | null;
  staged: string | null;
  outcome: string | null;
  message: string | null;
  seed_honoured: SeedHonoured | null;
  usage: string | null;
  intent_at_ms: number;
  accepted_at_ms: number | null;
  ended_at_ms: number | null;
}

/** An image. */
export interface ImageRow {
  id: number;
  character_id: string;
  number: number;
  shot_id: number | null;
  job_id: number | null;
  attempt_id: number | null;
  kind: ShotKind;
  shot: string;
  filename: string;
  path: string | null;
  state: 'named' | 'stored' | 'removed';
  sha256: string;
  md5: string;
  size_bytes: number;
  width: number;
  height: number;
  format: string;
  provider: string;
  model: string;
  seed: number;
  seed_honoured: SeedHonoured;
  prompt: string;
  cost_micros: number;
  thumbnail: string | null;
  store: string | null;
  upload: 'none' | 'pending' | 'done' | 'failed';
  upload_owner: string | null;
  upload_tries: number;
  upload_not_before_ms: number;
  upload_message: string | null;
  public_id: string | null;
  url: string | null;
  thumbnail_url: string | null;
  mark: 'approved' | 'rejected' | 'favourite' | null;
  created_at_ms: number;
}

/** What a job was asked to do with; kept as JSON in the job's row. */
export interface JobSettings {
  provider: string;
  fallback: readonly string[];
  model: string;
  width: number;
  height: number;
  quality?: string;
  /** Absolute folder of all pictures. */
  output: string;
  /** Name of the store, `none` for no upload. */
  store: string;
  thumbnails: boolean;
  requireSeed: boolean;
  /** Absolute paths of the config's reference pictures; empty: the avatar serves. */
  references: readonly string[];
  negativePrompt?: string;
}

/** A shot in this process's hands: every write about it names owner and token. */
export interface Lease {
  shotId: number;
  jobId: number;
  characterId: string;
  /** The shot's name. */
  shot: string;
  attemptId: number;
  token: number;
}
