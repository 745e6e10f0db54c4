import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PLACES } from '../../src/plan/catalogue/places.ts';
import type { CharacterAttributes } from '../../src/character.ts';
import { identityBlock } from '../../src/plan/identity.ts';
import { GALLERY_LOOKS, galleryLook, planCharacter, planPack } from '../../src/plan/plan.ts';
import { derivedSeed } from '../../src/plan/seeds.ts';
import type { Subject } from '../../src/plan/plan.ts';
import { ANGLES, FRAMINGS } from '../../src/shot.ts';
import type { PlannedShot } from '../../src/shot.ts';

const attributes: CharacterAttributes = {
  name: 'Mira Sol',
  gender: 'woman',
  ageRange: [24, 28],
  hairColor: 'auburn',
  distinctiveFeatures: ['freckles'],
  style: 'photo',
};

const mira: Subject = { attributes, seed: 421337 };

const subjects: readonly Subject[] = [
  mira,
  { attributes: { name: 'X', distinctiveFeatures: [], style: 'watercolor' }, seed: 0 },
  { attributes: { ...attributes, name: 'Ola' }, seed: 4_294_967_295 },
];

const key = (shot: PlannedShot) => `${shot.prompt}#${shot.seed}`;
const distinct = (items: Iterable<unknown>) => new Set(items).size;

describe('the avatar and the training set', () => {
  const [avatar, ...training] = planCharacter(mira);

  test('are the same every time, named in order, with the own seed', () => {
    expect(planCharacter(structuredClone(mira))).toEqual([avatar, ...training]);
    expect(training.map((shot) => shot.name)).toEqual(
      ['01', '02', '03', '04', '05', '06', '07', '08', '09', '10'].map((ordinal) => `training-${ordinal}`),
    );
    expect(distinct([avatar, ...training].map((shot) => shot?.seed))).toBe(1);
  });

  test('begin with a plain frontal portrait', () => {
    expect(avatar).toMatchObject({
      name: 'avatar',
      kind: 'avatar',
      seed: 421337,
      look: { angle: 'front', framing: 'head and shoulders', expression: 'soft smile', setting: 'plain' },
    });
  });

  test('cover every angle and framing, most expressions, and backgrounds from plain to scenic', () => {
    const looks = training.map((shot) => shot.look);
    expect(new Set(looks.map((look) => look.angle))).toEqual(new Set(ANGLES));
    expect(new Set(looks.map((look) => look.framing))).toEqual(new Set(FRAMINGS));
    expect(new Set(looks.map((look) => look.setting))).toEqual(new Set(['plain', 'indoor', 'outdoor']));
    expect(distinct(looks.map((look) => look.expression))).toBeGreaterThanOrEqual(5);
    expect(distinct(looks.map((look) => look.background))).toBe(10);
    expect(distinct(looks.map((look) => look.light))).toBe(10);
  });

  test('share no background with the gallery, so that no prompt is in both', () => {
    const places = new Set(PLACES.map((place) => place.text));
    for (const shot of planCharacter(mira)) expect(places).not.toContain(shot.look.background);
    expect(distinct(planCharacter(mira).map((shot) => shot.prompt))).toBe(11);
  });
});

