/** Which input of a model gets which reference picture. Pure. */
import { REFERENCE_ROLES, sourceOf, type ReferenceRole } from '../../shot.ts';
import type { ImageRequest } from '../provider.ts';
import type { ReferenceUse } from './abilities.ts';
import { kindBeside, pictureInput, type PictureInput } from './picture-fields.ts';
import { promptField } from './prompt-field.ts';
import { roleInputs, type RoleInput } from './role-fields.ts';
import type { Input, InputSchema } from './schema.ts';
import { editInputs } from './works-on.ts';

/** What the user chose for the pictures of a model. */
interface PictureChoices {
  use: ReferenceUse;
  /** `providers.replicate.input`. */
  given?: Input;
}

/** Pictures by their roles: into an input of their own where the request says so, else into that of the face. */
export function picturesInput(
  schema: InputSchema,
  { references: given, ownInputs = [] }: Pick<ImageRequest, 'references' | 'ownInputs'>,
  addresses: readonly string[],
  choices: PictureChoices,
): { input: Input } | { problem: string } {
  const places = placesOf(schema, choices, sourceOf(given) !== undefined);
  const roleAt = (index: number): ReferenceRole => given[index]?.role ?? 'face';
  const isOwn = (index: number): boolean => places.use !== 'none' && ownInputs.includes(roleAt(index));
  const shared = referenceInput(
    schema,
    addresses.filter((_, index) => !isOwn(index)),
    places,
  );
  if ('problem' in shared) return shared;
  const input: Input = { ...shared.input };
  for (const role of ownInputs) {
    const pictures = addresses.filter((_, index) => isOwn(index) && roleAt(index) === role);
    if (pictures.length === 0) continue;
    const own = places.own[role];
    if (own === undefined) return { problem: `the model has no input for the ${role} any more` };
    if (pictures.length > own.max)
      return { problem: `the model takes ${own.max} ${role} references, ${pictures.length} are given` };
    input[own.name] = own.list ? pictures : pictures[0];
  }
  const missing = places.needed.find((role) => !((places.own[role]?.name ?? '') in input));
  if (missing === undefined) return { input };
  return {
    problem: `the model needs a picture of the role ${missing} (${places.own[missing]?.name}), and none is there`,
  };
}

/** Where pictures go. */
interface Places {
  main: PictureInput | undefined;
  own: Partial<Record<ReferenceRole, RoleInput>>;
  /** Roles that may not be left out: the example of the model's author would be taken. */
  needed: readonly ReferenceRole[];
  use: ReferenceUse;
}

function placesOf(schema: InputSchema, { use, given = {} }: PictureChoices, isEdit: boolean): Places {
  const works = isEdit ? editInputs(schema, given) : undefined;
  if (!works) return { main: mainPicture(schema, given), own: roleInputs(schema), needed: [], use };
  const needed = REFERENCE_ROLES.filter((role) => works.beside[role] !== undefined);
  const own = Object.fromEntries(Object.entries(works.beside).map(([role, field]) => [role, { ...field, max: 1 }]));
  const { name, list } = works.source;
  return { main: { names: [name], list, max: 1, required: true, keeps: 'edit' }, own, needed, use: 'repaint' };
}

function referenceInput(
  schema: InputSchema,
  references: readonly string[],
  { main: pictures, use }: Pick<Places, 'main' | 'use'>,
): { input: Input } | { problem: string } {
  if (references.length === 0) return { input: {} };
  if (pictures === undefined || use === 'none') return { problem: 'the model takes no reference pictures' };
  if (pictures.keeps === 'repaint' && use !== 'repaint')
    return { problem: `the model only paints over a picture (${pictures.names[0]})` };
  if (references.length > pictures.max)
    return { problem: `the model takes ${pictures.max} reference pictures, ${references.length} are given` };
  if (pictures.list) return { input: { [pictures.names[0]]: references } };
  const each = references.map((value, index): Input => {
    const name = nameAt(pictures.names, index);
    return { [name]: value, ...kindBeside(name, schema) };
  });
  return { input: Object.assign({}, ...each) as Input };
}

function nameAt(names: readonly string[], index: number): string {
  return names[index] ?? '';
}

/** The input of the face; of a model without a prompt that of the picture that it works on. */
export function mainPicture(schema: InputSchema, given: Input): PictureInput | undefined {
  if (promptField(schema) !== undefined) return pictureInput(schema);
  const works = editInputs(schema, given);
  return works && { names: [works.source.name], list: works.source.list, max: 1, required: true, keeps: 'edit' };
}
