/** What a model can do, told by its schema. Pure. */
import type { Capabilities } from '../capabilities.ts';
import { guidePictures, pictureInput, type PictureInput } from './picture-fields.ts';
import { isPrompt, promptField } from './prompt-field.ts';
import { ownInputsOf } from './role-fields.ts';
import type { Input, InputField, InputSchema } from './schema.ts';
import { sizesOf } from './size-fields.ts';
import { editInputs, type WorksOn } from './works-on.ts';

/**
 * What to do with a model that takes a picture only to paint over it (img2img), or for another use: `repaint` sends
 * the reference as the picture to paint over, `none` sends none. Undefined: such a model is refused.
 */
export type ReferenceUse = 'repaint' | 'none' | undefined;

/** Names of a seed. */
const SEEDS = /^((random|noise|manual|image|rand|generation|base|fixed)_?)?seed(_?(number|value|num|input))?$/i;
/** Names of the number of pictures. */
const NUMBERS = new RegExp(
  '^(n|num|nums|samples|outputs|images|n_(images|samples|iter)|batch_(size|count)|batch|image_num|images_per_prompt' +
    '|(num|number|no|max)_?(of_)?(outputs?|images?|samples?|pictures?|generations?|variations?|results?)' +
    '(_per_prompt)?' +
    '|(image|output|sample|batch)_?(count|num|number|batch))$',
  'i',
);
const QUALITIES = ['low', 'medium', 'high'];

/**
 * Abilities of a model, whatever the user chose. @param given `providers.replicate.input`: what is in it need not go
 * along.
 */
export function abilitiesOf(schema: InputSchema, given: Input = {}): Capabilities {
  if (promptField(schema) === undefined) return abilitiesOfWork(schema, given);
  const pictures = pictureInput(schema);
  const own = ownInputsOf(schema);
  const isGiven = pictures !== undefined && Object.hasOwn(given, pictures.names[0]);
  return {
    seed: seedField(schema) === undefined ? 'none' : 'best-effort',
    referencesMax: pictures?.max ?? 0,
    ...(pictures?.required && !isGiven ? { referencesMin: 1 } : {}),
    ...(Object.keys(own).length === 0 ? {} : { ownInputs: own }),
    keepsFace: pictures?.keeps ?? 'none',
    ...withheldOf(schema, isGiven ? pictures : undefined),
    ...worksOf(editInputs(schema, given)),
    sizes: sizesOf(schema),
    qualities: qualitiesOf(schema),
    negativePrompt: negativeField(schema) !== undefined,
    transparent: transparentInput(schema) !== undefined,
    cancel: true,
    reattach: true,
  };
}

/**
 * Why no picture of a person goes along. @param given the input of the face, where the config has a picture of its own
 * in it: ours would be left out in silence.
 */
function withheldOf(schema: InputSchema, given: PictureInput | undefined): Pick<Capabilities, 'withheld'> {
  if (given) return { withheld: `gets a picture from the config instead (input.${given.names[0]})` };
  const guides = pictureInput(schema) === undefined ? guidePictures(schema) : [];
  if (guides.length === 0) return {};
  return { withheld: `takes pictures only for another use (${guides.slice(0, 3).join(', ')})` };
}

/** Of a model without a prompt: it works on one picture, and decides itself how large the new one is. */
function abilitiesOfWork(schema: InputSchema, given: Input): Capabilities {
  const works = editInputs(schema, given);
  return {
    prompt: 'none',
    seed: seedField(schema) === undefined ? 'none' : 'best-effort',
    ...(works ? { referencesMax: 1, keepsFace: 'edit' } : { referencesMax: 0, keepsFace: 'none' }),
    ...worksOf(works),
    sizes: { kind: 'any' },
    qualities: [],
    negativePrompt: false,
    transparent: transparentInput(schema) !== undefined,
    cancel: true,
    reattach: true,
  };
}

/** The inputs of an edit by name, where they are not the face's. */
function worksOf(works: WorksOn | undefined): Pick<Capabilities, 'works'> {
  if (!works) return {};
  const beside = Object.fromEntries(Object.entries(works.beside).map(([role, { name }]) => [role, name]));
  return { works: { on: works.source.name, beside } };
}

/** Abilities with what the user chose for pictures that a model would only paint over. */
export function chosen(can: Capabilities, use: ReferenceUse): Capabilities {
  if (can.prompt === 'none') return can;
  const { withheld, ...rest } = can;
  const { ownInputs: _, works: __, ...alone } = rest;
  if (use === 'none') return { ...alone, referencesMax: 0, keepsFace: 'none' };
  if (can.keepsFace !== 'repaint') return can;
  if (use === 'repaint') return rest;
  const why = withheld ?? 'only paints over the picture it is given: no likeness in a new scene';
  return { ...alone, referencesMax: 0, withheld: why };
}

/** The input of the seed, whatever its name; undefined: the model takes none. */
export function seedField({ fields }: InputSchema): string | undefined {
  return [...fields].find(([name, { type }]) => SEEDS.test(name) && type !== 'boolean' && type !== 'array')?.[0];
}

/** Inputs of the number of pictures, whatever their names. */
export function numberFields({ fields }: InputSchema): [string, InputField][] {
  return [...fields].filter(([name, { type, choices }]) => {
    const isNumber = type === 'integer' || type === 'number' || choices?.every((one) => Number(one) >= 1);
    return NUMBERS.test(name) && isNumber === true;
  });
}

/** True for inputs that tell one request from another: prompt and seed. */
export function isIdentity(name: string): boolean {
  return SEEDS.test(name) || isPrompt(name);
}

/** The input of what is to be left out. */
export function negativeField({ fields }: InputSchema): string | undefined {
  return ['negative_prompt', 'neg_prompt', 'negative', 'n_prompt'].find((name) => fields.has(name));
}

/** The input that asks for a transparent background; undefined: it can't be asked. */
export function transparentInput({ fields }: InputSchema): Record<string, unknown> | undefined {
  for (const [name, { type, choices }] of fields) {
    if (name === 'background' && choices?.includes('transparent')) return { [name]: 'transparent' };
    if (/^(transparent|transparent_background|is_transparent)$/.test(name) && type === 'boolean')
      return { [name]: true };
  }
  return undefined;
}

function qualitiesOf({ fields }: InputSchema): string[] {
  const values = (fields.get('quality')?.choices ?? []).map(String);
  return QUALITIES.every((quality) => values.includes(quality)) ? values : [];
}
