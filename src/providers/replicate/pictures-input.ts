/** Which input of a model gets which reference picture. Pure. */
import type { ReferenceRole } from '../../shot.ts';
import type { ImageRequest } from '../provider.ts';
import type { ReferenceUse } from './abilities.ts';
import { kindBeside, pictureInput } from './picture-fields.ts';
import { roleInputs } from './role-fields.ts';
import type { Input, InputSchema } from './schema.ts';

/** Pictures by their roles: into an input of their own where the request says so, else into that of the face. */
export function picturesInput(
  schema: InputSchema,
  { references: given, ownInputs = [] }: Pick<ImageRequest, 'references' | 'ownInputs'>,
  addresses: readonly string[],
  use: ReferenceUse,
): { input: Input } | { problem: string } {
  const roleAt = (index: number): ReferenceRole => given[index]?.role ?? 'face';
  const isOwn = (index: number): boolean => use !== 'none' && ownInputs.includes(roleAt(index));
  const shared = referenceInput(
    schema,
    addresses.filter((_, index) => !isOwn(index)),
    use,
  );
  if ('problem' in shared) return shared;
  const inputs = roleInputs(schema);
  const input: Input = { ...shared.input };
  for (const role of ownInputs) {
    const pictures = addresses.filter((_, index) => isOwn(index) && roleAt(index) === role);
    if (pictures.length === 0) continue;
    const own = inputs[role];
    if (own === undefined) return { problem: `the model has no input for the ${role} any more` };
    if (pictures.length > own.max)
      return { problem: `the model takes ${own.max} ${role} references, ${pictures.length} are given` };
    input[own.name] = own.list ? pictures : pictures[0];
  }
  return { input };
}

function referenceInput(
  schema: InputSchema,
  references: readonly string[],
  use: ReferenceUse,
): { input: Input } | { problem: string } {
  if (references.length === 0) return { input: {} };
  const pictures = pictureInput(schema);
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
