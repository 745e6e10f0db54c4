/**
 * Which inputs of a model get which pictures of an edit, where the input of the face is not the one: of models without
 * a prompt, of those that take a picture for another use, or need several. Told by names and the model's own words.
 * Pure.
 */
import type { ReferenceRole } from '../../shot.ts';
import { pictureInput, takesPicture } from './picture-fields.ts';
import { promptField } from './prompt-field.ts';
import type { Input, InputField, InputSchema } from './schema.ts';

/** An input that takes a picture. */
export interface PictureField {
  name: string;
  /** It takes a list. */
  list: boolean;
}

/** Where the picture goes that a model works on, and the inputs of pictures that must go along beside it. */
export interface WorksOn {
  source: PictureField;
  beside: Partial<Record<ReferenceRole, PictureField>>;
}

/** Files that are no pictures, in a name or in a field's own words. */
const OTHER_FILES =
  /(^|[^a-z])(pdf|docx?|html?|jsonl?|csv|te?xt file|\.txt|checkpoint|ckpt|audio|speech|sound|npz)([^a-z]|$)/i;
const ARCHIVES = /(^|[^a-z])(zip|zipped|tar|tarball)([^a-z]|$)/i;
const TOLD_PICTURE = /(^|[^a-z])(images?|photos?|pictures?|png)([^a-z]|$)/i;
const DOCUMENTS = /^(doc|document|pdf)s?(_|$)/i;
const VIDEOS = /^((input|source)_)?(video|movie)(_|$)/i;

/** What a picture beside the other one is there for. */
const BESIDE: Readonly<Record<'face' | 'style' | 'product', RegExp>> = {
  face: /^((swap|user|new|source|input)_)?(face|swap|user|identity|selfie)(_?(image|img|photo|picture))?$/i,
  style: /^(style(_?(image|img))?|image_style)$/i,
  product: /^(garm(ent)?|cloth(es|ing)?|product)(_?(image|img))?$/i,
};
/** Pictures that nothing of ours can be. */
const STRANGE =
  /mask|background|foreground|pose|depth|canny|control|condi?tion|material|driving|(^|_)ref$|^lr$|left|right|_r$/i;
/** Files beside a picture that is there to guide, and are no such picture themselves. */
const UNFIT = /mask|(^|_)qr(_|$)|settings/i;
/** The picture itself, best first. */
const SOURCES = [/^(input_?)?(image|img)$/i, /^(input_?)?(image|img|photo|picture|file)?(_?(path|pth|file))?$/i];

/**
 * Of a model without a prompt: its inputs; or why they can't be told, as a predicate. @param given what the user's
 * config has for the model.
 */
export function worksOn(schema: InputSchema, given: Input = {}): WorksOn | { problem: string } {
  const pictures = picturesOf(schema, given);
  const own = Object.keys(given).length === 0 ? undefined : worksOn(schema);
  // What is left for the picture would be another's input.
  if (own && 'source' in own && own.source.name in given)
    return { problem: `has its picture in the config (${own.source.name}): take it out there` };
  if (pictures.length === 0) return { problem: 'takes no prompt, and no picture either: there is nothing to send' };
  const needed = pictures.filter(([name, field]) => schema.required.includes(name) || hasExample(field));
  const wanting = wantingOf(schema, given, pictures);
  if (wanting.length > 0) return { problem: `requires ${wanting.join(', ')}: set it in ${OWN}` };
  return needed.length > 0 ? amongNeeded(needed) : amongFree(pictures);
}

/**
 * Of a model with a prompt whose input of the face is not the one for an edit: it takes a picture for another use only
 * (its outline, its depth), or needs several. Undefined: the input of the face is the one.
 */
function editsBy(schema: InputSchema, given: Input = {}): WorksOn | undefined {
  const pictures = picturesOf(schema, given);
  if (pictureInput(schema) === undefined) {
    const [guide, ...others] = pictures.filter(([name]) => !UNFIT.test(name));
    return guide && others.length === 0 ? { source: fieldOf(guide), beside: {} } : undefined;
  }
  const needed = pictures.filter(([name]) => schema.required.includes(name));
  const found = needed.length > 1 ? amongNeeded(needed) : undefined;
  return found && 'source' in found ? found : undefined;
}

/** The inputs of an edit, where they are not the face's; undefined: they are, or can't be told. */
export function editInputs(schema: InputSchema, given: Input = {}): WorksOn | undefined {
  if (promptField(schema) !== undefined) return editsBy(schema, given);
  const works = worksOn(schema, given);
  return 'problem' in works ? undefined : works;
}

