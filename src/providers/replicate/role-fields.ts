/** Inputs of a model for a style, or for a product beside the person: told by their names. Pure. */
import type { ReferenceRole } from '../../shot.ts';
import { listMax, pictureInput, takesPicture } from './picture-fields.ts';
import type { InputField, InputSchema } from './schema.ts';

/** An input that takes pictures of one role. */
export interface RoleInput {
  name: string;
  /** It takes a list. */
  list: boolean;
  max: number;
}

/** `style_reference_url`, `style_reference_images`, `style_image`, `image_style`. */
const STYLE =
  /^(style(_reference|_ref)?(_?(images?|imgs?|pictures?))?|image_style(_reference)?)(_(urls?|uris?|files?))?$/i;
/** A picture for whatever is in it, beside the one of the person. */
const GENERAL = /^(image_reference|reference(_image)?|input_image|ref_image)s?(_(urls?|uris?|files?))?$/i;

/**
 * The inputs of a model for roles other than the face. A role without one goes into the input of the face, with a
 * sentence on it; so does a product, but where that input is made for one person.
 */
export function roleInputs(schema: InputSchema): Partial<Record<ReferenceRole, RoleInput>> {
  const main = pictureInput(schema);
  if (main === undefined) return {};
  const others = [...schema.fields].filter(
    ([name, field]) => !main.names.includes(name) && isText(field) && takesPicture(name, field),
  );
  const style = best(others, STYLE);
  const product = main.keeps === 'identity' ? best(others, GENERAL) : undefined;
  return { ...(style && { style }), ...(product && { product }) };
}

/** How many pictures of each role have inputs of their own. */
export function ownInputsOf(schema: InputSchema): Partial<Record<ReferenceRole, number>> {
  return Object.fromEntries(Object.entries(roleInputs(schema)).map(([role, { max }]) => [role, max]));
}

function best(fields: readonly (readonly [string, InputField])[], names: RegExp): RoleInput | undefined {
  const named = fields.filter(([name]) => names.test(name));
  const isOld = ({ description = '' }: InputField): boolean => /deprecated/i.test(description);
  const [found] = named.toSorted(([, a], [, b]) => Number(isOld(a)) - Number(isOld(b)));
  if (found === undefined) return undefined;
  const [name, field] = found;
  const list = field.type === 'array';
  return { name, list, max: list ? listMax(field) : 1 };
}

function isText({ type }: InputField): boolean {
  return type === undefined || type === 'string' || type === 'array';
}
