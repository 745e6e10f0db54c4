import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { CharacterAttributes } from '../../src/character.ts';
import { identityBlock } from '../../src/plan/identity.ts';
import { galleryLook } from '../../src/plan/plan.ts';
import { buildNegativePrompt, buildPrompt } from '../../src/plan/prompt.ts';
import { ANGLES, EXPRESSIONS, FRAMINGS } from '../../src/shot.ts';
import type { ShotLook } from '../../src/shot.ts';
import { anyText } from '../support/any-text.ts';

const mira: CharacterAttributes = {
  name: 'Mira Sol',
  gender: 'woman',
  eyeColor: 'green',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
};
const look: ShotLook = {
  pose: 'standing with arms relaxed',
  angle: 'three-quarter left',
  expression: 'calm',
  framing: 'waist up',
  light: 'soft overcast daylight',
  background: 'a wide sandy beach',
  setting: 'outdoor',
};

describe('a photo prompt', () => {
  test('says who, framing, angle, pose, expression, place, light and lens', () => {
    expect(buildPrompt(mira, look)).toBe(
      'Professional portrait photograph of Mira Sol, a woman with green eyes and freckles. ' +
        'Waist-up portrait, three-quarter view facing left, head and body turned halfway toward ' +
        'the left of the frame, eyes on the camera. ' +
        'Pose: standing with arms relaxed, with a calm, serene expression. Setting: a wide sandy ' +
        'beach. Lighting: soft overcast daylight. ' +
        '70mm lens at f/2.8, softly blurred background, natural skin texture, true-to-life colors, ' +
        'sharp focus on the eyes. One person only.',
    );
  });

  test('takes another lens for every framing', () => {
    const lenses = FRAMINGS.map((framing) => /\d+mm/.exec(buildPrompt(mira, { ...look, framing }))?.[0]);
    expect(new Set(lenses).size).toBe(FRAMINGS.length);
  });

  test('has its own words for every angle and expression, and never a profile that looks at the camera', () => {
    const prompts = ANGLES.flatMap((angle) =>
      EXPRESSIONS.map((expression) => buildPrompt(mira, { ...look, angle, expression })),
    );
    expect(new Set(prompts).size).toBe(ANGLES.length * EXPRESSIONS.length);
    for (const angle of ['profile left', 'profile right'] as const) {
      expect(buildPrompt(mira, { ...look, angle })).not.toMatch(/camera|viewer|into the lens/);
    }
    expect(buildPrompt(mira, { ...look, angle: 'profile right' })).toContain('facing right');
    expect(prompts.join()).not.toMatch(/[{}]|undefined/);
  });

  test.each(['', 'Photo', 'photo-realistic', 'photography'])('is what style "%s" means', (style) => {
    expect(buildPrompt({ ...mira, style }, look)).toBe(buildPrompt(mira, look));
  });
});

describe('another style', () => {
  test.each([
    ['watercolor', 'Watercolor painting of Mira Sol', 'paper grain'],
    ['Watercolour', 'Watercolor painting of Mira Sol', 'paper grain'],
    ['anime', 'Anime illustration of', 'cel shading'],
    ['oil painting', 'Oil painting of', 'brushwork'],
    ['3D-render', '3D render of', 'global illumination'],
    ['comic', 'Comic book illustration of', 'ink outlines'],
    ['pencil sketch', 'Pencil sketch of', 'graphite'],
    ['Art\nNouveau poster', 'Portrait of', 'In the style of Art Nouveau poster'],
  ])('%s is said as a medium, without a camera', (style, opening, finish) => {
    for (const framing of FRAMINGS) {
      for (const angle of ANGLES) {
        const prompt = buildPrompt({ ...mira, style }, { ...look, framing, angle });
        expect(prompt.startsWith(opening)).toBe(true);
        expect(prompt).toContain(finish);
        expect(prompt).not.toMatch(/photo|camera|lens|\d+mm|f\/\d/i);
      }
    }
  });
});

test('holds the identity block word for word in one line below 1,500 characters, for any legal attributes', () => {
  const text = anyText({ minLength: 1, maxLength: 200 });
  const word = fc.constantFrom('x'.repeat(200), 'word '.repeat(40), 'ü'.repeat(200));
  const any = fc.oneof(text, word);
  fc.assert(
    fc.property(
      fc.record({
        name: any,
        gender: any,
        ethnicity: any,
        hairColor: any,
        hairStyle: any,
        eyeColor: any,
        bodyType: any,
        outfitStyle: any,
        style: any,
      }),
      fc.array(any, { maxLength: 20 }),
      fc.nat(1_000_000),
      (texts, distinctiveFeatures, index) => {
        const attributes: CharacterAttributes = { ...texts, ageRange: [18, 120], distinctiveFeatures };
        const prompt = buildPrompt(attributes, galleryLook(index));
        expect(prompt).toContain(identityBlock(attributes));
        expect(prompt.length).toBeLessThan(1500);
        expect(prompt).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]| {2}/u);
      },
    ),
  );
});

test.each([
  [' watermark, text ', 'watermark, text'],
  ['   ', undefined],
  [undefined, undefined],
])('the negative prompt %j becomes %j', (negativePrompt, expected) => {
  expect(buildNegativePrompt({ ...mira, negativePrompt })).toBe(expected);
});
