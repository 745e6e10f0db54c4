/** Characters are unique for their owner; the numbers of their pictures are one sequence a slug. */
import { expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

const mira = (ledger: Ledger, owner?: string, seed = 7) =>
  ledger.characters.register({
    id: 'mira',
    owner,
    name: 'Mira',
    seed,
    attributes: { name: 'Mira', distinctiveFeatures: [], style: 'photo' },
    locked: { seed },
  });

it('two owners may both have a character of the same id, each with its own seed', () => {
  const ledger = openLedgers().connection('a');
  const anna = mira(ledger, 'anna', 1).character;
  const bert = mira(ledger, 'bert', 2).character;
  const nobodys = mira(ledger, undefined, 3).character;
  expect(mira(ledger, 'anna', 9)).toEqual({ character: anna, created: false });
  expect([anna, bert, nobodys].map(({ owner, seed }) => [owner, seed])).toEqual([
    ['anna', 1],
    ['bert', 2],
    [null, 3],
  ]);
  expect(ledger.characters.find('mira', 'bert')).toEqual(bert);
  expect(ledger.characters.find('mira', null)).toEqual(nobodys);
  expect(ledger.characters.find('mira', 'carl')).toBeUndefined();
  expect(ledger.characters.named('mira')).toEqual([nobodys, anna, bert]);
  expect(ledger.characters.get(anna.key)).toEqual(anna);
  expect(() => ledger.characters.get(99)).toThrow('not in the ledger');
  expect(ledger.characters.relock(bert.key, { ...bert, seed: 5 }).seed).toBe(5);
  expect(ledger.characters.find('mira', 'anna')?.seed).toBe(1);
});

it('their pictures have one sequence of numbers, and galleries of their own', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const keys = ['anna', 'bert'].map((owner) => mira(ledger, owner).character.key);
  const jobs = keys.map((characterKey) =>
    makeJob(ledger, ledgers.folder, { shots: galleryShots(2), characterKey, kind: 'pack' }),
  );
  for (const turn of [0, 1, 1, 0]) finish(ledger, ledgers.claimed(ledger, [jobs[turn]!.id]));
  const numbers = keys.map((characterKey) => ledger.images.gallery({ characterKey }).map((image) => image.number));
  expect(numbers).toEqual([
    [4, 1],
    [3, 2],
  ]);
  expect(ledger.characters.nextNumber('mira')).toBe(5);
  expect(ledger.maintenance.images('mira').map((image) => image.characterKey)).toEqual([
    keys[0],
    keys[1],
    keys[1],
    keys[0],
  ]);
});

it('forgetting one leaves the other’s jobs alone', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const [anna, bert] = ['anna', 'bert'].map((owner) => mira(ledger, owner).character);
  const jobs = [anna!, bert!].map(({ key: characterKey }) =>
    makeJob(ledger, ledgers.folder, { shots: galleryShots(1), characterKey }),
  );
  ledger.characters.forget(anna!.key);
  expect(jobs.map((job) => ledger.jobs.find(job.id)?.state)).toEqual(['canceled', 'open']);
  expect(ledger.characters.get(anna!.key).locked).toEqual({});
  expect(ledger.characters.get(bert!.key).locked).toEqual({ seed: 7 });
});
