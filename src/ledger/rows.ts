/**
 * Rows of characters, jobs and shots, and the one place where they become what the ledger returns: JSON is parsed
 * here.
 */
import type { Connection } from './connection.ts';
import type { Job, RegisteredCharacter, Shot } from './records.ts';
import { absoluteSettings, absoluteShotSettings } from './settings.ts';

/** A row of characters. */
export interface CharacterRow {
  key: number;
  id: string;
  owner: string;
  name: string;
  seed: number;
  attributes: string;
  locked: string;
  gallery_planned: number;
  created_at_ms: number;
}

/** A row of jobs. */
export interface JobRow {
  id: number;
  key: string | null;
  character_key: number;
  character_id: string;
  kind: Job['kind'];
  fingerprint: string;
  plan_hash: string;
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
  name: string;
  kind: Shot['kind'];
  look: string;
  prompt: string;
  seed: number;
  settings: string;
  state: Shot['state'];
  after_shot: number | null;
  replaces_image_id: number | null;
  source_image_id: number | null;
  take_of: number | null;
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

/** The character of a row. */
export function characterOf(row: CharacterRow): RegisteredCharacter {
  return {
    key: row.key,
    id: row.id,
    name: row.name,
    seed: row.seed,
    attributes: JSON.parse(row.attributes) as RegisteredCharacter['attributes'],
    locked: JSON.parse(row.locked) as RegisteredCharacter['locked'],
    owner: row.owner === '' ? null : row.owner,
    galleryPlanned: row.gallery_planned,
    createdAtMs: row.created_at_ms,
  };
}

/** The job of a row. */
export function jobOf(row: JobRow, folder: string | undefined): Job {
  return {
    id: row.id,
    key: row.key,
    characterKey: row.character_key,
    characterId: row.character_id,
    kind: row.kind,
    fingerprint: row.fingerprint,
    planHash: row.plan_hash,
    settings: absoluteSettings(folder, JSON.parse(row.settings) as Job['settings']),
    priority: row.priority,
    state: row.state,
    imageCount: row.image_count,
    createdAtMs: row.created_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}

/** The shot of a row. */
export function shotOf(row: ShotRow, folder: string | undefined): Shot {
  return {
    id: row.id,
    jobId: row.job_id,
    name: row.name,
    kind: row.kind,
    look: JSON.parse(row.look) as Shot['look'],
    prompt: row.prompt,
    seed: row.seed,
    settings: absoluteShotSettings(folder, JSON.parse(row.settings) as Shot['settings']),
    state: row.state,
    afterShot: row.after_shot,
    replacesImageId: row.replaces_image_id,
    sourceImageId: row.source_image_id,
    takeOf: row.take_of,
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

/** Whether somebody has canceled the job. */
export function isCanceled(connection: Connection, jobId: number): boolean {
  const row = connection.get<Pick<JobRow, 'state'>>('SELECT state FROM jobs WHERE id = ?', jobId);
  return row?.state === 'canceled';
}

/** A job that must be there. */
export function jobById(connection: Connection, id: number): Job {
  const job = connection.one(jobOf, 'SELECT * FROM jobs WHERE id = ?', id);
  if (!job) throw new Error(`job ${id} is not in the ledger`);
  return job;
}

/** A shot that must be there. */
export function shotById(connection: Connection, id: number): Shot {
  const shot = connection.one(shotOf, 'SELECT * FROM shots WHERE id = ?', id);
  if (!shot) throw new Error(`shot ${id} is not in the ledger`);
  return shot;
}

/** A character that must be there. */
export function characterByKey(connection: Connection, key: number): RegisteredCharacter {
  const character = connection.one(characterOf, 'SELECT * FROM characters WHERE key = ?', key);
  if (!character) throw new Error(`character ${key} is not in the ledger`);
  return character;
}
