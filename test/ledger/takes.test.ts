/** Of a picture and its other takes one counts: the most alike, unless a person says otherwise. */
import { expect, it } from 'vitest';
import type { Ledger } from '../../src/ledger/ledger.ts';
import type { Image } from '../../src/ledger/records.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

/** A picture and two other takes of it, with these scores; null: not compared yet. */
function family(scores: readonly (number | null)[]) {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(1) });
  const images: Image[] = [];
  for (const score of scores) {
    const image = finish(ledger, ledgers.claimed(ledger, [job.id]));
    images.push(image);
    if (score !== null) compared(ledger, image, score);
    const imageId = images[0]?.id ?? 0;
    ledger.takes.add({ imageId, takesMax: scores.length - 1, seedOf: (seed, take) => seed + take });
  }
  const counting = () => ledger.images.gallery({ characterKey: job.characterKey, superseded: false }).toReversed();
  return { ledgers, ledger, job, images: images as [Image, Image, Image], counting };
}

function compared(ledger: Ledger, { id: imageId, shotId }: Image, score: number): void {
  const details = { why: null, against: 'avatar', facesFound: 1, facePx: 200, pose: null, hash: null } as const;
  ledger.scores.write({ imageId, model: 'm', score, distances: {}, details });
  if (shotId !== null) ledger.takes.keepBest(shotId);
}

it('the most alike counts; one that was not compared yet does not', () => {
  const { ledger, images, counting } = family([0.2, 0.6, null]);
  expect(counting().map(({ id }) => id)).toEqual([images[1].id]);
  compared(ledger, images[2], 0.9);
  expect(counting().map(({ id }) => id)).toEqual([images[2].id]);
});

it('what a person approved counts, what was rejected does not, whatever is compared later', () => {
  const { ledger, images, counting } = family([0.2, 0.6, 0.5]);
  const ids = () => counting().map(({ id }) => id);
  ledger.images.mark(images[0].id, { review: 'approved' });
  expect(ids()).toEqual([images[0].id]);
  compared(ledger, images[1], 0.95);
  expect(ids()).toEqual([images[0].id]);
  // Two that were approved both count.
  ledger.images.mark(images[2].id, { review: 'approved' });
  expect(ids()).toEqual([images[0].id, images[2].id]);
  for (const { id } of [images[0], images[2]]) ledger.images.mark(id, { review: null });
  expect(ids()).toEqual([images[1].id]);
  ledger.images.mark(images[1].id, { review: 'rejected' });
  expect(ids()).toEqual([images[2].id]);
});

it('of what is left after a delete one counts', () => {
  const { ledger, images, counting } = family([0.2, 0.6, 0.5]);
  ledger.maintenance.remove(images[1].id);
  expect(counting().map(({ id }) => id)).toEqual([images[2].id]);
});

it('a reroll that a person asked for stays, whatever is compared later', () => {
  const { ledgers, ledger, images, job } = family([0.2, 0.6, 0.5]);
  const takes = [{ imageId: images[1].id, seedOf: (take: number) => 90 + take }];
  const reroll = ledger.jobs.reroll({ fingerprint: 'r', priority: 1, settings: job.settings, takes });
  const again = finish(ledger, ledgers.claimed(ledger, [reroll.job.id]));
  compared(ledger, images[1], 0.99);
  expect(ledger.images.find(images[1].id)?.supersededBy).toBe(again.id);
  expect(ledger.images.find(again.id)?.supersededBy).toBeNull();
});
