/**
 * The ledger's tables, as a list of migrations that is only ever appended to; `user_version` counts them.
 * Money is integer micro-dollars, time is epoch milliseconds of the writer's clock, JSON is text.
 */

const FIRST = `
CREATE TABLE characters (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  seed INTEGER NOT NULL,
  attributes TEXT NOT NULL,            -- JSON, as the prompts and the local provider need them
  locked TEXT NOT NULL,                -- JSON, what a later config must agree with
  owner TEXT,
  next_number INTEGER NOT NULL DEFAULT 1,
  gallery_planned INTEGER NOT NULL DEFAULT 0,
  created_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT UNIQUE,
  character_id TEXT NOT NULL REFERENCES characters(id),
  kind TEXT NOT NULL CHECK (kind IN ('create', 'pack')),
  fingerprint TEXT NOT NULL,
  settings TEXT NOT NULL,              -- JSON: provider, model, size, quality, output …
  priority INTEGER NOT NULL DEFAULT 1, -- 0 high, 1 normal, 2 low
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ended', 'cancelled')),
  image_count INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (priority, id) WHERE state = 'open';
CREATE INDEX jobs_by_character ON jobs (character_id, id);

CREATE TABLE shots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES jobs(id),
  character_id TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,            -- planning twice adds nothing
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('avatar', 'training', 'gallery')),
  look TEXT NOT NULL,                  -- JSON
  prompt TEXT NOT NULL,
  seed INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'leased', 'done', 'failed', 'refused', 'hold', 'cancelled')),
  after_shot INTEGER,                  -- waits until that shot has ended, whatever its end
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  owner TEXT,                          -- of the lease; NULL with state leased: let go, anybody may take it over
  token INTEGER NOT NULL DEFAULT 0,    -- generation of the lease; every write of its holder names it
  attempts INTEGER NOT NULL DEFAULT 0, -- that count against attemptsMax
  limited INTEGER NOT NULL DEFAULT 0,  -- answers 429 in a row …
  limited_epoch INTEGER NOT NULL DEFAULT 0, -- … while the provider let nothing else through
  outcome TEXT,
  message TEXT,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX shots_claimable ON shots (job_id, id) WHERE state = 'queued' AND after_shot IS NULL;
CREATE INDEX shots_leased ON shots (job_id, owner) WHERE state = 'leased';
CREATE INDEX shots_by_job ON shots (job_id, state);
CREATE INDEX shots_waiting ON shots (after_shot) WHERE after_shot IS NOT NULL;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  shot_id INTEGER NOT NULL REFERENCES shots(id),
  job_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,            -- 1 for the first attempt of the shot
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  request_hash TEXT NOT NULL,
  request TEXT NOT NULL,               -- JSON: size, quality, references
  state TEXT NOT NULL DEFAULT 'intent'
    CHECK (state IN ('intent', 'accepted', 'generated', 'settled', 'rejected', 'unknown')),
  remote_id TEXT,
  url TEXT,
  staged TEXT,                         -- absolute path of a .part file that holds the whole answer
  outcome TEXT,
  message TEXT,
  seed_honoured TEXT,
  usage TEXT,
  intent_at_ms INTEGER NOT NULL,
  accepted_at_ms INTEGER,
  ended_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX attempts_one_open ON attempts (shot_id) WHERE state IN ('intent', 'accepted', 'generated');
CREATE UNIQUE INDEX attempts_remote ON attempts (provider, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX attempts_in_flight ON attempts (provider) WHERE state IN ('intent', 'accepted');
CREATE INDEX attempts_by_shot ON attempts (shot_id);
CREATE INDEX attempts_by_job ON attempts (job_id, state);

CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  character_id TEXT NOT NULL,
  number INTEGER NOT NULL,
  shot_id INTEGER UNIQUE,
  job_id INTEGER,
  attempt_id INTEGER,
  kind TEXT NOT NULL,
  shot TEXT NOT NULL,
  filename TEXT NOT NULL,
  path TEXT,                           -- absolute; NULL for one that only the store holds
  state TEXT NOT NULL CHECK (state IN ('named', 'stored', 'removed')),
  sha256 TEXT NOT NULL,
  md5 TEXT NOT NULL DEFAULT '',        -- what stores call an etag; summed at the upload
  size_bytes INTEGER NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  format TEXT NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  seed INTEGER NOT NULL,
  seed_honoured TEXT NOT NULL,
  prompt TEXT NOT NULL,
  cost_micros INTEGER NOT NULL DEFAULT 0,
  thumbnail TEXT,
  store TEXT,                          -- the store it goes to, or is in; NULL: none
  upload TEXT NOT NULL DEFAULT 'none' CHECK (upload IN ('none', 'pending', 'done', 'failed')),
  upload_owner TEXT,
  upload_tries INTEGER NOT NULL DEFAULT 0,
  upload_not_before_ms INTEGER NOT NULL DEFAULT 0,
  upload_message TEXT,
  public_id TEXT,
  url TEXT,
  thumbnail_url TEXT,
  mark TEXT CHECK (mark IN ('approved', 'rejected', 'favorite')),
  created_at_ms INTEGER NOT NULL,
  UNIQUE (character_id, number)
) STRICT;
CREATE INDEX images_newest ON images (character_id, id) WHERE state = 'stored';
CREATE INDEX images_avatars ON images (character_id, id) WHERE state = 'stored' AND kind = 'avatar';
CREATE INDEX images_by_name ON images (filename);
CREATE INDEX images_uploads ON images (job_id, id) WHERE upload = 'pending';
CREATE INDEX images_by_job ON images (job_id);

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
  state TEXT NOT NULL DEFAULT 'held' CHECK (state IN ('held', 'spent', 'doubtful', 'released'))
) STRICT;
CREATE INDEX reservations_by_shot ON reservations (shot_id);
CREATE INDEX reservations_by_job ON reservations (job_id, state);
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
  creep INTEGER NOT NULL DEFAULT 0,    -- successes since the window last grew
  failures INTEGER NOT NULL DEFAULT 0, -- unavailable in a row, for the breaker
  opened INTEGER NOT NULL DEFAULT 0,   -- times the breaker opened since the last success
  open_until_ms INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

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

const WORKERS = `
-- Processes that run a job, from their first look at it to their last; the rows of dead ones mean nothing.
CREATE TABLE workers (
  job_id INTEGER NOT NULL REFERENCES jobs(id),
  owner TEXT NOT NULL,
  PRIMARY KEY (job_id, owner)
) STRICT, WITHOUT ROWID;
`;

/** Append only: a migration that has been released is never edited. */
export const MIGRATIONS: readonly string[] = [FIRST, WORKERS];
