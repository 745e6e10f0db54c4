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

it('`resume` goes on with a training as one: it draws no picture of it', async () => {
  const folder = withTraining('queued');
  const ran = await imggen(folder, ['resume']);
  expect(ran).toMatchObject({ exitCode: 2 });
  expect(ran.stdout + ran.stderr).toContain('local trains no LoRA');
  expect([requests(folder), picturesIn(folder, 'mira')]).toEqual([[], []]);
});

it('`retry` without a name leaves a training that failed alone', async () => {
  const folder = withTraining('failed');
  const ran = await imggen(folder, ['retry']);
  expect(ran).toMatchObject({ exitCode: 0 });
  expect(ran.stdout).toContain('no picture has failed; job ');
  expect([requests(folder), picturesIn(folder, 'mira')]).toEqual([[], []]);
});

it('a pack beside a training makes its own pictures and nothing of the training', async () => {
  const folder = withTraining('queued');
  expect(await imggen(folder, ['pack', '--count', '2'])).toMatchObject({ exitCode: 0 });
  expect(picturesIn(folder, 'mira')).toHaveLength(2);
  expect(ask(folder, `SELECT state FROM shots WHERE kind = 'train'`)).toEqual([{ state: 'queued' }]);
});
