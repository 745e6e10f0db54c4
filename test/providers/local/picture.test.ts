import { beforeAll, describe, expect, it } from 'vitest';
import type { CharacterAttributes } from '../../../src/character.ts';
import { planCharacter } from '../../../src/plan/plan.ts';
import { FACES } from '../../../src/providers/local/expression.ts';
import { identityOf } from '../../../src/providers/local/identity.ts';
import { drawPicture } from '../../../src/providers/local/picture.ts';
import type { DrawBust } from '../../../src/providers/local/picture.ts';
import { loadStyle } from '../../../src/providers/local/style.ts';
import { ANGLES, EXPRESSIONS, FRAMINGS } from '../../../src/shot.ts';
import type { ShotLook } from '../../../src/shot.ts';

const mira: CharacterAttributes = {
  name: 'Mira',
  gender: 'woman',
  hairColor: '#8c3b1f',
  hairStyle: 'bob',
  ethnicity: 'Irish',
  outfitStyle: 'navy hoodie',
  distinctiveFeatures: [],
  style: 'cartoon',
};
const shots = planCharacter({ attributes: mira, seed: 9 });
const look = shots[0]!.look;
let drawBust: DrawBust;
beforeAll(async () => {
  const { Avatar, style } = await loadStyle();
  drawBust = (options) => new Avatar(style, options).toString();
});
const draw = (some: Partial<ShotLook>, character = mira): string =>
  drawPicture({ character, seed: 9, look: { ...look, ...some }, width: 100, height: 100 }, drawBust);

describe('a shot', () => {
  it.each([
    ['angle', ANGLES],
    ['expression', EXPRESSIONS],
    ['framing', FRAMINGS],
    [
      'light',
      ['soft window light from the left', 'soft window light from the right', 'warm lamplight', 'blue-hour twilight'],
    ],
    [
      'pose',
      [
        'arms crossed loosely',
        'waving with one raised hand',
        'hands on the hips',
        'walking at an easy pace',
        'standing with arms relaxed',
      ],
    ],
    [
      'background',
      [
        'a plain white backdrop',
        'a plain charcoal backdrop',
        'a smooth terracotta-colored wall',
        'an odd one',
        'another odd one',
      ],
    ],
  ])('is another drawing for every %s', (part, values) => {
    expect(new Set(values.map((value) => draw({ [part]: value }))).size).toBe(values.length);
  });

  it.each(['indoor', 'outdoor'] as const)('takes place %s, each place in its own way', (setting) => {
    const places =
      setting === 'indoor'
        ? ['an old library', 'a farmhouse kitchen', 'a glasshouse full of plants', 'an art gallery', 'somewhere']
        : ['a sandy beach', 'a pine forest', 'a city street', 'a snowy square', 'a meadow', 'somewhere'];
    expect(new Set(places.map((background) => draw({ setting, background }))).size).toBe(places.length);
  });

  it('shows the same person in all of the eleven', () => {
    const { hair, skin, clothesColor } = identityOf(mira, 9);
    for (const shot of shots) for (const color of [hair, skin, clothesColor]) expect(draw(shot.look)).toContain(color);
  });
});

it('every face is its own and made of parts that the style has', async () => {
  const { style } = await loadStyle();
  const has = (part: string, variant: string): boolean =>
    style.components().get(part)?.variants().has(variant) ?? false;
  for (const face of Object.values(FACES))
    expect([
      has('mouth', face.mouthVariant),
      has('eyes', face.eyesVariant),
      has('eyebrows', face.eyebrowsVariant),
    ]).toEqual([true, true, true]);
  expect(new Set(Object.values(FACES).map((face) => JSON.stringify(face))).size).toBe(EXPRESSIONS.length);
});

it('turns the features within the head', () => {
  expect(draw({ angle: 'profile left' })).toContain('<g transform="translate(-11 1)">');
  expect(
    draw({ angle: 'profile left' }, { ...mira, distinctiveFeatures: ['glasses'] }).match(/translate\(-11 1\)/g),
  ).toHaveLength(2);
  expect(draw({ angle: 'profile left' }, { ...mira, distinctiveFeatures: ['full beard'] })).toContain(
    'translate(-2.75 0.25)',
  );
});

it('holds nothing that was written by somebody else', () => {
  const hostile = '"/><image href="http://127.0.0.1/x"/>';
  const svg = draw(
    { pose: hostile, light: hostile, background: hostile },
    { ...mira, name: hostile, outfitStyle: hostile, hairColor: hostile },
  );
  expect(svg).not.toContain('<image');
  expect(svg).not.toContain('127.0.0.1');
});
