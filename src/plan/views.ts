/** Which pictures of a person tell most of the face. Pure. */
import { ANGLES, FRAMINGS, type Angle, type ShotLook } from '../shot.ts';

/** How a person is seen. */
type View = Pick<ShotLook, 'angle' | 'framing' | 'expression'>;

/**
 * Pictures of a person, best views of the face first: one from each side (front, three-quarter, profile, above, below),
 * then the next one from each. Of one side the nearest, then a neutral face, then the order they came in.
 */
export function bestViewsFirst<Picture extends { look: View | undefined }>(pictures: readonly Picture[]): Picture[] {
  const turn = new Map<Angle | undefined, number>();
  const nearest = pictures.toSorted((a, b) => distance(a.look) - distance(b.look));
  const dealt = nearest.map((picture) => {
    const { angle } = picture.look ?? {};
    const round = turn.get(angle) ?? 0;
    turn.set(angle, round + 1);
    return { picture, round, side: angle === undefined ? ANGLES.length : ANGLES.indexOf(angle) };
  });
  return dealt.toSorted((a, b) => a.round - b.round || a.side - b.side).map(({ picture }) => picture);
}

/** How little of the face is seen. */
function distance(look: View | undefined): number {
  if (look === undefined) return FRAMINGS.length;
  return FRAMINGS.indexOf(look.framing) + (look.expression === 'neutral' ? 0 : 0.5);
}