function picturesOf({ fields, required }: InputSchema, given: Input): Named[] {
  return [...fields].filter(
    (one) => !(one[0] in given) && takesPicture(...one) && !isOtherFile(one, required.includes(one[0])),
  );
}

const UNCLEAR = 'it is not clear which one it works on';
const OWN = "the model's own input (providers.replicate.models)";
const GIVE = `the others can be given by their addresses in ${OWN}`;

type Named = readonly [string, InputField];

/** Of pictures that are all required: one is worked on, the others are told by their names. */
function amongNeeded(needed: readonly Named[]): WorksOn | { problem: string } {
  const strange = needed.filter(([name]) => STRANGE.test(name));
  if (strange.length > 0) {
    const names = listed(strange);
    return { problem: `needs ${names} beside the picture: give its address in ${OWN}` };
  }
  const [alone] = needed;
  if (needed.length === 1 && alone) return { source: fieldOf(alone), beside: {} };
  const [first, second] = pairOf(needed);
  if (first && second) return { source: fieldOf(first), beside: { face: fieldOf(second) } };
  const beside: WorksOn['beside'] = {};
  const sources: Named[] = [];
  for (const one of needed) {
    const role = roleOf(one[0]);
    if (role === undefined || beside[role]) sources.push(one);
    else beside[role] = fieldOf(one);
  }
  const [source] = sources;
  if (source && sources.length === 1) return { source: fieldOf(source), beside };
  return { problem: `takes several pictures, and ${UNCLEAR}: ${listed(needed)}; ${GIVE}` };
}

/** Two pictures that are blended: told apart by nothing but their number. Empty: they are no such pair. */
function pairOf(pictures: readonly Named[]): Named[] {
  const pair = pictures.toSorted(([a], [b]) => a.localeCompare(b));
  const said = pair.map(([name, { description = '' }]) => [
    name.replace(/_?[12]$/, ''),
    description.toLowerCase().replace(/#?\d|first|second/, ''),
  ]);
  const isPair = pair.length === 2 && pair.every(([name], index) => name.endsWith(String(index + 1)));
  return isPair && said[0]?.join() === said[1]?.join() ? pair : [];
}

/** Of pictures that may all be left out. */
function amongFree(pictures: readonly Named[]): WorksOn | { problem: string } {
  const fitting = pictures.filter(([name]) => !STRANGE.test(name) && roleOf(name) === undefined);
  const best = SOURCES.map((names) => fitting.filter(([name]) => names.test(name))).find((found) => found.length > 0);
  const [source, ...others] = best ?? fitting;
  if (source && others.length === 0) return { source: fieldOf(source), beside: {} };
  return { problem: `takes pictures, and ${UNCLEAR}: ${listed(pictures)}; ${GIVE}` };
}

/** What is required, has no default, is not given, and is no picture; with its choices. */
function wantingOf(schema: InputSchema, given: Input, pictures: readonly Named[]): string[] {
  const isPicture = (name: string): boolean => pictures.some(([picture]) => picture === name);
  return schema.required.flatMap((name) => {
    const field = schema.fields.get(name);
    if (name in given || isPicture(name) || (field?.default ?? undefined) !== undefined) return [];
    const choices = field?.choices === undefined ? '' : ` (${field.choices.join(', ')})`;
    return [`${name}${choices}`];
  });
}

/**
 * A file that is no picture: a document, a sound, an archive. A picture or an archive that may be left out belongs to
 * a workflow that is given besides.
 */
function isOtherFile([name, { description = '' }]: Named, isRequired: boolean): boolean {
  const words = `${name} ${description}`;
  if (VIDEOS.test(name) || DOCUMENTS.test(name)) return true;
  if (ARCHIVES.test(words)) return !isRequired || !TOLD_PICTURE.test(description);
  return OTHER_FILES.test(words) && !TOLD_PICTURE.test(description);
}

/** The author's example: it would be taken where the picture is left out. */
function hasExample({ default: example }: InputField): boolean {
  return typeof example === 'string' && example !== '';
}

function roleOf(name: string): keyof typeof BESIDE | undefined {
  const roles = ['face', 'style', 'product'] as const;
  return roles.find((role) => BESIDE[role].test(name));
}

function fieldOf([name, { type }]: Named): PictureField {
  return { name, list: type === 'array' };
}

function listed(fields: readonly Named[]): string {
  return fields.map(([name]) => name).join(', ');
}
