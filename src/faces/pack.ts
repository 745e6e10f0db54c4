/** Pictures that have nothing but each other to be compared with. Pure. */
import type { Face } from './embedder.ts';
import { distanceOf, likeness, photographed, sampled, scorePicture, shownBy } from './score.ts';
import type { PictureScore, ReadPicture } from './score.ts';

/** Of a picture each is compared with at least so many, where there are as many. */
const COMPARED_MIN = 50;

/**
 * The pictures of a pack, in their order: those that do not belong are judged by the rest. Of a pack of a thousand
 * strangers that takes about a second.
 */
export function judgedAsPack(
  all: readonly ReadPicture[],
  minConsistency: number,
): { score: PictureScore; isBelow: boolean }[] {
  const out = new Set(outliers(all, minConsistency));
  const reads = sampled(shownBy(all));
  const belong = sampled(shownBy(all.filter(({ name }) => !out.has(name))));
  return all.map((read) => {
    // What belongs is compared with what belongs; where too little does, with all.
    const others = belong.some(({ name }) => name !== read.name) ? belong : reads;
    return { score: scorePicture(read, others, false), isBelow: out.has(read.name) };
  });
}

/**
 * Which pictures of a set do not belong, the least alike first: each is compared with those that do. One stranger makes
 * all others less alike; without it they are judged again.
 */
export function outliers(pictures: readonly ReadPicture[], minScore: number): string[] {
  let left = pictures.map(({ name, faces }) => ({ name, faces: photographed(faces) }));
  let compared = comparedWith(left);
  const out = new Set<string>();
  for (;;) {
    if (compared.left(out).length < Math.min(COMPARED_MIN, left.length)) compared = comparedWith(left);
    const kept = compared.left(out);
    const below = left
      .map(({ name }) => ({ name, score: compared.score(name, kept) }))
      .filter(({ score }) => score !== undefined && score < minScore)
      .toSorted((a, b) => (a.score ?? 0) - (b.score ?? 0));
    if (below.length === 0) return [...out];
    // One by one; of a large set a few at a time.
    for (const { name } of below.slice(0, Math.ceil(left.length / 50))) out.add(name);
    left = left.filter(({ name }) => !out.has(name));
  }
}

/** Compares each picture with a sample of them, once: what is taken out afterwards only counts no more. */
function comparedWith(all: readonly { name: string; faces: readonly Face[] }[]) {
  const sample = sampled(all.flatMap(({ name, faces: [face] }) => (face ? [{ name, face }] : [])));
  const rows = new Map(
    all.map(({ name, faces }) => [
      name,
      faces.map((face) => sample.map((other) => likeness(distanceOf(face, other.face)))),
    ]),
  );
  return {
    /** Where in the sample those are that are not taken out. */
    left: (out: ReadonlySet<string>) => [...sample.keys()].filter((at) => !out.has(sample[at]?.name ?? '')),
    /** The mean over these of the sample; of several faces that of the most alike. undefined: nothing to compare. */
    score: (name: string, kept: readonly number[]): number | undefined => {
      const others = kept.filter((at) => sample[at]?.name !== name);
      const faces = rows.get(name) ?? [];
      if (others.length === 0 || faces.length === 0) return undefined;
      return Math.max(...faces.map((row) => others.reduce((sum, at) => sum + (row[at] ?? 0), 0) / others.length));
    },
  };
}
