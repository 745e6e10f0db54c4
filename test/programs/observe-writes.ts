/**
 * For `NODE_OPTIONS=--import`: writes down, in the file named by `OBSERVED`, what reaches the disk in which order: a
 * line for each fsync that has ended, each name a file got or lost, and each commit of the ledger with what it ran.
 */
import { appendFileSync } from 'node:fs';
import promises, { type FileHandle } from 'node:fs/promises';
import { createRequire, syncBuiltinESMExports } from 'node:module';

/** One line of what was observed. */
export type Observed =
  | { did: 'sync'; path: string; folder: boolean }
  | { did: 'link'; path: string }
  | { did: 'commit'; ran: { sql: string; values: unknown[] }[] };

const file = process.env['OBSERVED'] ?? '';
const append = appendFileSync;
const note = (observed: Observed): void => append(file, `${JSON.stringify(observed)}\n`);

const { open, link } = promises;
promises.open = async (path, ...how) => {
  const handle: FileHandle = await open(path, ...how);
  const folder = (await handle.stat()).isDirectory();
  const sync = handle.sync.bind(handle);
  handle.sync = async () => {
    await sync();
    note({ did: 'sync', path: String(path), folder });
  };
  return handle;
};
promises.link = async (from, to) => {
  await link(from, to);
  note({ did: 'link', path: String(to) });
};
syncBuiltinESMExports();

interface Statement {
  source: string;
  run: (...values: unknown[]) => unknown;
}
type Database = new (path: string) => { prepare: (sql: string) => Statement; close: () => void };

const require = createRequire(process.argv[1] ?? import.meta.url);
const memory = new (require('better-sqlite3') as Database)(':memory:');
const prototype = Object.getPrototypeOf(memory.prepare('SELECT 1')) as Statement;
memory.close();
const { run } = prototype;
let ran: { sql: string; values: unknown[] }[] = [];
prototype.run = function observedRun(this: Statement, ...values: unknown[]): unknown {
  const result = run.apply(this, values);
  if (this.source.startsWith('BEGIN')) ran = [];
  else if (this.source === 'COMMIT') note({ did: 'commit', ran });
  else ran.push({ sql: this.source, values });
  return result;
};
