/** What a training set says: trigger word, class, captions, coverage. */
import { describe, expect, it } from 'vitest';
import { coverageOf } from '../../src/dataset/coverage.ts';
import { defaultClass, defaultTrigger, isClass } from '../../src/dataset/words.ts';
import { TRIGGER_WORD } from '../../src/names.ts';
import { captionOf } from '../../src/plan/caption.ts';
import { trainingLook } from '../../src/plan/catalogue/training.ts';
import { planScenes } from '../../src/plan/scenes.ts';

const mira = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28] as const,
  ethnicity: 'Mediterranean',
  hairColor: 'auburn',
  hairStyle: 'long wavy',
  eyeColor: 'green',
  bodyType: 'athletic',
  outfitStyle: 'casual streetwear',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
};
const subject = { trigger: 'm1r4s0l', className: 'woman' };

describe('a caption', () => {
  it('tells view, expression, pose, place, light and clothes', () => {
    expect(captionOf(mira, trainingLook(1), subject)).toBe(
      'photo of m1r4s0l woman, head and shoulders, three-quarter view facing left, a soft, closed-mouth smile, ' +
        `shoulders relaxed, ${trainingLook(1).background}, ${trainingLook(1).light}, wearing casual streetwear`,
    );
  });

  it('never tells who it is: what it does not say is learned as the trigger word', () => {
    for (let index = 0; index < 100; index += 1) {
      const caption = captionOf(mira, trainingLook(index), subject);
      expect(caption).toMatch(/^photo of m1r4s0l woman, /);
      expect(caption).not.toMatch(/Mira|Mediterranean|auburn|wavy|green eyes|athletic|freckles|24|year old|\n/);
    }
  });

  it('has the trigger word where the user’s own scene has the name, and the scene’s outfit', () => {
    const scenes = [{ prompt: 'Mira Sol on a balcony, Mira’s hand on the rail near a mirador', outfit: 'a red coat' }];
    const [shot] = [...planScenes({ attributes: mira, seed: 1 }, { scenes, counts: [1], kind: 'training' })];
    expect(captionOf(mira, shot?.look, subject)).toContain(
      'm1r4s0l on a balcony, m1r4s0l’s hand on the rail near a mirador, wearing a red coat',
    );
  });

  it.each([
    ['watercolor', 'watercolor painting of m1r4s0l woman'],
    ['3d render', '3D render of m1r4s0l woman'],
    ['stained glass', 'portrait in the style of stained glass of m1r4s0l woman'],
    ['', 'photo of m1r4s0l woman'],
  ])('says what kind of picture it is: %j', (style, start) => {
    expect(captionOf({ ...mira, style }, undefined, subject)).toBe(start);
  });
});

describe('trigger word and class', () => {
  it('are made from the character', () => {
    expect(defaultTrigger('mira-sol')).toBe('m1r4s0l');
    expect(defaultTrigger('lynn')).toBe('lynn1');
    expect(TRIGGER_WORD.test(defaultTrigger('a'.repeat(60)))).toBe(true);
    expect([mira.gender, 'female', 'non-binary', undefined, '../x'].map((gender) => defaultClass({ gender }))).toEqual([
      'woman',
      'woman',
      'non-binary person',
      'person',
      'person',
    ]);
  });

  it('leave no folder', () => {
    for (const text of ['', '../x', 'a/b', 'a\\b', '..', '.x', 'two words', 'x'.repeat(41), 'a\u0000', 'ü'])
      expect(TRIGGER_WORD.test(text), text).toBe(false);
    for (const text of ['', '../x', 'woman/..', ' woman', 'woman ', '1', 'x'.repeat(41)])
      expect(isClass(text), text).toBe(false);
  });
});

describe('coverage', () => {
  it('counts views and light, and names what there is none of', () => {
    const looks = Array.from({ length: 10 }, (_, index) => trainingLook(index));
    const coverage = coverageOf([...looks, undefined]);
    expect(coverage).toMatchObject({ pictures: 11, unknown: 1, warnings: [] });
    expect(coverage.angles).toMatchObject({ front: 2, 'profile left': 1 });
    expect(coverage.missing.angles).toEqual([]);
    expect(coverage.missing.expressions).toContain('playful');
  });

  it('warns of sets that teach one view', () => {
    const look = { ...trainingLook(0), framing: 'full body' as const };
    expect(coverageOf([look, look]).warnings).toEqual([
      'the trainers ask for at least 10 pictures',
      'all pictures have one angle: front',
      'all pictures have one framing: full body',
      'all pictures have one expression: neutral',
      `all pictures have one light: ${look.light}`,
      'no picture shows the face from near',
    ]);
  });
});
