import type { Connection } from './connection.ts';
import type { ShotState } from './records.ts';

/** How many shots are in which state. */
export type ShotCounts = Record<ShotState, number>;

const NO_SHOTS: ShotCounts = { queued: 0, leased: 0, done: 0, failed: 0, refused: 0, held: 0, canceled: 0 };

/**
 * How many shots of a job are in which state. Another take of a picture whose face was not the same counts while it is
 * to be made: the picture that was asked for is there.
 */
export function countShots(connection: Connection, jobId: number): ShotCounts {
  const rows = connection.all<{ state: ShotState; n: number }>(
    `SELECT state, COUNT(*) n FROM shots
      WHERE job_id = ? AND (take_of IS NULL OR state IN ('queued', 'leased', 'held')) GROUP BY state`,
    jobId,
  );
  return { ...NO_SHOTS, ...Object.fromEntries(rows.map((row) => [row.state, row.n])) };
}
