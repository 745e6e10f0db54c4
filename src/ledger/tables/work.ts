/** What was asked for, and every request that was made for it. */
export const WORK_TABLES = `
CREATE TABLE characters (
  key INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL,                    -- the slug: names files and folders
  owner TEXT NOT NULL DEFAULT '',      -- '': nobody's
  name TEXT NOT NULL,
  seed INTEGER NOT NULL,
  attributes TEXT NOT NULL,            -- JSON, as the prompts and the local provider need them
  locked TEXT NOT NULL,                -- JSON, what a later config must agree with
  gallery_planned INTEGER NOT NULL DEFAULT 0,
  avatar_image_id INTEGER,             -- the face that a person chose; NULL: the newest avatar
  created_at_ms INTEGER NOT NULL,
  UNIQUE (id, owner)
) STRICT;

-- The next picture number of a slug, over all owners: they share a folder.
CREATE TABLE numbers (
  character_id TEXT PRIMARY KEY,
  next INTEGER NOT NULL DEFAULT 1
) STRICT, WITHOUT ROWID;

CREATE TABLE jobs (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT UNIQUE,
  character_key INTEGER NOT NULL REFERENCES characters(key),
  character_id TEXT NOT NULL,          -- the slug, which never changes
  kind TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  plan_hash TEXT NOT NULL DEFAULT '',       -- hash of the scenes, clothes and context asked for; '': the catalogue's
  settings TEXT NOT NULL,              -- JSON: provider, model, size, caps, output …; paths as those of references
  priority INTEGER NOT NULL DEFAULT 1, -- 0 high, 1 normal, 2 low
  state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'ended', 'canceled')),
  image_count INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  ended_at_ms INTEGER
) STRICT;
CREATE INDEX jobs_open ON jobs (priority, id) WHERE state = 'open';
CREATE INDEX jobs_by_character ON jobs (character_key, id);
CREATE INDEX jobs_by_slug ON jobs (character_id);

-- Runs of a job, from their first look at it to their last; rows of processes that have ended mean nothing.
CREATE TABLE runs (
  job_id INTEGER NOT NULL REFERENCES jobs(id),
  owner TEXT NOT NULL,                 -- the process
  number INTEGER NOT NULL,             -- of that process's runs: a program may have two on one job
  PRIMARY KEY (job_id, owner, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE shots (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id INTEGER NOT NULL REFERENCES jobs(id),
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  look TEXT NOT NULL,                  -- JSON
  prompt TEXT NOT NULL,
  seed INTEGER NOT NULL,
  settings TEXT NOT NULL DEFAULT '{}', -- JSON: in place of the job's
  state TEXT NOT NULL DEFAULT 'queued'
    CHECK (state IN ('queued', 'leased', 'done', 'failed', 'refused', 'held', 'canceled')),
  after_shot INTEGER,                  -- waits until that shot has ended; with needsFace of the job: is made
  replaces_image_id INTEGER,           -- a reroll: the picture that is superseded when this one is done
  source_image_id INTEGER,             -- an edit: the picture that it changes
  take_of INTEGER,                     -- another take of that shot of the same job, whose face was not the same
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  waits_since_ms INTEGER NOT NULL DEFAULT 0, -- when not_before_ms was written
  owner TEXT,                          -- of the lease; NULL with state leased: let go, anybody may take it over
  token INTEGER NOT NULL DEFAULT 0,    -- generation of the lease; every write of its holder names it
  attempts INTEGER NOT NULL DEFAULT 0, -- that count against attemptsMax
  limited INTEGER NOT NULL DEFAULT 0,  -- answers 429 in a row …
  limited_epoch INTEGER NOT NULL DEFAULT 0, -- … while the provider let nothing else through
  outcome TEXT,
  message TEXT,
  ended_at_ms INTEGER,
  UNIQUE (job_id, name)                -- planning twice adds nothing
) STRICT;
CREATE INDEX shots_claimable ON shots (job_id, id) WHERE state = 'queued' AND after_shot IS NULL;
CREATE INDEX shots_leased ON shots (job_id, owner) WHERE state = 'leased';
CREATE INDEX shots_by_job ON shots (job_id, state);
CREATE INDEX shots_replacing ON shots (replaces_image_id) WHERE replaces_image_id IS NOT NULL;
CREATE INDEX shots_editing ON shots (source_image_id) WHERE source_image_id IS NOT NULL;
CREATE INDEX shots_by_take ON shots (take_of) WHERE take_of IS NOT NULL;
CREATE INDEX shots_by_seed ON shots (seed);
CREATE INDEX shots_waiting ON shots (after_shot) WHERE after_shot IS NOT NULL;

CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  key TEXT NOT NULL UNIQUE,
  shot_id INTEGER NOT NULL REFERENCES shots(id),
  job_id INTEGER NOT NULL,
  ordinal INTEGER NOT NULL,            -- 1 for the first attempt of the shot
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  request TEXT NOT NULL,               -- JSON: size, quality
  state TEXT NOT NULL DEFAULT 'intent'
    CHECK (state IN ('intent', 'accepted', 'generated', 'settled', 'rejected', 'unknown')),
  remote_id TEXT,
  url TEXT,
  staged TEXT,                         -- path of a .part file that holds the whole answer, kept as those of references
  outcome TEXT,
  message TEXT,
  seed_honoured TEXT,
  usage TEXT,                          -- JSON
  account TEXT NOT NULL,               -- provider and fingerprint of the key it was sent with
  sent TEXT,                           -- JSON: what recognizes the request at the service
  intent_at_ms INTEGER NOT NULL,
  sent_at_ms INTEGER,                  -- committed right before the request left; NULL: surely not sent
  accepted_at_ms INTEGER,
  taken_over_at_ms INTEGER,            -- a later process went on with it: when it began is no measure any more
  ended_at_ms INTEGER
) STRICT;
CREATE UNIQUE INDEX attempts_one_open ON attempts (shot_id) WHERE state IN ('intent', 'accepted', 'generated');
CREATE UNIQUE INDEX attempts_remote ON attempts (provider, remote_id) WHERE remote_id IS NOT NULL;
CREATE INDEX attempts_in_flight ON attempts (provider) WHERE state IN ('intent', 'accepted');
CREATE INDEX attempts_by_shot ON attempts (shot_id);
CREATE INDEX attempts_by_job ON attempts (job_id, state);

-- The pictures that went along with an attempt.
CREATE TABLE image_references (
  attempt_id INTEGER NOT NULL REFERENCES attempts(id),
  position INTEGER NOT NULL,           -- from 0, as sent
  role TEXT NOT NULL,                  -- source, face, product, style
  sha256 TEXT NOT NULL,
  path TEXT NOT NULL,                  -- relative to the ledger's folder where it is in the same project, else absolute
  mime TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  PRIMARY KEY (attempt_id, position)
) STRICT, WITHOUT ROWID;
`;
