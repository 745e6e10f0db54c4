import { chmodSync, existsSync, mkdirSync, readdirSync, statfsSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { UserError } from '../errors.ts';
import { BUSY_SLICE_MS, LockWait } from './busy.ts';
import { SYNCED } from './connection.ts';
import { assertOurs, migrate } from './migrate.ts';
import { assertNoLinksBeside } from './real-file.ts';
import { whose } from './whose.ts';

/** Earlier versions have a WAL-reset bug with several connections (sqlite.org/wal.html, fixed in 3.51.3). */
const SQLITE_MIN = [3, 51, 3];
/** statfs magic numbers of network file systems (linux/magic.h): WAL needs shared memory, which they do not give. */
const NETWORK_FILE_SYSTEMS = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0x517b, 'SMB'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9p'],
  [0x65735546, 'FUSE'],
]);

/**
 * Opens the ledger file, or `:memory:`, made if absent, with the pragmas that make a commit survive a power cut.
 * @throws {UserError} (exit 2) when the file can't be used: no permission, a network file system, no database,
 *   another program's, damaged, or of a layout that this imggen does not read; exit 75 when it stays locked.
 */
export function openDatabase(file: string, lock = new LockWait()): Sqlite.Database {
  if (file !== ':memory:') prepareFolder(file);
  const db = connect(file);
  try {
    assertVersion(db);
    lock.until(() => assertOurs(db, file));
    lock.until(() => configure(db, file));
    lock.until(() => migrate(db, file));
    return db;
  } catch (error) {
    db.close();
    throw explain(error, file);
  }
}

function prepareFolder(file: string): void {
  const folder = dirname(file);
  try {
    makeFolders(folder);
    assertNoLinksBeside(file);
    const kind = NETWORK_FILE_SYSTEMS.get(statfsSync(folder).type >>> 0);
    if (kind) {
      throw new UserError(`the ledger can't live on a network file system (${kind}): ${folder}`, {
        hint: 'put it on a local disk',
        advice: { code: 'choose-ledger' },
      });
    }
    if (existsSync(file) && statSync(file).isDirectory()) {
      throw new UserError(`the ledger is a folder: ${file}`, {
        hint: 'name a file',
        advice: { code: 'choose-ledger' },
      });
    }
  } catch (error) {
    throw explain(error, file);
  }
}

/** One by one: `recursive: true` never returns where a parent can't be made below /proc. */
function makeFolders(folder: string): void {
  if (existsSync(folder)) return;
  makeFolders(dirname(folder));
  try {
    mkdirSync(folder, { mode: 0o700 });
  } catch (error) {
    if ((error as { code?: string }).code !== 'EEXIST') throw error;
  }
}

function connect(file: string): Sqlite.Database {
  try {
    return new Sqlite(file, { timeout: BUSY_SLICE_MS });
  } catch (error) {
    throw explain(error, file);
  }
}

function assertVersion(db: Sqlite.Database): void {
  const text = db.prepare('SELECT sqlite_version()').pluck().get() as string;
  const parts = text.split('.').map(Number);
  const order = SQLITE_MIN.map((min, i) => (parts[i] ?? 0) - min).find((difference) => difference !== 0) ?? 0;
  if (order < 0) throw new Error(`SQLite ${text} is older than ${SQLITE_MIN.join('.')}: reinstall better-sqlite3`);
}

function configure(db: Sqlite.Database, file: string): void {
  if (file !== ':memory:') {
    db.pragma('journal_mode = WAL');
    chmodSync(file, 0o600);
  }
  db.pragma(SYNCED);
  // KiB. better-sqlite3's own 16 MiB would fill up with the size of the job; the kernel keeps the file's pages anyway.
  db.pragma('cache_size = -1000');
  db.pragma('foreign_keys = ON');
}

/** Names a copy only where there is one. */
function damagedHint(file: string): string {
  const changedMs = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const [newest] = readdirSync(dirname(file))
    .filter((name) => name.startsWith(basename(file)) && name.endsWith('.bak'))
    .map((name) => join(dirname(file), name))
    .toSorted((a, b) => changedMs(b) - changedMs(a));
  const anew = 'move the file away and start a new ledger, which adopts what was uploaded to a store';
  return newest === undefined
    ? `nothing was changed, and there is no copy beside it. Pictures stay where they are: ${anew}`
    : `nothing was changed. Put the newest copy in its place (${newest}): what was made since is looked for before ` +
        `anything is paid; or ${anew}`;
}

/** A failure of opening, in words; what is none is given back as it is. */
export function explain(error: unknown, file: string): unknown {
  if (error instanceof UserError) return error;
  const code = (error as { code?: string }).code ?? '';
  if (code === 'SQLITE_NOTADB' || code.startsWith('SQLITE_CORRUPT')) {
    return new UserError(`the ledger is damaged or no database: ${file}`, {
      hint: damagedHint(file),
      advice: { code: 'adopt' },
      cause: error,
    });
  }
  if (/^SQLITE_(CANTOPEN|READONLY|PERM|IOERR|FULL)|^E(ACCES|NOENT|ROFS|PERM|NOSPC|NOTDIR|NAMETOOLONG)/.test(code)) {
    const why = /FULL|NOSPC/.test(code) ? 'the disk is full' : 'the ledger can not be written';
    const owner = whose(file);
    return new UserError(`${why} (${code}): ${file}${owner}`, {
      hint:
        owner === ''
          ? 'check the permissions and the free space of its folder, or name another place'
          : 'nothing was sent. Run imggen as that user, give the files to this one, or name another place',
      advice: { code: 'choose-ledger' },
      cause: error,
    });
  }
  if (code === 'MODULE_NOT_FOUND' || code === 'ERR_DLOPEN_FAILED') {
    const [why = ''] = (error as Error).message.split('\n');
    return new UserError(`SQLite can't be loaded on this system (${process.platform}-${process.arch}): ${why}`, {
      hint: 'nothing was sent. Install again on this machine (`npm ci`): another system’s packages do not fit',
      cause: error,
    });
  }
  return error;
}
