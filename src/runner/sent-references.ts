/** Which of a shot's pictures go along with a request, and in which order. Pure. */
import type { Capabilities } from '../providers/capabilities.ts';
import type { Reference } from '../shot.ts';

/** Pictures that may go along. */
export interface ReferenceParts {
  /** Show the face: those of the config, else the avatar. */
  faces: readonly Reference[];
  /** More of the character, best first: as many as the model takes beside the others. */
  pictures: readonly Reference[];
  /** The shot's own. */
  own: readonly Reference[];
}

/** What tells how many pictures a model makes use of. */
export type TakesReferences = Pick<Capabilities, 'referencesMax' | 'keepsFace'>;

/** Models that put the person of several pictures into a new scene; others would change or copy one of them. */
const SEVERAL: ReadonlySet<Capabilities['keepsFace']> = new Set(['references', 'identity']);

/** The pictures that go along, in order: faces, more of the character, the shot's own. None is sent twice. */
export function sentReferences({ faces, pictures, own }: ReferenceParts, can: TakesReferences): Reference[] {
  if (can.referencesMax === 0) return [];
  const room = SEVERAL.has(can.keepsFace) ? Math.max(0, can.referencesMax - faces.length - own.length) : 0;
  const sums = new Set([...faces, ...own].map(({ sha256 }) => sha256));
  const more = pictures.filter(({ sha256 }) => !sums.has(sha256)).slice(0, room);
  return [...faces, ...more, ...own];
}
