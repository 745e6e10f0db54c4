/**
 * A ledger of 1,000 packs of 1,000 shots, as years of use would leave it: made in bulk, in the tables that the ledger
 * made.
 */
import Sqlite from 'better-sqlite3';
import { settingsOf } from '../support/settings.ts';

export const JOBS = 1000;
export const SHOTS_OF_JOB = 1000;
export const CHARACTERS = 20;
/** Jobs from this one on (200 of them) are open; those before have ended with all pictures made. */
export const OPEN_JOB = 801;

const PROMPT = (
  'A photograph of a woman in her mid-twenties with long wavy auburn hair and green eyes, freckles, ' +
  'walking along a harbour at dusk, three-quarter view, 85mm lens, natural light, calm expression '
).repeat(2);
const SETTINGS = JSON.stringify(
  settingsOf({
    provider: 'local',
    model: 'm',
    width: 1024,
    height: 1024,
    output: '/p',
    thumbnails: true,
    caps: { perImageMicros: 1e9, perRunMicros: 1e12, perDayMicros: 1e12 },
    concurrency: 4,
  }),
);
const DAY_MS = 86_400_000;

/** Fills an empty ledger. Every tenth done job has its pictures waiting for their upload, the first included. */
export function fillLedger(file: string): void {
  const db = new Sqlite(file);
  db.pragma('synchronous = OFF');
  db.pragma('cache_size = -400000');
  db.function('day_of', { deterministic: true }, (ms) => new Date(Number(ms)).toISOString().slice(0, 10));
  const begunMs = Date.now() - 300 * DAY_MS;
  const all = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)`;
  const total = JOBS * SHOTS_OF_JOB;
  const done = (OPEN_JOB - 1) * SHOTS_OF_JOB;
  const run = (sql: string, ...values: unknown[]) => db.prepare(sql).run(...values);
  db.transaction(() => {
    run(
      `${all} INSERT INTO characters (key, id, name, seed, attributes, locked, gallery_planned, created_at_ms)
      SELECT i, 'c' || (i - 1), 'C', 1, '{}', '{}', ${total / CHARACTERS}, ${begunMs} FROM n`,
      CHARACTERS,
    );
    run(
      `${all} INSERT INTO jobs (id, character_key, character_id, kind, fingerprint, settings, priority, state,
        image_count, created_at_ms)
      SELECT i, 1 + i % ${CHARACTERS}, 'c' || (i % ${CHARACTERS}), 'pack', 'f' || i, '${SETTINGS}', 1,
        CASE WHEN i < ${OPEN_JOB} THEN 'ended' ELSE 'open' END, ${SHOTS_OF_JOB}, ${begunMs} FROM n`,
      JOBS,
    );
    run(
      `${all} INSERT INTO shots (id, job_id, name, kind, look, prompt, seed, state, outcome)
      SELECT i, (i - 1) / ${SHOTS_OF_JOB} + 1, 'gallery-' || i,
        CASE WHEN i <= 20000 AND i % 1000 = 1 THEN 'avatar' ELSE 'gallery' END, '{}', '${PROMPT}', 1,
        CASE WHEN i <= ${done} THEN 'done' ELSE 'queued' END, CASE WHEN i <= ${done} THEN 'done' END FROM n`,
      total,
    );
    run(`INSERT INTO attempts (id, key, shot_id, job_id, ordinal, provider, model, account, request, state,
      outcome, seed_honoured, intent_at_ms, ended_at_ms)
      SELECT id, 'key-' || id, id, job_id, 1, 'local', 'm', 'local:', '{}', 'settled', 'done', 'yes',
        ${begunMs} + id * 20000, ${begunMs} + id * 20000 + 5000 FROM shots WHERE state = 'done'`);
    run(`INSERT INTO reservations (attempt_id, job_id, shot_id, day, provider, model, reserved_micros,
      expected_micros, spent_micros, state)
      SELECT id, job_id, shot_id, day_of(intent_at_ms), provider, model, 10, 10, 10, 'spent' FROM attempts`);
    run(`INSERT INTO images (id, character_key, character_id, number, shot_id, job_id, attempt_id, kind, shot,
      filename, path, state, sha256, md5, size_bytes, width, height, format,
        provider, model, seed, seed_honoured, prompt, cost_micros, store, created_at_ms)
      SELECT s.id, j.character_key, j.character_id, s.id, s.id, s.job_id, s.id, s.kind, s.name,
      j.character_id || '_image_' || printf('%05d', s.id) || '.png', '/p/' || s.id, 'stored',
        '${'a'.repeat(64)}', '${'b'.repeat(32)}', 1, 1, 1, 'png', 'local', 'm', 1, 'yes', s.prompt, 10, 'cloudinary',
        ${begunMs} + s.id * 20000 FROM shots s JOIN jobs j ON j.id = s.job_id WHERE s.state = 'done'`);
    run(`INSERT INTO uploads (image_id, store, job_id, state, key)
      SELECT id, 'cloudinary', job_id, CASE WHEN job_id % 10 = 1 THEN 'pending' ELSE 'done' END, filename FROM images`);
    run(`INSERT INTO numbers (character_id, next) SELECT id, 2000000 FROM characters`);
    run(`INSERT INTO totals SELECT 'job:' || job_id, 0, SUM(spent_micros) FROM reservations GROUP BY job_id`);
    run(`INSERT INTO totals SELECT 'day:' || day, 0, SUM(spent_micros) FROM reservations GROUP BY day`);
    run(
      `${all} INSERT INTO events (at_ms, job_id, shot_id, event, body) SELECT ${begunMs},
        (i - 1) / ${2 * SHOTS_OF_JOB} + 1, i / 2, 'generation_completed', '{"event":"generation_completed"}' FROM n`,
      2 * done,
    );
  })();
  db.pragma('wal_checkpoint(TRUNCATE)');
  db.close();
}
