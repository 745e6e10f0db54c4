/** A training is no picture: what goes on with pictures leaves it alone. */
import { join } from 'node:path';
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { Ledger } from '../../src/ledger/ledger.ts';
import { ask, imggen, newStudio, picturesIn } from '../support/cli/imggen.ts';
import { makeTraining } from '../support/trainings.ts';

/** A studio with a training in its ledger, at the provider that draws its pictures for nothing. */
function withTraining(state: 'queued' | 'failed'): string {
  const folder = newStudio({ character: { name: 'Mira', gender: 'woman', seed: 7 } });
  const file = join(folder, '.imggen', 'ledger.db');
  const ledger = new Ledger({ file, now: Date.now });
  makeTraining(ledger, join(folder, 'images'), { provider: 'local', model: 'local', width: 64, height: 64 });
  ledger.close();
  const db = new Sqlite(file);
  db.prepare(`UPDATE shots SET state = ?`).run(state);
  db.close();
  return folder;
}

const requests = (folder: string) => ask(folder, 'SELECT id FROM attempts');

it.each([
  ['resume', 'queued', 'nothing is unfinished'],
  ['retry', 'failed', 'nothing has failed'],
] as const)('`%s` without a name draws no picture of a training that is %s', async (command, state, says) => {
  const folder = withTraining(state);
  const ran = await imggen(folder, [command]);
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stdout + ran.stderr).toContain(says);
  expect([requests(folder), picturesIn(folder, 'mira')]).toEqual([[], []]);
});

it('a pack beside a training makes its own pictures and nothing of the training', async () => {
  const folder = withTraining('queued');
  expect(await imggen(folder, ['pack', '--count', '2'])).toMatchObject({ exitCode: 0 });
  expect(picturesIn(folder, 'mira')).toHaveLength(2);
  expect(ask(folder, `SELECT state FROM shots WHERE kind = 'train'`)).toEqual([{ state: 'queued' }]);
});
