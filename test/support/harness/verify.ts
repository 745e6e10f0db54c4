/**
 * What must hold of a ledger, its folder and a service's charges, whatever happened to the processes. Reads the files
 * themselves; trusts no word of the program.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { inspectImage } from '../../../src/images/inspect.ts';
import type { Charge } from '../../emulators/emulator.ts';
import { pictureKey } from '../../emulators/picture.ts';

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

interface ImageRow {
  id: number;
  character_id: string;
  number: number;
  shot_id: number;
  filename: string;
  path: string;
  state: string;
  sha256: string;
  prompt: string;
  seed: number;
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
    const images = db.prepare('SELECT * FROM images ORDER BY character_id, number').all() as ImageRow[];
    violations.push(...imageProblems(images, counts['done'] ?? 0), ...folderProblems(evidence.folder, images));
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

function imageProblems(images: readonly ImageRow[], done: number): string[] {
  const problems: string[] = [];
  const nextOf = new Map<string, number>();
  const shots = new Set<number>();
  for (const image of images) {
    const expected = nextOf.get(image.character_id) ?? 1;
    if (image.number !== expected)
      problems.push(`${image.filename} has number ${image.number} where ${expected} was next`);
    nextOf.set(image.character_id, image.number + 1);
    if (shots.has(image.shot_id)) problems.push(`shot ${image.shot_id} has two images`);
    shots.add(image.shot_id);
    if (image.state !== 'stored') problems.push(`${image.filename} is ${image.state}`);
    problems.push(...fileProblems(image));
  }
  if (images.length !== done) problems.push(`${done} shots are done and there are ${images.length} images`);
  return problems;
}

function fileProblems(image: ImageRow): string[] {
  if (!existsSync(image.path)) return [`${image.filename} is not on disk`];
  const bytes = readFileSync(image.path);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const problems = sha256 === image.sha256 ? [] : [`${image.filename} is not the file that the ledger hashed`];
  try {
    inspectImage(bytes);
  } catch (error) {
    problems.push(`${image.filename}: ${(error as Error).message}`);
  }
  return problems;
}

/** No file under a final name that the ledger does not know, and nothing left of what was staged. */
function folderProblems(folder: string, images: readonly ImageRow[]): string[] {
  const known = new Set(images.map(({ path }) => path));
  const root = join(folder, 'images');
  if (!existsSync(root)) return images.length === 0 ? [] : ['there is no folder of pictures'];
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  return files.flatMap((file) => {
    if (known.has(file)) return [];
    if (!file.endsWith('.part')) return [`${file} is no image of the ledger`];
    return isWhole(file) ? [`${file} holds a whole picture that has no name`] : [];
  });
}

function isWhole(file: string): boolean {
  try {
    inspectImage(readFileSync(file));
    return true;
  } catch {
    return false;
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
