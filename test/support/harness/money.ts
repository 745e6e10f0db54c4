/** What must hold of the money in every committed state of a ledger. */
import type Sqlite from 'better-sqlite3';

/** Caps in micro-dollars. */
export interface CapsToHold {
  perImageMicros?: number;
  perRunMicros?: number;
  perDayMicros?: number;
}

/**
 * What must hold of the money in every committed state: the kept totals are the sums over the reservations, and none
 * passes a cap. Each statement sees one snapshot.
 */
export function moneyProblems(db: Sqlite.Database, caps: CapsToHold): string[] {
  const scopes = db
    .prepare(
      `WITH sums AS (
         SELECT 'job:' || job_id scope, SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE 0 END) reserved,
         SUM(spent_micros) spent FROM reservations GROUP BY job_id
         UNION ALL
         SELECT 'day:' || day, SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE 0 END), SUM(spent_micros)
         FROM reservations GROUP BY day)
       SELECT s.scope, s.reserved, s.spent, t.reserved_micros keptReserved, t.spent_micros keptSpent
       FROM sums s LEFT JOIN totals t ON t.scope = s.scope`,
    )
    .all() as {
    scope: string;
    reserved: number;
    spent: number;
    keptReserved: number | null;
    keptSpent: number | null;
  }[];
  const problems: string[] = [];
  for (const { scope, reserved, spent, keptReserved, keptSpent } of scopes) {
    if (reserved !== keptReserved || spent !== keptSpent)
      problems.push(`total of ${scope} is ${keptReserved}+${keptSpent}, its reservations sum to ${reserved}+${spent}`);
    const cap = scope.startsWith('job:') ? caps.perRunMicros : caps.perDayMicros;
    if (cap !== undefined && reserved + spent > cap)
      problems.push(`${scope} has ${spent} spent + ${reserved} reserved, above the cap of ${cap}`);
  }
  if (caps.perImageMicros !== undefined) {
    const over = db
      .prepare(
        `SELECT shot_id, SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE spent_micros END) micros
          FROM reservations GROUP BY shot_id HAVING micros > ?`,
      )
      .all(caps.perImageMicros) as { shot_id: number; micros: number }[];
    problems.push(
      ...over.map(
        ({ shot_id, micros }) => `shot ${shot_id} has ${micros}, above the cap of ${caps.perImageMicros} an image`,
      ),
    );
  }
  return problems;
}
