import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('an image has one score a model, the last one written', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const { id: imageId } = finish(ledger, ledgers.claimed(ledger, [job.id]));
  expect(ledger.scores.of(imageId)).toEqual([]);
  ledger.scores.write({ imageId, model: 'b', score: 0.4, distances: { ref: 1.2 } });
  ledger.scores.write({ imageId, model: 'a', score: null, distances: {} });
  ledger.scores.write({ imageId, model: 'b', score: 0.9, distances: { ref: 0.3, other: 0.7 } });
  const atMs = ledgers.nowMs;
  expect(ledger.scores.of(imageId)).toEqual([
    { imageId, model: 'a', score: null, distances: {}, atMs },
    { imageId, model: 'b', score: 0.9, distances: { ref: 0.3, other: 0.7 }, atMs },
  ]);
  expect(() => ledger.scores.write({ imageId: 99, model: 'a', score: 1, distances: {} })).toThrow(/FOREIGN KEY/);
});
