/** What must be true of a ledger, a folder and a service's journal, whatever happened before. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Database } from 'better-sqlite3';
import type { Caps } from '../../src/ledger/records.ts';
import { sha256Of } from '../../src/images/hash.ts';
import { picturesIn } from '../support/jobs.ts';
import { COST_MICROS, type RecoveryClass } from './service.ts';
import type { Charge } from './journal.ts';

/** Where the truth lies. */
export interface Evidence {
  db: Database;
  output: string;
  charges: readonly Charge[];
  recovery: RecoveryClass;
  /** Nothing is left to do, apart from shots held in doubt and those that a cap stopped. */
  settled?: boolean;
}

interface ShotFact {
  id: number;
  name: string;
  state: string;
  outcome: string | null;
}

/** Every rule that is broken, a sentence each. */
export function violations(of: Evidence): string[] {
  return [...moneyProblems(of), ...shotProblems(of), ...fileProblems(of), ...totalsProblems(of.db)];
}

function shotsOf(db: Database): ShotFact[] {
  return db.prepare('SELECT id, name, state, outcome FROM shots').all() as ShotFact[];
}

function moneyProblems({ db, charges, recovery, settled }: Evidence): string[] {
  const problems: string[] = [];
  for (const shot of shotsOf(db)) {
    const paid = charges.filter((one) => one.shot === shot.name);
    if (paid.length > 1) problems.push(`${shot.name} was paid ${paid.length} times`);
    if (paid.length === 0 && shot.state === 'done') problems.push(`${shot.name} is done and was never made`);
    if (!settled) continue;
    const accounted =
      shot.state === 'done' || shot.state === 'held' || (shot.state === 'failed' && paid.every((one) => one.unusable));
    if (paid.length > 0 && !accounted) problems.push(`${shot.name} was paid and is ${shot.state}: lost`);
  }
  if (settled && (recovery === 'idem' || recovery === 'list')) {
    const { spent } = db.prepare(`SELECT COALESCE(SUM(spent_micros), 0) spent FROM reservations`).get() as {
      spent: number;
    };
    if (spent !== charges.length * COST_MICROS)
      problems.push(`the ledger says ${spent} was spent, the service billed ${charges.length * COST_MICROS}`);
  } else {
    const { spent } = db
      .prepare(
        `SELECT COALESCE(SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE spent_micros END), 0) spent
          FROM reservations`,
      )
      .get() as { spent: number };
    if (spent < charges.length * COST_MICROS)
      problems.push(`the service billed ${charges.length * COST_MICROS}, the ledger knows of ${spent} only`);
  }
  return problems;
}

function shotProblems({ db, recovery, settled }: Evidence): string[] {
  if (!settled) return [];
  return shotsOf(db).flatMap((shot) => {
    if (shot.state === 'leased') return [`${shot.name} is still leased`];
    if (shot.state === 'held' && recovery !== 'sync' && recovery !== 'blind')
      return [`${shot.name} is held although it could be looked up`];
    return [];
  });
}

/** Of the ledger's file: what paths in it are relative to. */
function folderOf(db: Database): string {
  return dirname(db.name);
}

function fileProblems({ db, output, settled }: Evidence): string[] {
  const problems: string[] = [];
  const images = db.prepare(`SELECT number, filename, path, sha256, state FROM images ORDER BY number`).all() as {
    number: number;
    filename: string;
    path: string;
    sha256: string;
    state: string;
  }[];
  images.forEach((image, i) => {
    if (image.number !== i + 1)
      problems.push(`numbers have a gap or a twin: ${images.map((one) => one.number).join(', ')}`);
    if (image.state !== 'stored') {
      if (settled) problems.push(`${image.filename} is named and never finished`);
      return;
    }
    try {
      if (sha256Of(readFileSync(resolve(folderOf(db), image.path))) !== image.sha256)
        problems.push(`${image.filename} holds other bytes than the ledger says`);
    } catch {
      problems.push(`${image.filename} is not on the disk`);
    }
  });
  const known = new Set(images.map((image) => image.filename));
  for (const file of picturesIn(output)) if (!known.has(file)) problems.push(`${join('mira', file)} is in no ledger`);
  const hashes = new Set(images.map((image) => image.sha256));
  if (hashes.size !== images.length) problems.push('one picture has two names');
  return problems;
}

/** Running totals are the sums of the reservations; the file is whole. */
export function totalsProblems(db: Database): string[] {
  const sums = db
    .prepare(
      `SELECT scope, SUM(reserved) reserved, SUM(spent) spent FROM (
       SELECT 'job:' || job_id scope, CASE state WHEN 'reserved' THEN reserved_micros ELSE 0 END reserved,
       spent_micros spent FROM reservations
       UNION ALL SELECT 'day:' || day, CASE state WHEN 'reserved' THEN reserved_micros ELSE 0 END, spent_micros
       FROM reservations)
       GROUP BY scope ORDER BY scope`,
    )
    .all();
  const totals = db
    .prepare('SELECT scope, reserved_micros reserved, spent_micros spent FROM totals ORDER BY scope')
    .all();
  return JSON.stringify(sums) === JSON.stringify(totals)
    ? []
    : [`totals ${JSON.stringify(totals)} are not the sums ${JSON.stringify(sums)}`];
}

/** Scopes that have passed their cap in this committed state. */
export function capProblems(db: Database, caps: Caps): string[] {
  const over = (sql: string, cap: number | undefined) =>
    cap === undefined
      ? []
      : (db.prepare(sql).all() as { scope: string; n: number }[])
          .filter((row) => row.n > cap)
          .map((row) => `${row.scope} is at ${row.n}, its cap is ${cap}`);
  return [
    ...over(`SELECT scope, reserved_micros + spent_micros n FROM totals WHERE scope LIKE 'job:%'`, caps.perRunMicros),
    ...over(`SELECT scope, reserved_micros + spent_micros n FROM totals WHERE scope LIKE 'day:%'`, caps.perDayMicros),
    ...over(
      `SELECT 'shot:' || shot_id scope, SUM(CASE state WHEN 'reserved' THEN reserved_micros ELSE spent_micros END) n
        FROM reservations GROUP BY shot_id`,
      caps.perImageMicros,
    ),
  ];
}
