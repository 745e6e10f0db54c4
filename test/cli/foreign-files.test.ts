/** Files of another user where the ledger is: refused with whose they are and what to do, exit 2, nothing is made. */
import { chmodSync, chownSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { execa } from 'execa';
import { expect, it } from 'vitest';
import { BINARY, newStudio, picturesIn, spawnOptions, until, type Ran } from '../support/cli/imggen.ts';

const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
/** Root may read everything: the program runs as somebody else then. */
const asUser = isRoot ? { uid: NOBODY, gid: NOBODY } : {};

async function run(folder: string, args: readonly string[]): Promise<Ran> {
  const { exitCode, stdout, stderr, code } = await execa(process.execPath, [BINARY, ...args], {
    ...spawnOptions(folder),
    ...asUser,
  });
  expect(
    code,
    `user ${NOBODY} can not read ${process.execPath}: tests run by root need a folder that all may read`,
  ).not.toBe('EACCES');
  return { exitCode, stdout, stderr };
}

/** A studio of that user's with one picture. */
async function usersStudio(): Promise<string> {
  const folder = newStudio();
  if (isRoot) for (const path of [folder, join(folder, 'config.json')]) chownSync(path, NOBODY, NOBODY);
  const { exitCode, stderr } = await run(folder, ['pack', '--count', '1']);
  expect(exitCode, stderr).toBe(0);
  return folder;
}

/** Makes a file or folder one that only root may use. */
function takeAway(path: string): void {
  if (isRoot) chownSync(path, 0, 0);
  chmodSync(path, isRoot ? 0o600 : 0o000);
}

/** A lock of a process that works on the job. */
function foreignLock(folder: string, mode: number): string {
  const db = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  db.exec(`INSERT INTO runs (job_id, owner, number) VALUES (1, 'of-root', 1)`);
  db.close();
  const lock = join(folder, '.imggen', 'owners', 'of-root.lock');
  writeFileSync(lock, '');
  chmodSync(lock, mode);
  return lock;
}

it.each([
  ['ledger.db', (folder: string) => join(folder, '.imggen', 'ledger.db')],
  ['owners', (folder: string) => join(folder, '.imggen', 'owners')],
  ['.imggen', (folder: string) => join(folder, '.imggen')],
  ['the lock of a process that works on a job', (folder: string) => foreignLock(folder, 0o600)],
])('%s', async (_, pathOf) => {
  const folder = await usersStudio();
  const path = pathOf(folder);
  takeAway(path);
  for (const args of [
    ['pack', '--count', '1', '--new'],
    ['gallery', 'mira-sol'],
  ]) {
    const { exitCode, stderr } = await run(folder, args);
    expect(exitCode, stderr).toBe(2);
    expect(stderr).toContain(path);
    expect(stderr).toMatch(isRoot ? /belongs to user 0, and this is user 65534[^]*→ / : /→ /);
    expect(stderr).not.toMatch(/bug|\n\s+at /);
  }
  chmodSync(path, 0o755);
  expect(picturesIn(folder)).toHaveLength(1);
});

it('a lock that can be read, and not written, tells whether its process runs', async () => {
  const folder = await usersStudio();
  const lock = foreignLock(folder, 0o444);
  const { exitCode, stderr } = await run(folder, ['delete', 'mira-sol', '--yes']);
  expect(exitCode, stderr).toBe(0);
  expect(readdirSync(join(folder, '.imggen', 'owners'))).toContain(lock.split('/').at(-1));
});

it.runIf(isRoot)("root's lock in a user's folder is the user's, whatever root's umask", async () => {
  const folder = await usersStudio();
  const command = [process.execPath, BINARY, 'pack', '--count', '500'];
  const long = execa('/bin/sh', ['-c', 'umask 077; exec "$0" "$@"', ...command], spawnOptions(folder));
  const owners = join(folder, '.imggen', 'owners');
  await until('its lock', () => statSync(join(owners, readdirSync(owners)[0] ?? '')).uid === NOBODY);
  long.kill('SIGKILL');
  await long;
});
