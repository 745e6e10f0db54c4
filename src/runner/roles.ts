/** What reference pictures are there for, told to a model that has no field for it. Pure. */
import type { Capabilities } from '../providers/capabilities.ts';
import { REFERENCE_ROLES, type GivenReference, type ReferenceRole, type ShotKind } from '../shot.ts';

/** In the order in which pictures are sent. */
const ROLES: readonly ReferenceRole[] = ['source', ...REFERENCE_ROLES];

type Role = { role?: ReferenceRole | undefined };

/** What each kind of picture is for, of one picture and of several. */
const WORDS: Readonly<Record<ReferenceRole, readonly [one: string, several: string]>> = {
  source: ['is the picture to edit', 'are the pictures to edit'],
  face: ['shows the person', 'show the person'],
  product: ['shows a product that is in the picture, unchanged', 'show products that are in the picture, unchanged'],
  style: ['shows the style only, not the person', 'show the style only, not the person'],
};

/** True for a picture that goes into an input of its own, where the model has one for its role. */
export function hasOwnInput({ ownInputs = {} }: Pick<Capabilities, 'ownInputs'>, { role = 'face' }: Role): boolean {
  return (ownInputs[role] ?? 0) > 0;
}

/** Roles of references that go into an input of their own; of an edit those beside its source. */
export function ownRoles(can: Pick<Capabilities, 'ownInputs' | 'works'>, references: readonly Role[]): ReferenceRole[] {
  const isEdit = references.some(({ role }) => role === 'source');
  const isOwn = (one: Role): boolean =>
    isEdit && can.works ? can.works.beside[one.role ?? 'face'] !== undefined : hasOwnInput(can, one);
  return [...new Set(references.flatMap((one) => (isOwn(one) ? (one.role ?? 'face') : [])))];
}

/** References by what they are there for: source, face, product, style; of one kind in their order. */
export function inOrderOfRoles<Reference extends Role>(references: readonly Reference[]): Reference[] {
  const rank = ({ role = 'face' }: Role): number => ROLES.indexOf(role);
  return references.toSorted((a, b) => rank(a) - rank(b));
}

/**
 * The prompt with a sentence on its reference pictures, numbered as they are sent; unchanged for faces alone, and for
 * nothing but the picture to edit. @param ownInputs roles that the model has an input for: they need no words.
 */
export function promptWithRoles(
  prompt: string,
  references: readonly Role[],
  ownInputs: readonly ReferenceRole[] = [],
): string {
  // No words are made up for a model that takes none.
  if (prompt === '') return prompt;
  const sentence = rolesSentence(references.filter(({ role = 'face' }) => !ownInputs.includes(role)));
  return sentence === '' ? prompt : `${prompt} ${sentence}`;
}

/** `Reference pictures: 1 and 2 show the person; 3 shows a product …`; empty where that needs no words. */
export function rolesSentence(references: readonly Role[]): string {
  if (references.every(({ role = 'face' }) => role === 'face')) return '';
  if (references.every(({ role }) => role === 'source')) return '';
  const parts = ROLES.flatMap((wanted) => {
    const numbers = references.flatMap(({ role = 'face' }, index) => (role === wanted ? [index + 1] : []));
    if (numbers.length === 0) return [];
    const [one, several] = WORDS[wanted];
    return `${listed(numbers)} ${numbers.length === 1 ? one : several}`;
  });
  return `Reference pictures: ${parts.join('; ')}.`;
}

/** Whether a picture of this role goes along: a product belongs to scenes, not to the pictures of the person alone. */
export function isForKind({ role }: Pick<GivenReference, 'role'>, kind: ShotKind): boolean {
  return role !== 'product' || kind === 'gallery';
}

/** `1`, `1 and 2`, `1 to 3`. */
function listed(numbers: readonly number[]): string {
  const [first, last] = [numbers[0], numbers.at(-1)];
  if (numbers.length < 3) return numbers.join(' and ');
  return `${first} to ${last}`;
}
