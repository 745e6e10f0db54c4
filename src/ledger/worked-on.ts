/** What came of having a model work on a picture without words. */
import type { SeedHonored } from '../events.ts';
import type { Connection } from './connection.ts';

/**
 * A picture that was made of it, or the job that is at it (also one that was canceled behind its request), or that was
 * paid, or perhaps paid, for no picture.
 */
export type EarlierWork = { filename: string; seedHonored: SeedHonored } | { jobId: number; isOpen: boolean };

/** A model, and whose work with it counts. */
export interface WorkBy {
  provider: string;
  model: string;
  /** Only of jobs that began behind this one. Default 0: of all. */
  afterJobId?: number | undefined;
}

/** The newest such work of a model; undefined: none, or its picture was deleted since. */
export function workedOn(
  connection: Connection,
  sourceImageId: number,
  { provider, model, afterJobId = 0 }: WorkBy,
): EarlierWork | undefined {
  const shots = `SELECT id FROM shots INDEXED BY shots_editing WHERE source_image_id = ? AND prompt = ''`;
  const made = connection.get<{ filename: string; seedHonored: SeedHonored }>(
    `SELECT filename, seed_honoured seedHonored FROM images WHERE shot_id IN (${shots})
      AND state = 'stored' AND provider = ? AND model = ? AND job_id > ? ORDER BY id DESC LIMIT 1`,
    sourceImageId,
    provider,
    model,
    afterJobId,
  );
  if (made) return made;
  const open = connection.get<{ jobId: number }>(
    `SELECT j.id jobId FROM shots s JOIN jobs j ON j.id = s.job_id WHERE s.id IN (${shots})
      AND (s.state = 'leased' OR (s.state IN ('queued', 'held') AND j.state <> 'canceled'))
      AND j.settings ->> 'provider' = ? AND j.settings ->> 'model' = ? AND j.id > ? ORDER BY j.id DESC LIMIT 1`,
    sourceImageId,
    provider,
    model,
    afterJobId,
  );
  if (open) return { ...open, isOpen: true };
  const vain = connection.get<{ jobId: number }>(
    `SELECT a.job_id jobId FROM attempts a JOIN reservations r ON r.attempt_id = a.id AND r.state <> 'released'
      WHERE a.shot_id IN (${shots}) AND a.outcome IN ('unusable', 'rejected', 'refused')
      AND a.provider = ? AND a.model = ? AND a.job_id > ? ORDER BY a.id DESC LIMIT 1`,
    sourceImageId,
    provider,
    model,
    afterJobId,
  );
  return vain && { ...vain, isOpen: false };
}
