/** Weights of LoRAs that were trained from a character's pictures. Added after the first layout. */
export const LORA_TABLES = `
CREATE TABLE loras (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  character_key INTEGER NOT NULL REFERENCES characters(key),
  character_id TEXT NOT NULL,          -- the slug, which never changes
  job_id INTEGER NOT NULL,
  shot_id INTEGER NOT NULL UNIQUE REFERENCES shots(id),
  attempt_id INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('named', 'stored', 'removed')),
  chosen INTEGER NOT NULL DEFAULT 0 CHECK (chosen IN (0, 1)), -- of its character and provider: later packs use it
  provider TEXT NOT NULL,
  model TEXT NOT NULL,                 -- the trainer
  made_with TEXT NOT NULL,             -- JSON: models that take the weights
  trigger_word TEXT NOT NULL,
  class_name TEXT NOT NULL,            -- what follows the trigger word in the captions: woman
  steps INTEGER NOT NULL,
  images INTEGER NOT NULL,             -- pictures it was trained with
  url TEXT,                            -- the weights at the service; NULL: it told none that can be kept
  version TEXT,                        -- of the destination model at the service; NULL: the service makes none
  filename TEXT NOT NULL,
  path TEXT NOT NULL,                  -- as those of images
  sha256 TEXT NOT NULL,
  size_bytes INTEGER NOT NULL,
  cost_micros INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX loras_by_character ON loras (character_key, id) WHERE state = 'stored';
`;
