/** What a ledger holds between two commands. Read by SQL of its own; no word of the program is trusted. */
import { existsSync } from 'node:fs';
import Sqlite from 'better-sqlite3';
import { moneyProblems } from '../support/harness/money.ts';

export interface JobRow {
  id: number;
  kind: 'create' | 'avatar' | 'pack' | 'reroll';
  key: string | null;
  state: string;
  images: number;
  provider: string;
  model: string;
  /** JSON: names. */
  fallback: string;
  /** JSON. */
  settings: string;
  shots: number;
}

export interface ShotRow {
  id: number;
  jobId: number;
  kind: string;
  prompt: string;
  seed: number;
  state: string;
  /** What counts as spent, and what is reserved, in micro-dollars. */
  heldMicros: number;
  /** Requests that count as paid, or may yet. */
  paid: number;
}

export interface AttemptRow {
  id: number;
  shotId: number;
  jobId: number;
  provider: string;
  model: string;
  remoteId: string | null;
  /** 1: its request was announced. */
  isSent: number;
}

export interface PictureRow {
  id: number;
  shotId: number;
  name: string;
  path: string;
  state: string;
  review: string | null;
}

/** Everything, in the order of its ids. */
export interface Snapshot {
  jobs: JobRow[];
  shots: ShotRow[];
  attempts: AttemptRow[];
  pictures: PictureRow[];
  /** Broken promises of the books themselves. */
  problems: string[];
}

const NOTHING: Snapshot = { jobs: [], shots: [], attempts: [], pictures: [], problems: [] };

/** Reads a ledger; empty where there is none yet. */
export function snapshotOf(ledger: string): Snapshot {
  if (!existsSync(ledger)) return NOTHING;
  const db = new Sqlite(ledger, { readonly: true, fileMustExist: true });
  try {
    const all = (sql: string): unknown[] => db.prepare(sql).all();
    const integrity = db.pragma('integrity_check', { simple: true });
    return {
      jobs: all(
        `SELECT id, kind, key, state, image_count images, settings ->> 'provider' provider, settings ->> 'model' model,
           COALESCE(settings -> 'fallback', '[]') fallback, settings,
           (SELECT COUNT(*) FROM shots s WHERE s.job_id = j.id) shots FROM jobs j ORDER BY id`,
      ) as JobRow[],
      shots: all(
        `SELECT id, job_id jobId, kind, prompt, seed, state,
           (SELECT COALESCE(SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE spent_micros END), 0)
              FROM reservations r WHERE r.shot_id = s.id) heldMicros,
           (SELECT COUNT(*) FROM reservations r WHERE r.shot_id = s.id AND state <> 'released'
              AND reserved_micros > 0) paid FROM shots s ORDER BY id`,
      ) as ShotRow[],
      attempts: all(
        `SELECT id, shot_id shotId, job_id jobId, provider, model, remote_id remoteId,
           sent_at_ms IS NOT NULL isSent FROM attempts ORDER BY id`,
      ) as AttemptRow[],
      pictures: all(
        `SELECT id, shot_id shotId, character_id || '/' || number name, path, state, review FROM images ORDER BY id`,
      ) as PictureRow[],
      problems: [...(integrity === 'ok' ? [] : [`integrity_check: ${String(integrity)}`]), ...moneyProblems(db, {})],
    };
  } catch (error) {
    // A process was killed before the first table was there.
    if (/no such table/.test(String(error))) return NOTHING;
    throw error;
  } finally {
    db.close();
  }
}
