/** What was spent, what is held, and what providers let through. */
export const MONEY_TABLES = `
CREATE TABLE reservations (
  attempt_id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL,
  shot_id INTEGER NOT NULL,
  day TEXT NOT NULL,                   -- UTC day on which the request was committed
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  reserved_micros INTEGER NOT NULL,
  expected_micros INTEGER NOT NULL,
  spent_micros INTEGER NOT NULL DEFAULT 0,
  state TEXT NOT NULL DEFAULT 'reserved' CHECK (state IN ('reserved', 'spent', 'doubtful', 'released'))
) STRICT;
CREATE INDEX reservations_by_shot ON reservations (shot_id);
CREATE INDEX reservations_by_job ON reservations (job_id, state);
-- What a service charged above what was held for it: the next ones of the job are held at that price.
CREATE INDEX reservations_above ON reservations (job_id, provider, model, spent_micros)
  WHERE state = 'spent' AND spent_micros > reserved_micros;
CREATE INDEX reservations_by_day ON reservations (day, provider, model);

-- Running sums over reservations by scope (job:12, day:2026-11-21), kept in the transaction that changes one.
-- A doubtful reservation counts as spent.
CREATE TABLE totals (
  scope TEXT PRIMARY KEY,
  reserved_micros INTEGER NOT NULL DEFAULT 0,
  spent_micros INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What a provider's limits are known to be, shared by all processes: one row a provider and key.
CREATE TABLE limits (
  scope TEXT PRIMARY KEY,
  paused_until_ms INTEGER NOT NULL DEFAULT 0,
  window INTEGER,                      -- in flight at most; NULL: not limited
  interval_ms INTEGER NOT NULL DEFAULT 0, -- between two sends, learned from answers 429
  next_send_ms INTEGER NOT NULL DEFAULT 0,
  successes INTEGER NOT NULL DEFAULT 0,
  grow_successes INTEGER NOT NULL DEFAULT 0, -- successes since the window last grew
  failures INTEGER NOT NULL DEFAULT 0, -- unavailable in a row, for the breaker
  opened INTEGER NOT NULL DEFAULT 0,   -- times the breaker opened since the last success
  open_until_ms INTEGER NOT NULL DEFAULT 0,
  as_of_ms INTEGER NOT NULL DEFAULT 0  -- when the row was written
) STRICT, WITHOUT ROWID;
`;
