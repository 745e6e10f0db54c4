/** What a training set shows of a person, and what it does not. Pure. */
import { ANGLES, EXPRESSIONS, FRAMINGS, type ShotLook } from '../shot.ts';

/** How many pictures there are of each, most first; nothing that there is none of. */
export type Counts = Readonly<Record<string, number>>;

/** What a set of pictures shows. */
export interface Coverage {
  pictures: number;
  angles: Counts;
  expressions: Counts;
  framing: Counts;
  light: Counts;
  places: Counts;
  /** Pictures of which nobody knows what they show. */
  unknown: number;
  /** Of which views there is no picture. */
  missing: { angles: readonly string[]; expressions: readonly string[]; framing: readonly string[] };
  /** What a training suffers from, in words. */
  warnings: readonly string[];
}

/** The number of pictures that the trainers recommend at least. */
export const PICTURES_MIN = 10;

/**
 * What these pictures show; undefined: nobody knows it of that one.
 * @param drawings how many of them are drawings.
 */
export function coverageOf(looks: readonly (ShotLook | undefined)[], drawings = 0): Coverage {
  const known = looks.filter((look) => look !== undefined);
  const count = (of: (look: ShotLook) => string, order: readonly string[] = []): Counts =>
    countsOf(
      known.map(of).filter((word) => word !== ''),
      order,
    );
  const angles = count(({ angle }) => angle, ANGLES);
  const framing = count((look) => look.framing, FRAMINGS);
  // What a person does in a scene is said in words of the user's own.
  const expressions = countsOf(
    known.flatMap((look) => (look.isScene ? [] : [look.expression])),
    EXPRESSIONS,
  );
  const light = count((look) => look.light);
  const seen = { pictures: looks.length, angles, expressions, framing, light, places: count((l) => l.setting) };
  return {
    ...seen,
    unknown: looks.length - known.length,
    missing: {
      angles: without(ANGLES, angles),
      expressions: without(EXPRESSIONS, expressions),
      framing: without(FRAMINGS, framing),
    },
    warnings: [...drawn(drawings), ...warningsOf(seen, known.length)],
  };
}

function drawn(drawings: number): string[] {
  return drawings === 0 ? [] : [`${drawings} of them are drawings: what is trained with them draws, too`];
}

function warningsOf(
  { pictures, angles, framing, expressions, light }: Omit<Coverage, 'unknown' | 'missing' | 'warnings'>,
  known: number,
): string[] {
  const few = pictures < PICTURES_MIN ? [`the trainers ask for at least ${PICTURES_MIN} pictures`] : [];
  if (known < 2) return few;
  const only = (counts: Counts): string | undefined => {
    const [first, ...others] = Object.entries(counts);
    return first && others.length === 0 && first[1] === known ? first[0] : undefined;
  };
  const alike = [
    ['angle', only(angles)],
    ['framing', only(framing)],
    ['expression', only(expressions)],
    ['light', only(light)],
  ].flatMap(([what, value]) => (value === undefined ? [] : [`all pictures have one ${what}: ${value}`]));
  const isNear = (framing['close-up'] ?? 0) + (framing['head and shoulders'] ?? 0) > 0;
  return [...few, ...alike, ...(isNear ? [] : ['no picture shows the face from near'])];
}

/** Of equal counts the words of `order` first, in their order. */
function countsOf(words: readonly string[], order: readonly string[]): Counts {
  const counts = new Map<string, number>();
  for (const word of words.toSorted((a, b) => order.indexOf(a) - order.indexOf(b)))
    counts.set(word, (counts.get(word) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([, a], [, b]) => b - a));
}

function without(all: readonly string[], counts: Counts): string[] {
  return all.filter((word) => !(word in counts));
}
