/** Who worked on the ledger, and what was told of it. */
export const LOG_TABLES = `
CREATE TABLE owners (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  started_at_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  job_id INTEGER NOT NULL,
  shot_id INTEGER,
  event TEXT NOT NULL,
  body TEXT NOT NULL                   -- JSON: the public event
) STRICT;
CREATE INDEX events_by_job ON events (job_id, id);
`;
