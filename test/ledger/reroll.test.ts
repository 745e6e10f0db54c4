/** Another take of finished pictures: the old one stays, and is superseded when the new one is done. */
import { describe, expect, it } from 'vitest';
import type { Image } from '../../src/ledger/records.ts';
import { galleryShots, makeJob } from '../support/jobs.ts';
import { finish, openLedgers } from '../support/ledgers.ts';

/** Two finished pictures of Mira, and what a reroll of some of them asks. */
function finished() {
  const ledgers = openLedgers();
  const ledger = ledgers.connection('a');
  const job = makeJob(ledger, ledgers.folder, { shots: galleryShots(2) });
  const images = [0, 1].map(() => finish(ledger, ledgers.claimed(ledger, [job.id])));
  const reroll = (takes: readonly { image: Image; seed: number }[], more: { key?: string; fresh?: boolean } = {}) =>
    ledger.jobs.reroll({
      takes: takes.map(({ image, seed }) => ({ imageId: image.id, seedOf: () => seed })),
      fingerprint: JSON.stringify(takes.map(({ image, seed }) => [image.id, seed])),
      settings: job.settings,
      priority: 1,
      ...more,
    });
  return { ledgers, ledger, job, images: images as [Image, Image], reroll };
}

describe('a reroll', () => {
  it('makes shots with the same look, prompt and kind, and the seed that was given', () => {
    const { ledgers, ledger, images, reroll } = finished();
    const { job, created } = reroll([{ image: images[1], seed: 99 }]);
    expect([created, job.kind, job.imageCount, job.state]).toEqual([true, 'reroll', 1, 'open']);
    const { shot } = ledgers.claimed(ledger, [job.id]);
    const before = galleryShots(2)[1]!;
    expect(shot).toMatchObject({ ...before, seed: 99, replacesImageId: images[1].id });
  });

  it('leaves the old picture as it is until the new one is done; then it is superseded, and stays', () => {
    const { ledgers, ledger, images, reroll } = finished();
    const { job } = reroll([{ image: images[0], seed: 99 }]);
    const claim = ledgers.claimed(ledger, [job.id]);
    expect(ledger.images.find(images[0].id)?.supersededBy).toBeNull();
    const again = finish(ledger, claim);
    expect(again).toMatchObject({ number: 3, seed: 99, supersededBy: null, shot: images[0].shot });
    expect(ledger.images.find(images[0].id)).toEqual({ ...images[0], supersededBy: again.id });
    const gallery = (superseded?: boolean) =>
      ledger.images.gallery({ characterKey: job.characterKey, superseded }).map((image) => image.number);
    expect([gallery(), gallery(false), gallery(true)]).toEqual([[3, 2, 1], [3, 2], [1]]);
  });

  it('may make several takes of one picture, and takes of a take', () => {
    const { ledgers, ledger, images, reroll } = finished();
    const { job } = reroll([
      { image: images[0], seed: 5 },
      { image: images[0], seed: 6 },
    ]);
    const takes = [0, 1].map(() => finish(ledger, ledgers.claimed(ledger, [job.id])));
    expect(takes.map((image) => image.shot)).toEqual(['gallery-0001', 'gallery-0001-2']);
    const { job: next } = reroll([{ image: takes[1]!, seed: 8 }]);
    expect(ledgers.claimed(ledger, [next.id]).shot).toMatchObject({ prompt: images[0].prompt, seed: 8 });
  });

  it('asked for again goes on while it is unfinished', () => {
    const { ledgers, ledger, images, reroll } = finished();
    const takes = [{ image: images[0], seed: 5 }];
    const first = reroll(takes);
    expect(reroll(takes)).toEqual({ job: first.job, created: false });
    expect(reroll(takes, { fresh: true }).created).toBe(true);
    finish(ledger, ledgers.claimed(ledger, [first.job.id]));
    ledger.jobs.openRun([first.job.id]).close(first.job.id, ledgers.nowMs);
    expect(reroll(takes, { key: 'k' }).job.id).toBe(reroll(takes, { key: 'k' }).job.id);
  });

  it('is refused for pictures that no shot of this ledger made, all of them named', () => {
    const { ledgers, ledger, images, reroll } = finished();
    ledgers.db.prepare('UPDATE images SET shot_id = NULL WHERE id = ?').run(images[1].id);
    const missing = { ...images[1], id: 77 };
    const ask = () => reroll([images[0], images[1], missing].map((image) => ({ image, seed: 1 })));
    expect(ask).toThrow(/can not be made again/);
    try {
      ask();
    } catch (error) {
      expect((error as { problems: string[] }).problems).toEqual([
        `${images[1].filename}: it was not made by this ledger`,
        '77: it was not made by this ledger',
      ]);
    }
    expect(ledger.jobs.list(9)).toHaveLength(1);
  });

  it('keeps `create-character` from making a superseded picture anew when it is deleted', () => {
    const ledgers = openLedgers();
    const ledger = ledgers.connection('a');
    const create = makeJob(ledger, ledgers.folder, { shots: galleryShots(1), kind: 'create' });
    const old = finish(ledger, ledgers.claimed(ledger, [create.id]));
    const { job } = ledger.jobs.reroll({
      takes: [{ imageId: old.id, seedOf: () => 4 }],
      fingerprint: 'r',
      settings: create.settings,
      priority: 1,
    });
    finish(ledger, ledgers.claimed(ledger, [job.id]));
    ledger.maintenance.remove(old.id);
    expect(ledger.jobs.counts(create.id)).toMatchObject({ done: 1, canceled: 0 });
  });
});
