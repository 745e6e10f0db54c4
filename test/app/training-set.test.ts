/** Which pictures are good enough to train with: a person's word before a score. */
import { describe, expect, it } from 'vitest';
import { chooseTrainingSet } from '../../src/app/training-set.ts';
import { galleryShots } from '../support/jobs.ts';
import { undecodablePng } from '../support/undecodable.ts';
import { openRig, picture, provider } from '../support/runner-rig.ts';

const paper = provider({ submit: ({ shot }) => Promise.resolve(picture(shot)) });

describe('a training set', () => {
  it('has pictures above the score that nobody has reviewed; what a person approved counts more', async () => {
    const rig = openRig();
    const shots = galleryShots(6).map((shot) => ({ ...shot, kind: 'training' as const }));
    await rig.run(rig.job({ shots, settings: { concurrency: 1 } }), [paper]);
    const images = rig.ledger.images.gallery({ characterKey: 1 }).toReversed();
    const scores = [0.9, 0.5, 0.5, 0.95, null];
    for (const [index, score] of scores.entries()) {
      const details = {
        why: null,
        against: 'avatar' as const,
        facesFound: 1,
        facePx: 200,
        pose: null,
        hash: index < 3 ? '01'.repeat(32) : null,
      };
      const row = { imageId: images[index]?.id ?? 0, model: 'test', score, distances: {}, details };
      rig.ledger.scores.write(row);
    }
    rig.ledger.images.mark(images[2]?.id ?? 0, { review: 'approved' });
    rig.ledger.images.mark(images[3]?.id ?? 0, { review: 'rejected' });
    const choose = (how: { minScore?: number; drawing?: string[] }) =>
      chooseTrainingSet(rig.ledger, { key: 1 }, { ...how, drawing: new Set(how.drawing ?? []) });
    const numbers = (chosen: readonly { number: number }[]) => chosen.map(({ number }) => number);
    const scored = await choose({ minScore: 0.85 });
    expect(numbers(scored.chosen)).toEqual([1, 3]);
    expect(scored.leftOut.map(({ why }) => why)).toEqual(['low-score', 'rejected', 'no-score', 'no-score']);
    expect(scored.leftOut[0]?.reason).toBe('nobody has approved it, and its score is 0.50, below 0.85');
    expect(scored.lookAlike).toEqual([['mira_image_00001.png', 'mira_image_00003.png']]);
    expect(scored.chosen.map(({ likeness }) => likeness)).toEqual([0.9, 0.5]);
    expect(numbers((await choose({})).chosen)).toEqual([3]);
    expect(numbers((await choose({ minScore: 0 })).chosen)).toEqual([1, 2, 3]);
    const drawn = await choose({ minScore: 0, drawing: ['paper'] });
    expect(numbers(drawn.chosen)).toEqual([3]);
    expect(drawn).toMatchObject({ drawings: 1, leftOut: { length: 5 } });
  });

  it('has no picture that can not be decoded, approved or not', async () => {
    const rig = openRig();
    const broken = { kind: 'bytes', bytes: undecodablePng() } as const;
    const mixed = provider({
      submit: ({ shot }) => Promise.resolve(shot.endsWith('1') ? { ...picture(shot), image: broken } : picture(shot)),
    });
    const shots = galleryShots(2).map((shot) => ({ ...shot, kind: 'training' as const }));
    await rig.run(rig.job({ shots, settings: { concurrency: 1, thumbnails: false } }), [mixed]);
    const images = rig.ledger.images.gallery({ characterKey: 1 });
    expect(images).toHaveLength(2);
    for (const { id } of images) rig.ledger.images.mark(id, { review: 'approved' });
    const { chosen, leftOut } = await chooseTrainingSet(rig.ledger, { key: 1 }, { drawing: new Set() });
    expect([chosen.length, leftOut]).toMatchObject([1, [{ why: 'not-decodable', reason: 'it can not be decoded' }]]);
  });
});
