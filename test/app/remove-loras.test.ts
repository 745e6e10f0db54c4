/** Owners who use the same id share a folder: deleting the character of one leaves what the other is to send. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { removeLoras } from '../../src/app/remove-loras.ts';
import { openLedgers } from '../support/ledgers.ts';
import { makeTraining } from '../support/trainings.ts';

it('takes its own sets, and not the set of another owner’s training', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const output = join(ledgers.folder, 'images');
  const lora = join(output, 'mira', 'lora');
  const [own, another] = ['a', 'b'].map((letter) => join(lora, `training-${letter.repeat(12)}.zip`)) as [
    string,
    string,
  ];
  mkdirSync(lora, { recursive: true });
  for (const zip of [own, another]) writeFileSync(zip, 'set');
  const theirs = makeTraining(ledger, output).settings.training;
  if (!theirs) throw new Error('no training');
  ledgers.db.prepare(`UPDATE jobs SET settings = json_set(settings, '$.training.zip', ?)`).run(another);
  removeLoras(ledger, { key: 99, id: 'mira' }, [join(output, 'mira')]);
  expect([own, another].map((zip) => existsSync(zip))).toEqual([false, true]);
  ledger.close();
});
