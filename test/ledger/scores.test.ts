import { expect, it } from 'vitest';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

it('an image has one score a model, the last one written', () => {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const { id: imageId } = finish(ledger, ledgers.claimed(ledger, [job.id]));
  const details = { why: null, against: 'avatar', facesFound: 1, facePx: 200, pose: null, hash: null } as const;
  expect(ledger.scores.of(imageId)).toEqual([]);
  ledger.scores.write({ imageId, model: 'b', score: 0.4, distances: { ref: 1.2 }, details });
  ledger.scores.write({ imageId, model: 'a', score: null, distances: {}, details });
  ledger.scores.write({ imageId, model: 'b', score: 0.9, distances: { ref: 0.3, other: 0.7 }, details });
  const atMs = ledgers.nowMs;
  expect(ledger.scores.of(imageId)).toEqual([
    { imageId, model: 'a', score: null, distances: {}, details, atMs },
    { imageId, model: 'b', score: 0.9, distances: { ref: 0.3, other: 0.7 }, details, atMs },
  ]);
  expect(() => ledger.scores.write({ imageId: 99, model: 'a', score: 1, distances: {}, details })).toThrow(
    /FOREIGN KEY/,
  );
});
