/**
 * What must hold of a ledger, its folder and a service's charges, whatever happened to the processes. Reads the files
 * themselves; trusts no word of the program.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Charge } from '../../emulators/service.ts';
import { pictureKey } from '../../emulators/picture.ts';
import { moneyProblems } from './money.ts';
import { type ImageRow, imageProblems, folderProblems } from './files.ts';

/** What a run came to. */
export interface Figures {
  shots: number;
  images: number;
  charges: number;
  /** Shots that wait for a person's word: their charge is in doubt. */
  held: number;
  /** Charges beyond one a shot, those that a held shot accounts for apart. */
  paidTwice: number;
  /** Charges of shots that have neither a picture nor are held. */
  lost: number;
  duplicateNames: number;
}

/** Figures, and every broken promise in a sentence. */
export interface Findings {
  figures: Figures;
  violations: string[];
}

/** What is to be checked. */
export interface Evidence {
  folder: string;
  ledger: string;
  /** The service's charges; undefined for a provider without. */
  charges?: readonly Charge[];
  /** Shots may end `held`: the service can't be asked. */
  mayHold?: boolean;
  /** Shots may end otherwise than `done` or `held`. */
  mayFail?: boolean;
}

/** Checks everything that a finished ledger promises. */
export function verify(evidence: Evidence): Findings {
  const db = new Sqlite(evidence.ledger, { readonly: true, fileMustExist: true });
  try {
    const violations: string[] = [];
    const integrity = db.pragma('integrity_check', { simple: true });
    if (integrity !== 'ok') violations.push(`integrity_check: ${String(integrity)}`);
    violations.push(...moneyProblems(db, {}));
    const counts = Object.fromEntries(
      (db.prepare('SELECT state, COUNT(*) n FROM shots GROUP BY state').all() as { state: string; n: number }[]).map(
        ({ state, n }) => [state, n],
      ),
    );
    for (const [state, n] of Object.entries(counts)) {
      const fine =
        state === 'done' ||
        (state === 'held' && evidence.mayHold) ||
        (['failed', 'refused'].includes(state) && evidence.mayFail);
      if (!fine) violations.push(`${n} shots ended as ${state}`);
    }
    const rows = db.prepare('SELECT * FROM images ORDER BY character_id, number').all() as ImageRow[];
    const images = rows.map((row) => ({ ...row, path: resolve(dirname(evidence.ledger), row.path) }));
    const inDoubt = db.prepare("SELECT key FROM attempts WHERE state = 'unknown'").pluck().all() as string[];
    violations.push(
      ...imageProblems(images, counts['done'] ?? 0),
      ...folderProblems(evidence.folder, images, new Set(inDoubt)),
    );
    const duplicateNames = images.length - new Set(images.map(({ path }) => path)).size;
    const shots = Object.values(counts).reduce((sum, n) => sum + n, 0);
    const ledgers = bookProblems(db, images, evidence.charges ?? []);
    violations.push(...ledgers.violations);
    return {
      figures: {
        shots,
        images: images.length,
        charges: evidence.charges?.length ?? 0,
        held: counts['held'] ?? 0,
        paidTwice: ledgers.paidTwice,
        lost: ledgers.lost,
        duplicateNames,
      },
      violations,
    };
  } finally {
    db.close();
  }
}

/** Each charge has its picture, or a held shot that tells of it; no shot has two. */
function bookProblems(
  db: Sqlite.Database,
  images: readonly ImageRow[],
  charges: readonly Charge[],
): { violations: string[]; paidTwice: number; lost: number } {
  if (charges.length === 0) return { violations: [], paidTwice: 0, lost: 0 };
  const violations: string[] = [];
  const keys = images.map((image) => (existsSync(image.path) ? pictureKey(readFileSync(image.path)) : undefined));
  if (new Set(keys).size !== keys.length) violations.push('two images hold the same paid picture');
  const bought = new Set(charges.map(({ id }) => id));
  const unpaid = keys.filter((key) => key === undefined || !bought.has(key)).length;
  if (unpaid > 0) violations.push(`${unpaid} images are of no charge`);
  const shown = new Set(keys);
  const shots = db
    .prepare(
      `SELECT prompt, seed, state, (SELECT COALESCE(SUM(spent_micros), 0) FROM reservations r
        WHERE r.shot_id = s.id) spent FROM shots s`,
    )
    .all() as { prompt: string; seed: number; state: string; spent: number }[];
  const keyOf = charges.some(({ note }) => note?.['seed'] !== undefined)
    ? (prompt: unknown, seed: unknown) => `${String(seed)} ${String(prompt)}`
    : (prompt: unknown) => String(prompt);
  // A shot that ended badly tells of its charge as well, when the money is booked.
  const held = tally(
    shots
      .filter(({ state, spent }) => state === 'held' || (['failed', 'refused'].includes(state) && spent > 0))
      .map(({ prompt, seed }) => keyOf(prompt, seed)),
  );
  const made = new Set(images.map(({ prompt, seed }) => keyOf(prompt, seed)));
  const orphans = tally(
    charges.filter(({ id }) => !shown.has(id)).map(({ note }) => keyOf(note?.['prompt'], note?.['seed'])),
  );
  let paidTwice = 0;
  let lost = 0;
  for (const [key, n] of orphans) {
    const excess = n - (held.get(key) ?? 0);
    if (excess <= 0) continue;
    // Of the charges of one shot all but the first were paid again.
    const again = made.has(key) || (held.get(key) ?? 0) > 0 ? excess : excess - 1;
    paidTwice += again;
    lost += excess - again;
  }
  if (paidTwice > 0) violations.push(`${paidTwice} pictures were paid twice`);
  if (lost > 0) violations.push(`${lost} paid pictures are lost`);
  const spent = (db.prepare('SELECT COALESCE(SUM(spent_micros), 0) n FROM reservations').get() as { n: number }).n;
  const charged = charges.reduce((sum, { amountMicros }) => sum + amountMicros, 0);
  if (spent < charged)
    violations.push(`the ledger says ${spent} micro-dollars were spent, the service charged ${charged}`);
  // Replicate's price is known to the cent; OpenAI's is what the config says.
  const exact = charges.every(({ note }) => note?.['seed'] !== undefined);
  if (exact && held.size === 0 && spent > charged)
    violations.push(
      `the ledger says ${spent} micro-dollars were spent without a doubt, the service charged ${charged}`,
    );
  return { violations, paidTwice, lost };
}

function tally(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
