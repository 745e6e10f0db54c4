import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { explain, openDatabase } from '../../src/ledger/open.ts';
import { migrate } from '../../src/ledger/migrate.ts';
import { MIGRATIONS } from '../../src/ledger/schema.ts';
import { newFolder, removeFolder } from '../support/jobs.ts';

let folder: string;
let file: string;
beforeEach(() => {
  folder = newFolder('open');
  file = join(folder, '.imggen', 'ledger.db');
});
afterEach(() => removeFolder(folder));

/** The error of an opening that must fail. */
function refusal(path: string): UserError {
  try {
    openDatabase(path).close();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('it opened');
}

describe('opening a ledger', () => {
  it('makes file and folder for its user alone', () => {
    openDatabase(file).close();
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, '.imggen')).mode & 0o777).toBe(0o700);
  });

  it('makes commits that survive a power cut', () => {
    const db = openDatabase(file);
    expect(db.pragma('journal_mode', { simple: true })).toBe('wal');
    expect(db.pragma('synchronous', { simple: true })).toBe(2);
    db.close();
  });

  it('changes nothing the second time', () => {
    const dump = () => {
      const db = openDatabase(file);
      const tables = db.prepare('SELECT sql FROM sqlite_master ORDER BY name').all();
      const version: unknown = db.pragma('user_version', { simple: true });
      db.close();
      return JSON.stringify([tables, version]);
    };
    expect(dump()).toBe(dump());
    expect(readdirSync(join(folder, '.imggen')).filter((name) => name.endsWith('.bak'))).toEqual([]);
  });

  it('brings an older ledger up to date, with all it holds, and leaves a copy of it as it was', () => {
    openDatabase(file).close();
    const old = new Sqlite(file);
    old.exec(
      `INSERT INTO characters (id, name, seed, attributes, locked, created_at_ms)
        VALUES ('mira', 'Mira', 7, '{}', '{}', 1)`,
    );
    const later = [...MIGRATIONS, 'CREATE TABLE later (id INTEGER PRIMARY KEY) STRICT;'];
    migrate(old, file, later);
    migrate(old, file, later);
    old.close();
    const facts = (path: string) => {
      const db = new Sqlite(path, { readonly: true });
      const found = [
        db.pragma('user_version', { simple: true }),
        db.prepare('SELECT id FROM characters').pluck().all(),
        db.prepare(`SELECT COUNT(*) FROM sqlite_schema WHERE name = 'later'`).pluck().get(),
      ];
      db.close();
      return found;
    };
    const copies = readdirSync(join(folder, '.imggen')).filter((name) => name.endsWith('.bak'));
    expect(copies).toHaveLength(1);
    const copy = join(folder, '.imggen', copies[0] ?? '');
    expect([facts(file), facts(copy)]).toEqual([
      [MIGRATIONS.length + 1, ['mira'], 1],
      [MIGRATIONS.length, ['mira'], 0],
    ]);
    expect(statSync(copy).mode & 0o777).toBe(0o600);
  });

  it('keeps owners’ lock files in a folder for its user alone, and takes its own away', () => {
    const ledger = new Ledger({ file, now: Date.now });
    const owners = join(folder, '.imggen', 'owners');
    expect(statSync(owners).mode & 0o777).toBe(0o700);
    expect(readdirSync(owners)).toContain(`${ledger.owner}.lock`);
    ledger.close();
    expect(readdirSync(owners)).not.toContain(`${ledger.owner}.lock`);
  });
});

describe('a ledger that can’t be used is refused with what to do', () => {
  it('when a newer imggen wrote it, and is left as it is', () => {
    const db = openDatabase(file);
    db.pragma(`user_version = ${MIGRATIONS.length + 3}`);
    db.close();
    const error = refusal(file);
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('newer imggen');
    expect(error.hint).toContain('update imggen');
    const raw = new Sqlite(file);
    expect(raw.pragma('user_version', { simple: true })).toBe(MIGRATIONS.length + 3);
    raw.close();
  });

  it('when it has a layout from before the first release, and is left as it is', () => {
    mkdirSync(join(folder, '.imggen'));
    const old = new Sqlite(file);
    for (const table of ['shots', 'attempts', 'reservations']) old.exec(`CREATE TABLE ${table} (id INTEGER)`);
    old.pragma('user_version = 2');
    old.close();
    const before = readFileSync(file);
    const error = refusal(file);
    expect(error.kind).toBe('usage');
    expect(error.message).toContain('before the first release');
    expect(error.hint).toContain('move it away');
    expect(readFileSync(file)).toEqual(before);
    expect(readdirSync(join(folder, '.imggen'))).toEqual(['ledger.db']);
  });

  it('when it is the database of another program, and is left as it is', () => {
    mkdirSync(join(folder, '.imggen'));
    const other = new Sqlite(file);
    other.exec('CREATE TABLE bookmarks (url TEXT)');
    other.close();
    chmodSync(file, 0o640);
    const before = readFileSync(file);
    expect(refusal(file).message).toContain('no ledger of imggen');
    expect(readFileSync(file)).toEqual(before);
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  it('when it is no database', () => {
    mkdirSync(join(folder, '.imggen'));
    writeFileSync(file, 'this is a shopping list, and a rather long one, that nobody should lose'.repeat(20));
    expect(refusal(file).message).toContain('damaged or no database');
  });

  it.each(['another-system.node', 'not-there.node'])('when SQLite itself is no file of this system: %s', (name) => {
    writeFileSync(join(folder, 'another-system.node'), 'made for another system');
    let error: unknown;
    try {
      createRequire(join(folder, 'binding.js'))(join(folder, name));
    } catch (caught) {
      error = explain(caught, file);
    }
    expect(error).toBeInstanceOf(UserError);
    expect(error).toMatchObject({ hint: expect.stringContaining('npm ci') as string });
    expect((error as UserError).message).toContain(name);
  });

  it('when it was cut short', () => {
    openDatabase(file).close();
    truncateSync(file, 5_000);
    expect(refusal(file).message).toContain('damaged');
    expect(refusal(file).hint).toMatch(/there is no copy beside it/);
    writeFileSync(`${file}.v1-1234.bak`, '');
    expect(refusal(file).hint).toContain(`${file}.v1-1234.bak`);
  });

  it('when it is a folder', () => {
    mkdirSync(file, { recursive: true });
    expect(refusal(file).message).toContain('is a folder');
  });

  it('when its folder is a file', () => {
    writeFileSync(join(folder, '.imggen'), '');
    expect(refusal(file)).toBeInstanceOf(UserError);
  });
});
