import { randomUUID } from 'node:crypto';
import { chmodSync } from 'node:fs';
import type Sqlite from 'better-sqlite3';
import { UserError } from '../errors.ts';
import { APPLICATION_ID, MIGRATIONS } from './schema.ts';

/**
 * Looks whether the file is ours to write, before anything in it is touched.
 * @throws {UserError} for a database of another program, of an imggen before its first release, or of a newer one.
 */
export function assertOurs(db: Sqlite.Database, file: string, migrations = MIGRATIONS): void {
  const tables = read(db, 'SELECT COUNT(*) FROM sqlite_schema');
  const version = versionOf(db);
  const application = read(db, 'PRAGMA application_id');
  const isEmpty = tables === 0 && application === 0;
  if (isEmpty && version === 0) return;
  if (!isEmpty && application !== APPLICATION_ID) throw foreign(db, file);
  if (version > migrations.length) {
    const versions = `its version ${version}, ours ${migrations.length}`;
    throw new UserError(`the ledger was written by a newer imggen (${versions}): ${file}`, {
      hint: 'update imggen, or name another ledger',
      advice: { code: 'choose-ledger' },
    });
  }
}

/** Tells a database of another program from a ledger of the time before the application id. */
function foreign(db: Sqlite.Database, file: string): UserError {
  const known = read(db, `SELECT COUNT(*) FROM sqlite_schema WHERE name IN ('shots', 'attempts', 'reservations')`);
  if (known < 3)
    return new UserError(`this is a database, and no ledger of imggen: ${file}`, {
      hint: 'nothing was changed; name another ledger',
      advice: { code: 'choose-ledger' },
    });
  return new UserError(`the ledger has a layout from before the first release, which this imggen can't read: ${file}`, {
    hint: 'move it away and start a new one (the pictures stay where they are), or name another ledger',
    advice: { code: 'choose-ledger' },
  });
}

/** Brings a ledger to today's layout; one that holds something is copied beside itself first. */
export function migrate(db: Sqlite.Database, file: string, migrations = MIGRATIONS): void {
  const before = versionOf(db);
  if (before === migrations.length) return;
  // Not inside a transaction, so before it: a copy of what a migration might spoil.
  if (before > 0) copyInto(db, `${file}.v${before}-${randomUUID().slice(0, 8)}.bak`);
  const upgrade = db.transaction(() => {
    assertOurs(db, file, migrations);
    for (const sql of migrations.slice(versionOf(db))) db.exec(sql);
    db.pragma(`application_id = ${APPLICATION_ID}`);
    db.pragma(`user_version = ${migrations.length}`);
  });
  upgrade.exclusive();
}

function versionOf(db: Sqlite.Database): number {
  return read(db, 'PRAGMA user_version');
}

function read(db: Sqlite.Database, sql: string): number {
  return Number(db.prepare(sql).pluck().get());
}

/** Writes a copy of all that is committed to a new file. */
export function copyInto(db: Sqlite.Database, target: string): void {
  db.prepare('VACUUM INTO ?').run(target);
  chmodSync(target, 0o600);
}
