/** Which pictures of a person tell most of the face. Pure. */
import { ANGLES, FRAMINGS, type Angle, type ShotLook } from '../shot.ts';

/** How a person is seen. */
type View = Pick<ShotLook, 'angle' | 'framing' | 'expression'>;

/**
 * Pictures of a person, best views of the face first: one from each side (front, three-quarter, profile, above, below),
 * then the next one from each. Of one side the most alike, as far as that is known; then the nearest, then a neutral
 * face, then the order they came in.
 */
export function bestViewsFirst<Picture extends { look: View | undefined; likeness?: number | null | undefined }>(
  pictures: readonly Picture[],
): Picture[] {
  const turn = new Map<Angle | undefined, number>();
  const nearest = pictures.toSorted((a, b) => tenths(b) - tenths(a) || distance(a.look) - distance(b.look));
  const dealt = nearest.map((picture) => {
    const { angle } = picture.look ?? {};
    const round = turn.get(angle) ?? 0;
    turn.set(angle, round + 1);
    return { picture, round, side: angle === undefined ? ANGLES.length : ANGLES.indexOf(angle) };
  });
  return dealt.toSorted((a, b) => a.round - b.round || a.side - b.side).map(({ picture }) => picture);
}

/** Differences of less tell nothing. What was not compared stands behind what is surely the same, before the rest. */
function tenths({ likeness }: { likeness?: number | null | undefined }): number {
  return Math.floor((likeness ?? 0.8) * 10 + 1e-9);
}

/** How little of the face is seen. */
function distance(look: View | undefined): number {
  if (look === undefined) return FRAMINGS.length;
  return FRAMINGS.indexOf(look.framing) + (look.expression === 'neutral' ? 0 : 0.5);
}
