/** What was paid, or perhaps paid, and brought no picture. */
import type { Connection } from './connection.ts';

/** Shots that are not put back into the queue. */
export interface LeftOut {
  /** Those that were paid, or perhaps paid, without a picture. */
  unpaid?: boolean;
  /** Ids of others. */
  except?: readonly number[];
}

/** Of a reservation `r`: spent, and no picture came of it. One that was removed later did come. */
const IN_VAIN = `r.spent_micros > 0
  AND NOT EXISTS (SELECT 1 FROM images i INDEXED BY images_by_job
                   WHERE i.job_id = r.job_id AND i.attempt_id = r.attempt_id AND i.state <> 'named')`;

/** True of a row of `shots` that was paid, or perhaps paid, without a picture. */
export const PAID = `EXISTS (SELECT 1 FROM reservations r WHERE r.shot_id = shots.id AND ${IN_VAIN})`;

/** Shots without a picture, and what they have cost. */
export interface PaidInVain {
  shots: number;
  micros: number;
}

/** Failed and canceled shots of a job that were paid, or perhaps paid. */
export function paidInVain(connection: Connection, jobId: number): PaidInVain {
  const row = connection.get<PaidInVain>(
    `SELECT COUNT(DISTINCT shots.id) shots, COALESCE(SUM(r.spent_micros), 0) micros
     FROM shots JOIN reservations r ON r.shot_id = shots.id AND ${IN_VAIN}
     WHERE shots.job_id = ? AND shots.state IN ('failed', 'canceled')`,
    jobId,
  );
  return row ?? { shots: 0, micros: 0 };
}

/** Attempts of a job that were perhaps charged, and what they count as. */
export function doubtful(connection: Connection, jobId: number): { attempts: number; micros: number } {
  const row = connection.get<{ attempts: number; micros: number }>(
    `SELECT COUNT(*) attempts, COALESCE(SUM(spent_micros), 0) micros FROM reservations
      WHERE job_id = ? AND state = 'doubtful'`,
    jobId,
  );
  return row ?? { attempts: 0, micros: 0 };
}

/**
 * True when the last two attempts of a job with this model were paid, or perhaps paid, and brought no picture; the last
 * one where it was for the avatar that the others wait for.
 */
export function endedInVain(connection: Connection, jobId: number, model: string): boolean {
  const last = connection.all<{ inVain: number; awaited: number }>(
    `SELECT a.outcome IN ('unusable', 'rejected') AND r.spent_micros > 0 inVain,
       EXISTS (SELECT 1 FROM shots w WHERE w.after_shot = a.shot_id AND w.state = 'queued') awaited
     FROM attempts a JOIN reservations r ON r.attempt_id = a.id
     WHERE a.job_id = ? AND a.model = ? AND a.state IN ('settled', 'rejected') ORDER BY a.id DESC LIMIT 2`,
    jobId,
    model,
  );
  const ofAll = last.length === 2 && last.every(({ inVain }) => inVain === 1);
  return ofAll || (last[0]?.inVain === 1 && last[0].awaited === 1);
}
