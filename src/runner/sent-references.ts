/** Which of a shot's pictures go along with a request, and in which order. Pure. */
import type { Capabilities, WorkInputs } from '../providers/capabilities.ts';
import { REFERENCE_ROLES, sourceOf, type Reference } from '../shot.ts';
import { hasOwnInput, inOrderOfRoles } from './roles.ts';

/** Pictures that may go along. */
export interface ReferenceParts {
  /** Show the face: those of the config, else the avatar. */
  faces: readonly Reference[];
  /** More of the character, best first: as many as the model takes beside the others. */
  pictures: readonly Reference[];
  /** All others: the shot's own (of an edit the picture that it changes), products, styles. */
  own: readonly Reference[];
}

/** What tells how many pictures a model makes use of. */
export type TakesReferences = Pick<Capabilities, 'referencesMax' | 'keepsFace' | 'ownInputs' | 'works'>;

/** Models that put the person of several pictures into a new scene; others would change or copy one of them. */
const SEVERAL: ReadonlySet<Capabilities['keepsFace']> = new Set(['references', 'identity']);

/**
 * The pictures that go along, in order: the person (given faces or the avatar, more of the character, the shot's own),
 * then products, then styles. None is sent twice. With an edit only the picture that it changes, and as much of the
 * face as a model of several pictures takes beside it.
 */
export function sentReferences({ faces, pictures, own }: ReferenceParts, can: TakesReferences): Reference[] {
  const source = sourceOf(own);
  if (source && can.works) return [source, ...besideSource(source, [...faces, ...own], can.works)];
  if (can.referencesMax === 0) return [];
  if (source) return distinct([source, ...(SEVERAL.has(can.keepsFace) ? faces : [])]).slice(0, can.referencesMax);
  const [apart, shared] = [own.filter((one) => hasOwnInput(can, one)), own.filter((one) => !hasOwnInput(can, one))];
  const needed = distinct([...faces, ...shared]);
  const places = SEVERAL.has(can.keepsFace) ? Math.max(0, can.referencesMax - needed.length) : 0;
  const sums = new Set(needed.map(({ sha256 }) => sha256));
  const more = pictures.filter(({ sha256 }) => !sums.has(sha256)).slice(0, places);
  // The same picture may show a face and be a style: each input gets its own.
  return inOrderOfRoles([...distinct([...faces, ...more, ...shared]), ...apart]);
}

/** What a model needs beside the picture that it works on: of each role the first other one. */
function besideSource(source: Reference, others: readonly Reference[], { beside }: WorkInputs): Reference[] {
  const roles = REFERENCE_ROLES.filter((role) => beside[role] !== undefined);
  const isOther = ({ sha256 }: Reference): boolean => sha256 !== source.sha256;
  return roles.flatMap((wanted) => others.find((one) => isOther(one) && (one.role ?? 'face') === wanted) ?? []);
}

/** Each picture once. */
function distinct(references: readonly Reference[]): Reference[] {
  return references.filter(({ sha256 }, index) => references.findIndex((one) => one.sha256 === sha256) === index);
}
