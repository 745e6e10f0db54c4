/** The weights of a character: named, kept, and told by whom they are used. */
import Sqlite from 'better-sqlite3';
import { expect, it } from 'vitest';
import { LostLease } from '../../src/ledger/connection.ts';
import { Ledger } from '../../src/ledger/ledger.ts';
import { MIGRATIONS, APPLICATION_ID } from '../../src/ledger/schema.ts';
import { jobsOfPictures } from '../../src/runner/running.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';
import { finishTraining, makeTraining, newLora } from '../support/trainings.ts';

const MONEY = { route: { provider: 'fal', model: 'fal-ai/flux-lora-fast-training', scope: 'fal:k', worstMicros: 9 } };

it('a training ends with the weights, its attempt and its cost in one commit', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeTraining(ledger, ledgers.folder);
  const claim = ledgers.claimed(ledger, [job.id], MONEY);
  const lora = finishTraining(ledger, claim, newLora(ledgers.folder));
  expect(lora).toMatchObject({
    jobId: job.id,
    state: 'stored',
    chosen: true,
    provider: 'fal',
    url: 'https://files.test/mira_lora_1.safetensors',
    costMicros: 40,
    madeWith: ['fal-ai/flux-lora'],
  });
  expect(ledger.loras.current(job.characterKey, 'fal')).toEqual(lora);
  expect(ledger.loras.current(job.characterKey, 'replicate')).toBeUndefined();
  expect(ledger.loras.ofJob(job.id)).toEqual(lora);
  expect(ledger.attempts.find(claim.attempt.id)).toMatchObject({ state: 'settled', outcome: 'done' });
  expect(ledger.jobs.counts(job.id).done).toBe(1);
});

it('a name before its file is linked is not used, and is found again after a crash', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeTraining(ledger, ledgers.folder);
  const { lease, shot } = ledgers.claimed(ledger, [job.id], MONEY);
  const first = ledger.loras.name(lease, newLora(ledgers.folder));
  expect(ledger.loras.named(shot.id)).toEqual(first);
  expect(ledger.loras.current(job.characterKey, 'fal')).toBeUndefined();
  const other = ledger.loras.name(lease, newLora(ledgers.folder, { filename: 'mira_lora_1_2.safetensors' }));
  expect(ledger.loras.named(shot.id)).toEqual(other);
});

it('nobody who lost the lease names or ends a training', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeTraining(ledger, ledgers.folder);
  const { lease } = ledgers.claimed(ledger, [job.id], MONEY);
  const { id } = ledger.loras.name(lease, newLora(ledgers.folder));
  const stale = { ...lease, token: lease.token - 1 };
  expect(() => ledger.loras.name(stale, newLora(ledgers.folder))).toThrow(LostLease);
  expect(() => ledger.loras.done(stale, id)).toThrow(LostLease);
  expect(ledger.loras.current(job.characterKey, 'fal')).toBeUndefined();
});

it('the newest LoRA of a provider is the one in use, the others stay', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const made = ['fal', 'fal', 'replicate'].map((provider, index) => {
    const job = makeTraining(ledger, ledgers.folder, { provider });
    const claim = ledgers.claimed(ledger, [job.id], { route: { ...MONEY.route, provider } });
    const lora = finishTraining(ledger, claim, newLora(ledgers.folder, { steps: 1_000 + index }));
    ledger.jobs.openRun([job.id]).close(job.id, 0);
    return lora;
  });
  const [key] = made.map(({ characterKey }) => characterKey);
  const current = (provider: string) => ledger.loras.current(key ?? 0, provider)?.steps;
  expect([current('fal'), current('replicate')]).toEqual([1_001, 1_002]);
  expect(ledger.loras.ofCharacter(key ?? 0).map(({ steps, chosen }) => [steps, chosen])).toEqual([
    [1_002, true],
    [1_001, true],
    [1_000, false],
  ]);
});

it('a training costs money, and is no picture in the statistics', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const pictures = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  finish(ledger, ledgers.claimed(ledger, [pictures.id]));
  const job = makeTraining(ledger, ledgers.folder);
  finishTraining(ledger, ledgers.claimed(ledger, [job.id], MONEY), newLora(ledgers.folder));
  expect(ledger.statistics.characters()).toMatchObject([{ pictures: 1, picturesMade: 1, spentMicros: 80 }]);
  const trainer = { provider: 'fal', pictures: 0, picturesMade: 0, attempts: 1, done: 1, spentMicros: 40 };
  expect(ledger.statistics.models()).toMatchObject([
    { ...trainer, firstPictureMs: null },
    { provider: 'paper', pictures: 1 },
  ]);
  expect(ledger.statistics.spending(9)).toMatchObject([
    { provider: 'fal', images: 0, spentMicros: 40 },
    { provider: 'paper', images: 1 },
  ]);
  expect(ledger.jobs.newestOf(job.characterKey)?.id).toBe(pictures.id);
});

it('the runner of pictures takes no training, whoever hands it one', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeTraining(ledger, ledgers.folder);
  expect(() => jobsOfPictures(ledger, [job.id])).toThrow('is a training');
});

it('LoRAs of a deleted character are used no more', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeTraining(ledger, ledgers.folder);
  const lora = finishTraining(ledger, ledgers.claimed(ledger, [job.id], MONEY), newLora(ledgers.folder));
  expect(ledger.loras.remove(job.characterKey)).toEqual([lora]);
  expect(ledger.loras.current(job.characterKey, 'fal')).toBeUndefined();
  // A process that was killed may have left the file: the next deletion is told of it.
  expect(ledger.loras.remove(job.characterKey)).toEqual([{ ...lora, state: 'removed', chosen: false }]);
});

it('a ledger of the first layout gets the table of weights, and keeps its mark', () => {
  const ledgers = openLedgers();
  const file = `${ledgers.folder}/first.db`;
  const first = new Sqlite(file);
  first.exec(MIGRATIONS[0] ?? '');
  first.pragma(`application_id = ${APPLICATION_ID}`);
  first.pragma('user_version = 1');
  first.close();
  const ledger = new Ledger({ file, now: () => 1 });
  expect(ledger.loras.ofCharacter(1)).toEqual([]);
  ledger.close();
});