describe('a pack', () => {
  test('is made lazily, and numbered within itself', () => {
    const shots = planPack(mira, Number.MAX_SAFE_INTEGER, 500);
    expect([shots.next().value?.name, shots.next().value?.name]).toEqual(['gallery-0001', 'gallery-0002']);
    expect([...planPack(mira, 10_001)].at(-1)?.name).toBe('gallery-10001');
    expect([...planPack(mira, 0)]).toEqual([]);
  });

  test('is the same every time, and goes on where the last one ended', () => {
    const whole = [...planPack(mira, 60)].map(key);
    expect([...planPack(structuredClone(mira), 60)].map(key)).toEqual(whole);
    fc.assert(
      fc.property(fc.nat(60), (from) => {
        expect([...planPack(mira, 60 - from, from)].map(key)).toEqual(whole.slice(from));
      }),
    );
  });

  test('differs in pose, place and mood in any 8 shots in a row', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constant(0), fc.nat(GALLERY_LOOKS * 2)), (from) => {
        const looks = Array.from({ length: 8 }, (_, offset) => galleryLook(from + offset));
        expect(distinct(looks.map((look) => look.pose))).toBe(8);
        expect(distinct(looks.map((look) => look.background))).toBe(8);
        expect(distinct(looks.map((look) => look.expression))).toBe(8);
        expect(distinct(looks.map((look) => look.framing))).toBeGreaterThanOrEqual(3);
        expect(distinct(looks.map((look) => look.angle))).toBe(ANGLES.length);
      }),
    );
  });

  test('uses the whole catalogue evenly', () => {
    const looks = Array.from({ length: 2000 }, (_, index) => galleryLook(index));
    const counts = (items: string[]) =>
      [...new Set(items)].map((item) => items.filter((other) => other === item).length);
    const spreadOf = (items: string[]) => Math.max(...counts(items)) - Math.min(...counts(items));
    expect(spreadOf(looks.map((look) => look.background))).toBeLessThanOrEqual(1);
    expect(spreadOf(looks.map((look) => look.expression))).toBeLessThanOrEqual(1);
    expect(spreadOf(looks.map((look) => look.angle))).toBeLessThanOrEqual(1);
    expect(distinct(looks.map((look) => look.background))).toBe(PLACES.length);
  });

  test.each([200, 20_000])(
    'never repeats prompt and seed together in %i shots, whoever they are of and wherever they begin',
    (count) => {
      const seen = new Set<string>();
      const starts = [0, GALLERY_LOOKS - Math.floor(count / 2)];
      for (const subject of subjects) {
        for (const shot of planCharacter(subject)) seen.add(key(shot));
        for (const from of starts) for (const shot of planPack(subject, count, from)) seen.add(key(shot));
      }
      // the second start runs past the end of the catalogue: its last half has the first looks again
      expect(seen.size).toBe(subjects.length * (11 + count * starts.length));
    },
  );

  test('keeps the own seed while looks are new, and derives one where they come again', () => {
    const [last, again] = [...planPack(mira, 2, GALLERY_LOOKS - 1)];
    const [first] = [...planPack(mira, 1)];
    expect(last?.seed).toBe(mira.seed);
    expect(first?.seed).toBe(mira.seed);
    expect(again?.prompt).toBe(first?.prompt);
    expect(again?.seed).toBe(derivedSeed(mira.seed, 1));
    expect(again?.seed).not.toBe(mira.seed);
  });

  test('has the identity block word for word in every prompt, and no gap left open', () => {
    const block = identityBlock(attributes);
    for (const shot of [...planCharacter(mira), ...planPack(mira, 500)]) {
      expect(shot.prompt).toContain(block);
      expect(shot.prompt).not.toMatch(/[{}]|undefined|,,|\.\./);
    }
  });
});

describe('a derived seed', () => {
  const seed = fc.integer({ min: 0, max: 4_294_967_295 });
  const cycle = fc.integer({ min: 1, max: 4_294_967_295 });

  test('is a 32-bit number that is never the own seed, and never that of another cycle', () => {
    fc.assert(
      fc.property(seed, cycle, cycle, (own, one, other) => {
        const derived = derivedSeed(own, one);
        expect(Number.isInteger(derived) && derived >= 0 && derived <= 4_294_967_295).toBe(true);
        expect(derived).not.toBe(own);
        if (one !== other) expect(derived).not.toBe(derivedSeed(own, other));
      }),
    );
    expect(derivedSeed(421337, 0)).toBe(421337);
  });

  test('does not collide in 1,000,000 cycles', () => {
    const seen = new Uint32Array(1_000_000).map((_, index) => derivedSeed(421337, index)).sort();
    expect(seen.some((value, index) => index > 0 && value === seen[index - 1])).toBe(false);
  });
});
