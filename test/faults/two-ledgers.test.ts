/** Two ledgers of one config, on one account: a look-up takes its own prediction, and says that others fit. */
import { cpSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, inject, it } from 'vitest';
import { runHere } from '../support/harness/cli.ts';
import { play } from '../support/harness/scene.ts';

const built = inject('builtPackage');

it('each ledger collects what it asked for, and the look-up says that another may use the account', async () => {
  await play({
    root: built,
    provider: 'replicate',
    count: 1,
    emulator: { faults: [{ on: 'submit', kind: 'hang', positions: [1] }] },
    meanwhile: async (running, emulator) => {
      await expect.poll(() => emulator.charges().length).toBe(1);
      running.kill('SIGKILL');
    },
    after: async (home, _, emulator) => {
      const other = {
        ...home,
        folder: `${home.folder}-other`,
        ledger: home.ledger.replace('/.imggen', '-other/.imggen'),
      };
      cpSync(home.folder, other.folder, { recursive: true });
      rmSync(dirname(other.ledger), { recursive: true });
      try {
        const second = await runHere(other, ['pack', '--count', '1', '--yes']);
        expect(second.code, second.stderr).toBe(0);
        const resumed = await runHere(home, ['resume', '--yes']);
        expect(resumed.code, resumed.stderr).toBe(0);
        expect(resumed.stdout).toMatch(/2 predictions.*another ledger may use this account/);
        expect(emulator.charges()).toHaveLength(2);
        expect(remoteOf(home.ledger)).not.toEqual(remoteOf(other.ledger));
      } finally {
        rmSync(other.folder, { recursive: true, force: true });
      }
    },
  });
});

function remoteOf(file: string): unknown {
  const db = new Sqlite(file, { readonly: true });
  try {
    return db.prepare('SELECT remote_id FROM attempts WHERE remote_id IS NOT NULL').pluck().all();
  } finally {
    db.close();
  }
}
