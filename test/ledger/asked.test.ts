/** What a character was asked for before. */
import { expect, it } from 'vitest';
import { galleryShots, makeJob, plannedShot } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('tells the seeds of the prompts that it is asked about, and reads no others into memory', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const { characterKey } = makeJob(ledger, ledgers.folder, { shots: galleryShots(3) });
  const other = makeJob(ledger, ledgers.folder, {
    shots: [plannedShot('gallery-0001', 'gallery', 9)],
    fingerprint: 'g',
  });
  finish(ledger, ledgers.claimed(ledger, [other.id]));
  const [first = '', second = ''] = galleryShots(2).map(({ prompt }) => prompt);
  const asked = ledger.queries.askedSeeds(characterKey, new Set(['never', second, first]));
  expect([...asked.keys()].toSorted()).toEqual([first, second]);
  expect([...(asked.get(first) ?? [])].toSorted()).toEqual([7, 9]);
  expect([...(asked.get(second) ?? [])]).toEqual([7]);
  expect(ledger.queries.askedSeeds(characterKey, new Set())).toEqual(new Map());
  expect(ledger.queries.askedSeeds(characterKey + 1, new Set([first]))).toEqual(new Map());
});
