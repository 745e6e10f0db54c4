import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LIGHTS_PER_PLACE, PLACES } from '../../src/plan/catalogue/places.ts';
import { POSES } from '../../src/plan/catalogue/poses.ts';
import { GALLERY_LOOKS, galleryLook } from '../../src/plan/plan.ts';
import { combinationAt } from '../../src/plan/combinations.ts';
import { EXPRESSIONS, FRAMINGS } from '../../src/shot.ts';

const distinct = (items: Iterable<unknown>) => new Set(items).size;

describe('the catalogue', () => {
  test('is large, and has no entry twice', () => {
    expect(distinct(POSES.map((pose) => pose.text))).toBe(POSES.length);
    expect(distinct(PLACES.map((place) => place.text))).toBe(PLACES.length);
    for (const place of PLACES) expect(distinct(place.lights)).toBe(LIGHTS_PER_PLACE);
    expect(POSES.length).toBeGreaterThanOrEqual(24);
    expect(PLACES.length).toBeGreaterThanOrEqual(24);
    for (const framing of FRAMINGS)
      expect(POSES.filter((pose) => pose.framing === framing).length).toBeGreaterThanOrEqual(5);
  });

  test('walks and sits only where the body is seen, and looks in no direction of its own', () => {
    for (const { text, framing } of POSES) {
      if (/walk|step|stride|standing|foot|knee|crouch/.test(text))
        expect(['three-quarter length', 'full body']).toContain(framing);
      if (/sitting|\bhip\b/.test(text)) expect(['waist up', 'three-quarter length', 'full body']).toContain(framing);
      expect(text).not.toMatch(/\blook|gaz|camera|\bleft\b|\bright\b|smil|laugh/);
    }
  });

  test('lights studios with lamps and the open air with the sky', () => {
    for (const { setting, lights } of PLACES) {
      if (setting === 'plain') expect(lights.join()).not.toMatch(/\bsun|dusk|sky|window|street/);
      else expect(lights.join()).not.toMatch(/softbox|strobe|Rembrandt|studio|key light/);
      if (setting === 'outdoor') expect(lights.join()).not.toMatch(/lamplight|window light|skylight|overhead/);
    }
  });
});

test('every look of the catalogue comes once before any comes twice', () => {
  const seen = new Set<string>();
  for (let index = 0; index < GALLERY_LOOKS; index++) {
    const { pose, background, light, angle, expression, framing } = galleryLook(index);
    seen.add([pose, background, light, angle, expression, framing].join('|'));
  }
  expect(seen.size).toBe(GALLERY_LOOKS);
  expect(galleryLook(GALLERY_LOOKS)).toEqual(galleryLook(0));
});

test('lists of any sizes show every combination once, and the first entry always changes', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 4 }), (sizes) => {
      const product = sizes.reduce((all, size) => all * size, 1);
      const positions = Array.from({ length: product }, (_, index) => combinationAt(sizes, index));
      expect(distinct(positions.map(String))).toBe(product);
      expect(
        positions.every((at) => at.every((position, list) => position >= 0 && position < (sizes[list] ?? 0))),
      ).toBe(true);
      if ((sizes[0] ?? 1) > 1)
        positions.forEach((at, index) => index > 0 && expect(at[0]).not.toBe(positions[index - 1]?.[0]));
    }),
  );
});

test('the moods of the gallery are all expressions there are', () => {
  const moods = Array.from({ length: EXPRESSIONS.length }, (_, index) => galleryLook(index).expression);
  expect(new Set(moods)).toEqual(new Set(EXPRESSIONS));
});
