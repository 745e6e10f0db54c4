/** What a life came to, from its files and the service's books. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import type { Emulator } from '../emulators/emulator.ts';
import { KILL_KEYS } from '../support/harness/kill-services.ts';
import { type Findings, verify } from '../support/harness/verify.ts';

/** Everything that must hold, and what it came to. */
export interface Seen extends Findings {
  spentMicros: number;
  /** Paid requests that arrived. */
  submits: number;
  /** Shots by their state. */
  states: Record<string, number>;
}

/** Where it is looked for. */
interface Places {
  folder: string;
  ledger: string;
  emulator: Emulator;
  /** What was told. */
  events: readonly unknown[];
}

/** Looks at everything. */
export function lookAt({ folder, ledger, emulator, events }: Places): Seen {
  const found = verify({ folder, ledger, charges: emulator.charges(), mayHold: true, mayFail: true });
  const submits = emulator.requests.filter(({ operation }) => operation === 'submit').length;
  const one = (sql: string): number => read(ledger, (db) => db.prepare(sql).pluck().get()) as number;
  const attempts = one('SELECT COUNT(*) FROM attempts');
  // Pictures of a server of one's own cost nobody anything but what the config says.
  const free = / without a doubt, the service charged 0$/;
  const violations = [...found.violations.filter((problem) => !free.test(problem)), ...leaks(folder, events)];
  if (submits > attempts) violations.push(`${submits} paid requests of ${attempts} attempts`);
  const spentMicros = one('SELECT COALESCE(SUM(spent_micros), 0) FROM reservations');
  return { ...found, violations, spentMicros, submits, states: statesIn(ledger) };
}

/** Shots by their state. */
export function statesIn(ledger: string): Record<string, number> {
  const rows = read(ledger, (db) => db.prepare('SELECT state, COUNT(*) n FROM shots GROUP BY state').all());
  return Object.fromEntries((rows as { state: string; n: number }[]).map(({ state, n }) => [state, n]));
}

/** Keys in the files or in what was told. */
function leaks(folder: string, events: readonly unknown[]): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file));
  const texts = files.filter((file) => statSync(file).isFile()).map((file) => readFileSync(file).toString('latin1'));
  texts.push(JSON.stringify(events));
  const keys = Object.values(KILL_KEYS).filter((key) => texts.some((text) => text.includes(key)));
  return [...new Set(keys)].map((key) => `the key ${key} leaked`);
}

function read<T>(ledger: string, ask: (db: Sqlite.Database) => T): T {
  const db = new Sqlite(ledger, { readonly: true, fileMustExist: true });
  try {
    return ask(db);
  } finally {
    db.close();
  }
}
