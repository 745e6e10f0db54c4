/** Rows of LoRAs, and how they are read. */
import type { Lora } from './lora-records.ts';
import { absolutePath } from './paths.ts';

/** A row of loras. */
export interface LoraRow {
  id: number;
  character_key: number;
  character_id: string;
  job_id: number;
  attempt_id: number;
  state: Lora['state'];
  chosen: number;
  provider: string;
  model: string;
  made_with: string;
  trigger_word: string;
  class_name: string;
  steps: number;
  images: number;
  url: string | null;
  version: string | null;
  filename: string;
  path: string;
  sha256: string;
  size_bytes: number;
  cost_micros: number;
  created_at_ms: number;
}

/** The LoRA of a row. */
export function loraOf(row: LoraRow, folder: string | undefined): Lora {
  return {
    id: row.id,
    characterKey: row.character_key,
    characterId: row.character_id,
    jobId: row.job_id,
    attemptId: row.attempt_id,
    state: row.state,
    chosen: row.chosen === 1,
    provider: row.provider,
    model: row.model,
    madeWith: JSON.parse(row.made_with) as string[],
    trigger: row.trigger_word,
    className: row.class_name,
    steps: row.steps,
    images: row.images,
    url: row.url,
    version: row.version,
    filename: row.filename,
    path: absolutePath(folder, row.path),
    sha256: row.sha256,
    sizeBytes: row.size_bytes,
    costMicros: row.cost_micros,
    createdAtMs: row.created_at_ms,
  };
}
