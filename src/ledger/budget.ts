import type { BudgetCap } from '../events.ts';
import type { Connection } from './connection.ts';
import type { Caps } from './records.ts';

/** What a scope has cost so far. A doubtful attempt counts as spent. */
export interface Total {
  reservedMicros: number;
  spentMicros: number;
}

/** Whether one more reservation fits. `wait`: it may once what is in flight has settled for less. */
export type CapVerdict = { fits: true } | { fits: false; cap: BudgetCap; wait: boolean; total: Total };

/** How a reservation ends: paid (`micros` is the real cost), given back, or perhaps paid. */
export type Settlement = { state: 'spent'; micros: number | undefined } | { state: 'released' } | { state: 'doubtful' };

interface ReservationRow {
  attempt_id: number;
  job_id: number;
  day: string;
  provider: string;
  model: string;
  reserved_micros: number;
  expected_micros: number;
  spent_micros: number;
  state: 'reserved' | 'spent' | 'doubtful' | 'released';
}

/** The UTC day of an instant, `2026-11-21`. */
export function utcDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}

/** The sums of a scope: `job:12` or `day:2026-11-21`. */
export function totalOf(connection: Connection, scope: string): Total {
  const row = connection.get<{ reserved_micros: number; spent_micros: number }>(
    'SELECT reserved_micros, spent_micros FROM totals WHERE scope = ?',
    scope,
  );
  return { reservedMicros: row?.reserved_micros ?? 0, spentMicros: row?.spent_micros ?? 0 };
}

/** Checks all caps for one more attempt of a shot. Call it in the transaction that reserves. */
export function checkCaps(
  connection: Connection,
  caps: Caps,
  shot: { id: number; jobId: number },
  worstMicros: number,
): CapVerdict {
  const tests: [BudgetCap, number | undefined, () => Total][] = [
    ['image', caps.perImageMicros, () => totalOfShot(connection, shot.id)],
    ['run', caps.perRunMicros, () => totalOf(connection, `job:${shot.jobId}`)],
    ['day', caps.perDayMicros, () => totalOf(connection, `day:${utcDay(connection.now())}`)],
  ];
  for (const [cap, limit, read] of tests) {
    if (limit === undefined || worstMicros === 0) continue;
    const total = read();
    if (total.spentMicros + total.reservedMicros + worstMicros <= limit) continue;
    return { fits: false, cap, wait: total.spentMicros + worstMicros <= limit, total };
  }
  return { fits: true };
}

function totalOfShot(connection: Connection, shotId: number): Total {
  const row = connection.get<{ reserved: number; spent: number }>(
    `SELECT COALESCE(SUM(CASE state WHEN 'reserved' THEN reserved_micros END), 0) reserved,
            COALESCE(SUM(CASE state WHEN 'spent' THEN spent_micros WHEN 'doubtful' THEN spent_micros END), 0) spent
     FROM reservations WHERE shot_id = ?`,
    shotId,
  );
  return { reservedMicros: row?.reserved ?? 0, spentMicros: row?.spent ?? 0 };
}

/** What `reserve` holds money for. */
export interface Reservation {
  attemptId: number;
  jobId: number;
  shotId: number;
  provider: string;
  model: string;
  worstMicros: number;
  expectedMicros: number;
}

/** Holds money for an attempt. In the claim's transaction. */
export function reserve(connection: Connection, r: Reservation): void {
  const day = utcDay(connection.now());
  connection.run(
    `INSERT INTO reservations (attempt_id, job_id, shot_id, day, provider, model, reserved_micros, expected_micros)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
    r.attemptId,
    r.jobId,
    r.shotId,
    day,
    r.provider,
    r.model,
    r.worstMicros,
    r.expectedMicros,
  );
  addTotals(connection, { jobId: r.jobId, day }, r.worstMicros, 0);
}

/**
 * Ends a reservation, or ends it otherwise than before (a doubtful one that turns out paid, or not charged).
 * Returns what the attempt now counts as spent.
 */
export function settle(connection: Connection, attemptId: number, how: Settlement): number {
  const row = connection.get<ReservationRow>('SELECT * FROM reservations WHERE attempt_id = ?', attemptId);
  if (!row) throw new Error(`attempt ${attemptId} has no reservation`);
  // A cost that the service told is not replaced by a guess.
  const known = row.state === 'spent' ? row.spent_micros : row.expected_micros;
  const spent = how.state === 'spent' ? (how.micros ?? known) : how.state === 'doubtful' ? row.reserved_micros : 0;
  connection.run(
    'UPDATE reservations SET state = ?, spent_micros = ? WHERE attempt_id = ?',
    how.state,
    spent,
    attemptId,
  );
  const heldBefore = row.state === 'reserved' ? row.reserved_micros : 0;
  addTotals(connection, { jobId: row.job_id, day: row.day }, -heldBefore, spent - row.spent_micros);
  if (how.state === 'spent' && spent > row.reserved_micros) raiseReserved(connection, row, spent);
  return spent;
}

/**
 * The most that a picture of this job has cost, where that was above what was held for it; 0 where it never was. A
 * price list that is too low must not be trusted a second time.
 */
export function toldAbove(connection: Connection, of: { jobId: number; provider: string; model: string }): number {
  const sql = `SELECT MAX(spent_micros) most FROM reservations
    WHERE job_id = ? AND provider = ? AND model = ? AND state = 'spent' AND spent_micros > reserved_micros`;
  return connection.get<{ most: number | null }>(sql, of.jobId, of.provider, of.model)?.most ?? 0;
}

/** What is in flight of the same job and model will cost as much. */
function raiseReserved(connection: Connection, like: ReservationRow, toMicros: number): void {
  const rows = connection.all<ReservationRow>(
    `SELECT * FROM reservations WHERE job_id = ? AND state = 'reserved' AND provider = ? AND model = ?
       AND reserved_micros < ?`,
    like.job_id,
    like.provider,
    like.model,
    toMicros,
  );
  for (const row of rows) {
    connection.run('UPDATE reservations SET reserved_micros = ? WHERE attempt_id = ?', toMicros, row.attempt_id);
    addTotals(connection, { jobId: row.job_id, day: row.day }, toMicros - row.reserved_micros, 0);
  }
}

function addTotals(
  connection: Connection,
  scope: { jobId: number; day: string },
  reserved: number,
  spent: number,
): void {
  for (const name of [`job:${scope.jobId}`, `day:${scope.day}`]) {
    connection.run(
      `INSERT INTO totals (scope, reserved_micros, spent_micros) VALUES (?, ?, ?)
       ON CONFLICT (scope) DO UPDATE SET reserved_micros = reserved_micros + excluded.reserved_micros,
                                         spent_micros = spent_micros + excluded.spent_micros`,
      name,
      reserved,
      spent,
    );
  }
}
