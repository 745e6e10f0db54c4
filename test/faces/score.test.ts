/** Scores of four invented people, from faces that were read once (`read-people.ts`). */
import { describe, expect, it } from 'vitest';
import { outliers } from '../../src/faces/pack.ts';
import { distanceOf, likeness, scoreSet, type ReadPicture } from '../../src/faces/score.ts';
import { face, pack, PEOPLE, RECORDED } from './read-people.ts';

const PAIRS = PEOPLE.flatMap((one, index) => PEOPLE.slice(index + 1).map((other) => [one, other] as const));

describe('the curve from distance to likeness', () => {
  it('is 0.5 at a distance of 0.623 and 0.85 at 0.555, as it was fitted', () => {
    expect(likeness(0.623)).toBeCloseTo(0.5, 2);
    expect(likeness(0.555)).toBeCloseTo(0.85, 2);
  });

  it('says more yes than no where dlib says the same person, below 0.6, and falls with the distance', () => {
    expect(likeness(0.6)).toBeGreaterThan(0.5);
    expect(likeness(0)).toBeGreaterThan(0.999);
    expect(likeness(0.9)).toBeLessThan(0.01);
  });
});

describe('a pack of one person', () => {
  it.each(PEOPLE)('%s: is at least 0.90', (person) => {
    expect(scoreSet(pack(person)).score).toBeGreaterThanOrEqual(0.9);
  });

  it.each(PAIRS)('%s against the pictures of %s: at most 0.60', (one, other) => {
    expect(scoreSet(pack(one), pack(other)).score).toBeLessThanOrEqual(0.6);
  });

  it('has an impostor as the lowest in all of 120 trials, below 0.5 in at least 100', () => {
    const scores = impostors().map(({ set, impostor }) => {
      const { lowest, pictures } = scoreSet(set);
      return { isLowest: lowest === impostor, score: pictures.find(({ name }) => name === impostor)?.score ?? 1 };
    });
    expect(scores).toHaveLength(120);
    expect(scores.filter(({ isLowest }) => isLowest)).toHaveLength(120);
    expect(scores.filter(({ score }) => score < 0.5).length).toBeGreaterThanOrEqual(100);
  });
});

/** Each picture of each pack replaced by one of each other person. */
function impostors(): { set: ReadPicture[]; impostor: string }[] {
  return PEOPLE.flatMap((person) =>
    PEOPLE.filter((other) => other !== person).flatMap((other) =>
      pack(other).map((stranger, place) => ({
        set: pack(person).map((picture, index) => (index === place ? stranger : picture)),
        impostor: stranger.name,
      })),
    ),
  );
}

describe('who does not belong', () => {
  it('is told by those who do: strangers alone, and nobody where all belong', () => {
    const strangers = [pack('kofi')[0]!, pack('maya')[3]!];
    const out = outliers([...pack('ana').slice(0, 6), ...strangers], 0.85);
    expect(out.toSorted()).toEqual(['kofi/01', 'maya/04']);
    expect(outliers(pack('ana'), 0.85)).toEqual([]);
    // The mean against all would have taken others, too.
    expect(scoreSet([...pack('ana').slice(0, 3), ...strangers]).pictures[0]?.score).toBeLessThan(0.85);
  });

  it('is found among a thousand without anybody waiting', () => {
    const [first, second] = pack('ana');
    const thousand = Array.from({ length: 1000 }, (_, index) => ({
      ...(index % 2 ? first! : second!),
      name: `${index}`,
    }));
    const start = process.cpuUsage();
    expect(outliers([...thousand, pack('kofi')[0]!], 0.85)).toEqual(['kofi/01']);
    expect(process.cpuUsage(start).user / 1000).toBeLessThan(3_000);
  });
});

describe('copies of one picture', () => {
  it('are alike, and have no spread of poses: the report says both', () => {
    const [first] = pack('ana');
    const copies = Array.from({ length: 10 }, (_, index) => ({ name: `copy ${index}`, faces: first?.faces }));
    const set = scoreSet(copies);
    expect(set.score).toBeGreaterThan(0.99);
    expect(set.poseSpread).toBe(0);
    expect(set.nearDuplicates).toEqual([copies.map(({ name }) => name)]);
  });

  it('differ from a real pack, whose poses spread and whose pictures are no duplicates', () => {
    const set = scoreSet(pack('maya'));
    expect(set.poseSpread).toBeGreaterThan(20);
    expect(set.nearDuplicates).toEqual([]);
  });
});

describe('what has no score', () => {
  const ana = () => pack('ana');
  const none = { faces: [], facesFound: 0, hash: '01'.repeat(32), width: 400, height: 400 };

  it('is a picture without a face: named, and no number', () => {
    const set = scoreSet([...ana(), { name: 'a wall', faces: none }]);
    expect(set.notFound).toEqual(['a wall']);
    expect(set.pictures.at(-1)).toMatchObject({ score: null, why: 'no-face', distances: {} });
    expect(set.score).toBeCloseTo(scoreSet(ana()).score ?? 0);
  });

  it('is a drawing, known or recognized', () => {
    const [picture] = ana();
    const faces = picture?.faces && {
      ...picture.faces,
      faces: picture.faces.faces.map((one) => ({ ...one, isDrawn: true })),
    };
    const set = scoreSet([...ana(), { name: 'known', faces: undefined }, { name: 'seen', faces }]);
    expect(set.drawings).toEqual(['known', 'seen']);
    expect(set.pictures.slice(-2).map(({ score, why }) => [score, why])).toEqual([
      [null, 'drawing'],
      [null, 'drawing'],
    ]);
  });

  it('is a picture alone, and the reference itself', () => {
    const [first, second] = ana();
    expect(scoreSet([first!]).pictures[0]).toMatchObject({ score: null, why: 'nothing-to-compare' });
    const set = scoreSet([first!, second!], [first!]);
    expect(set.pictures.map(({ why }) => why)).toEqual(['reference', null]);
    expect(set.lowest).toBe(second!.name);
  });

  it('leaves a set without any score with none, and no lowest', () => {
    expect(scoreSet([{ name: 'a wall', faces: none }])).toMatchObject({ score: null, lowest: null, poseSpread: null });
  });
});

describe('a picture with more to say', () => {
  it('of several faces takes the one that is most alike, and names the picture', () => {
    const stranger = face(RECORDED['kofi/01']!);
    const her = face(RECORDED['ana/01']!);
    const faces = { faces: [stranger, her], facesFound: 4, hash: RECORDED['ana/01']!.hash, width: 400, height: 400 };
    const set = scoreSet([{ name: 'in a café', faces }], pack('ana'));
    expect(set.score).toBeGreaterThan(0.85);
    expect(set.several).toEqual(['in a café']);
    expect(set.pictures[0]?.facesFound).toBe(4);
  });

  it('names faces under 80 pixels apart', () => {
    const small = { ...face(RECORDED['ana/01']!), seenPx: 79 };
    const faces = { faces: [small], facesFound: 1, hash: RECORDED['ana/01']!.hash, width: 400, height: 400 };
    expect(scoreSet([{ name: 'from afar', faces }], pack('ana')).small).toEqual(['from afar']);
  });

  it('keeps the raw distances, by what it was compared with', () => {
    const [first, second] = pack('ana');
    const distance = distanceOf(face(RECORDED['ana/01']!), face(RECORDED['ana/02']!));
    expect(scoreSet([second!], [first!]).pictures[0]?.distances).toEqual({ 'ana/01': distance });
  });
});
