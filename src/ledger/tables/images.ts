/** What shots became, where it was uploaded, and how alike it is. */
export const IMAGE_TABLES = `
CREATE TABLE images (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  character_key INTEGER NOT NULL REFERENCES characters(key),
  character_id TEXT NOT NULL,          -- the slug, which never changes
  number INTEGER NOT NULL,
  shot_id INTEGER UNIQUE,              -- NULL: not made by a shot of this ledger
  job_id INTEGER,
  attempt_id INTEGER,
  kind TEXT NOT NULL,
  shot TEXT NOT NULL,
  filename TEXT NOT NULL,
  path TEXT,                           -- relative to the ledger's folder where in the same project, else absolute;
                                       -- NULL for one that only the store holds
  state TEXT NOT NULL CHECK (state IN ('named', 'stored', 'removed')),
  sha256 TEXT NOT NULL,
  md5 TEXT NOT NULL DEFAULT '',        -- what stores call an etag; computed at the upload
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
  thumbnail TEXT,                      -- path, as above
  store TEXT,                          -- the store it goes to, or is shown from; NULL: none
  review TEXT CHECK (review IN ('approved', 'rejected')),
  favorite INTEGER NOT NULL DEFAULT 0 CHECK (favorite IN (0, 1)),
  superseded_by INTEGER,               -- the picture of its reroll
  source_image_id INTEGER,             -- an edit: the picture that it was made from
  created_at_ms INTEGER NOT NULL,
  UNIQUE (character_id, number)
) STRICT;
CREATE INDEX images_newest ON images (character_key, id) WHERE state = 'stored';
CREATE INDEX images_avatars ON images (character_key, id) WHERE state = 'stored' AND kind = 'avatar';
CREATE INDEX images_by_name ON images (filename);
CREATE INDEX images_by_seed ON images (seed);
CREATE INDEX images_by_job ON images (job_id);

CREATE TABLE uploads (
  image_id INTEGER NOT NULL REFERENCES images(id),
  store TEXT NOT NULL,
  key TEXT,                            -- what the store knows the picture by, once it is there
  state TEXT NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'done', 'failed')),
  details TEXT NOT NULL DEFAULT '{}',  -- JSON: what the store told beside the key; it makes addresses from both
  job_id INTEGER,                      -- whose runs upload it
  owner TEXT,                          -- the process that is at it
  tries INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  waits_since_ms INTEGER NOT NULL DEFAULT 0, -- when not_before_ms was written
  message TEXT,
  PRIMARY KEY (image_id, store)
) STRICT, WITHOUT ROWID;
CREATE INDEX uploads_waiting ON uploads (job_id, image_id) WHERE state = 'pending';
CREATE INDEX uploads_failed ON uploads (job_id) WHERE state = 'failed';
CREATE INDEX uploads_by_key ON uploads (store, key);

-- What stands in for failed shots until they are made. No images: never sent along, uploaded, marked or counted.
CREATE TABLE placeholders (
  shot_id INTEGER PRIMARY KEY REFERENCES shots(id),
  job_id INTEGER NOT NULL,
  character_key INTEGER NOT NULL,
  character_id TEXT NOT NULL,          -- the slug
  number INTEGER NOT NULL,             -- that of the shot's own picture, too, once it is made
  filename TEXT NOT NULL,
  path TEXT NOT NULL,                  -- as those of images
  state TEXT NOT NULL CHECK (state IN ('named', 'stored')),
  sha256 TEXT NOT NULL DEFAULT '',
  size_bytes INTEGER NOT NULL DEFAULT 0,
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  format TEXT NOT NULL DEFAULT '',
  provider TEXT NOT NULL DEFAULT '',   -- who drew it
  model TEXT NOT NULL DEFAULT '',
  created_at_ms INTEGER NOT NULL,
  UNIQUE (character_id, number)
) STRICT;
CREATE INDEX placeholders_by_job ON placeholders (job_id);
CREATE INDEX placeholders_by_character ON placeholders (character_key, number);

-- How alike the face is, by the model that compared.
CREATE TABLE scores (
  image_id INTEGER NOT NULL REFERENCES images(id),
  model TEXT NOT NULL,
  score REAL,                          -- NULL: nothing to compare was found
  distances TEXT NOT NULL,             -- JSON: to each reference
  details TEXT NOT NULL,               -- JSON: why there is no score, against what, size and pose of the face, hash
  embedding TEXT,                      -- JSON: biometric data, NULL unless it is to be kept
  at_ms INTEGER NOT NULL,
  PRIMARY KEY (image_id, model)
) STRICT, WITHOUT ROWID;
`;
