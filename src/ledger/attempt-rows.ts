/** Rows of attempts with their references, and how they are read. */
import type { Reference, ReferenceRole } from '../shot.ts';
import type { Connection, SqlValue } from './connection.ts';
import { absolutePath, keptPath } from './paths.ts';
import type { Attempt, AttemptRequest } from './records.ts';

interface AttemptRow {
  id: number;
  key: string;
  shot_id: number;
  job_id: number;
  ordinal: number;
  provider: string;
  model: string;
  request: string;
  /** JSON of `ReferenceRow[]`, by position. */
  references_json: string;
  state: Attempt['state'];
  remote_id: string | null;
  url: string | null;
  staged: string | null;
  outcome: Attempt['outcome'];
  message: string | null;
  seed_honoured: Attempt['seedHonored'];
  usage: string | null;
  account: string;
  sent: string | null;
  intent_at_ms: number;
  sent_at_ms: number | null;
  accepted_at_ms: number | null;
  ended_at_ms: number | null;
}

interface ReferenceRow {
  role: ReferenceRole;
  sha256: string;
  path: string;
  mime: Reference['mime'];
  sizeBytes: number;
}

const SELECT = `SELECT a.*, (
    SELECT json_group_array(
      json_object('role', r.role, 'sha256', r.sha256, 'path', r.path, 'mime', r.mime, 'sizeBytes', r.size_bytes)
      ORDER BY r.position)
    FROM image_references r WHERE r.attempt_id = a.id) references_json
  FROM attempts a`;

/** The first attempt (`a`) that fits. */
export function attemptWhere(connection: Connection, where: string, ...values: SqlValue[]): Attempt | undefined {
  const row = connection.get<AttemptRow>(`${SELECT} WHERE ${where} LIMIT 1`, ...values);
  return row && attemptOf(row, connection.folder);
}

/** All attempts of a shot in their order, each with what it has cost. */
export function attemptsOfShot(connection: Connection, shotId: number): { attempt: Attempt; spentMicros: number }[] {
  const rows = connection.all<AttemptRow & { spent: number }>(
    SELECT.replace(
      'FROM attempts a',
      `, (SELECT COALESCE(SUM(p.spent_micros), 0) FROM reservations p WHERE p.attempt_id = a.id) spent FROM attempts a
        WHERE a.shot_id = ? ORDER BY a.ordinal`,
    ),
    shotId,
  );
  return rows.map((row) => ({ attempt: attemptOf(row, connection.folder), spentMicros: row.spent }));
}

/** Keeps the references of an attempt. In the transaction that inserts it. */
export function keepReferences(connection: Connection, attemptId: number, references: readonly Reference[]): void {
  for (const [position, reference] of references.entries()) {
    connection.run(
      `INSERT INTO image_references (attempt_id, position, role, sha256, path, mime, size_bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?)`,
      attemptId,
      position,
      reference.role ?? 'face',
      reference.sha256,
      keptPath(connection.folder, reference.path),
      reference.mime,
      reference.sizeBytes,
    );
  }
}

function attemptOf(row: AttemptRow, folder: string | undefined): Attempt {
  const references = (JSON.parse(row.references_json) as ReferenceRow[]).map((reference) => ({
    ...reference,
    path: absolutePath(folder, reference.path),
  }));
  return {
    id: row.id,
    key: row.key,
    shotId: row.shot_id,
    jobId: row.job_id,
    ordinal: row.ordinal,
    provider: row.provider,
    model: row.model,
    request: { ...(JSON.parse(row.request) as Omit<AttemptRequest, 'references'>), references },
    state: row.state,
    remoteId: row.remote_id,
    url: row.url,
    staged: row.staged === null ? null : absolutePath(folder, row.staged),
    outcome: row.outcome,
    message: row.message,
    seedHonored: row.seed_honoured,
    usage: row.usage === null ? null : (JSON.parse(row.usage) as unknown),
    account: row.account,
    sent: row.sent === null ? {} : (JSON.parse(row.sent) as Attempt['sent']),
    intentAtMs: row.intent_at_ms,
    sentAtMs: row.sent_at_ms,
    acceptedAtMs: row.accepted_at_ms,
    endedAtMs: row.ended_at_ms,
  };
}
