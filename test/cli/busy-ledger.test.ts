/** Another program holds the ledger's write lock: said after some seconds, and in the end with what to do. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it, onTestFinished } from 'vitest';
import { newHeldStudio } from '../support/cli/held.ts';
import { binary, imggen, linesOf, picturesIn, start, until } from '../support/cli/imggen.ts';

const SHORT_LOCKS = new URL('../programs/short-locks.ts', import.meta.url).href;

/** Takes the write lock of a ledger that is there, as `sqlite3` in another terminal would. */
function lockLedger(folder: string): () => void {
  const other = new Sqlite(join(folder, '.imggen', 'ledger.db'));
  other.exec('BEGIN IMMEDIATE');
  onTestFinished(() => void other.close());
  return () => other.exec('ROLLBACK');
}

/** Starts a pack, and takes the lock while its request is at the service; the answer comes then. */
async function lockedWhilePaying() {
  const studio = await newHeldStudio();
  const env = { ...studio.env, NODE_OPTIONS: `--import ${SHORT_LOCKS}` };
  const pack = start(studio.folder, ['pack', '--count', '1', '--json'], { env });
  let said = '';
  pack.stderr.on('data', (text: Buffer) => (said += text.toString()));
  await studio.arrived(1);
  const unlock = lockLedger(studio.folder);
  studio.open();
  return { ...studio, env, pack, unlock, said: () => said };
}

it('is waited for, and said: the paid picture is there when the lock is gone', async () => {
  const { folder, pack, unlock, said, sent } = await lockedWhilePaying();
  await until('the sentence', () => said().includes('the ledger is busy'));
  unlock();
  const { exitCode, stderr } = await pack;
  expect(exitCode, String(stderr)).toBe(0);
  expect([picturesIn(folder).length, sent()]).toEqual([1, 1]);
});

it('is no bug when it lasts: exit 75, and the paid answer is used by the next run', async () => {
  const { folder, pack, unlock, said, sent, env } = await lockedWhilePaying();
  const others = await Promise.all([
    binary(folder, ['jobs'], { env }),
    binary(folder, ['pack', '--count', '1', '--new'], { env }),
  ]);
  for (const { exitCode, stderr } of others) {
    expect(exitCode, stderr).toBe(75);
    expect(stderr).toMatch(/the ledger is busy[^]*for 30 s[^]*→ /);
    expect(stderr).not.toMatch(/bug|\n\s+at /);
  }
  const { exitCode, stdout } = await pack;
  expect(exitCode, said()).toBe(75);
  expect(said()).toMatch(/the ledger is busy[^]*imggen resume 1/);
  expect(said()).not.toMatch(/bug|\n\s+at /);
  expect(linesOf(String(stdout)).at(-1)).toMatchObject({ event: 'pack_completed', completed: 0 });
  unlock();
  const resumed = await imggen(folder, ['resume'], { env });
  expect(resumed.exitCode, resumed.stderr).toBe(0);
  expect([picturesIn(folder).length, sent()]).toEqual([1, 1]);
});
