/**
 * Which inputs of a model take pictures, and what becomes of the person in them: told by names, forms and the model's
 * own words. Pure.
 */
import type { FaceKeeping } from '../capabilities.ts';
import type { InputField, InputSchema } from './schema.ts';

/** How a model takes reference pictures. */
export interface PictureInput {
  /** One name of a list, or as many names as single pictures fit. */
  names: readonly [string, ...string[]];
  /** True: the first name takes a list. */
  list: boolean;
  max: number;
  /** At least one must go along. */
  required: boolean;
  keeps: Exclude<FaceKeeping, 'none' | 'drawn'>;
}

/** The kinds of picture inputs that serve as references, best first for a face. */
const KEEPING = ['identity', 'references', 'edit', 'style', 'repaint'] as const;

/** A list whose length the schema does not tell. */
const LIST_MAX_UNTOLD = 3;

/** Pictures that guide something else than who is shown. */
const GUIDES = anyOf(
  'mask|control|canny|depth|pose|scribble|line_?art|softedge|\\btile|hed\\b|hed_|seg(ment|_)|hough|mlsd|edge|sketch',
  'normal_?(map|image)|qr|structure|condition|brightness|inpaint|outpaint|background|composition|texture|pattern',
  'logo|colou?r|palette|blur|gray|low_quality|video|audio|music|voice|sound|lora|weights|archive|zip|checkpoint',
  '(first|last|end|start)_frame|last_image|garment|cloth|furniture|target|template|shape|obj_|artwork|commerce',
  'product|material',
);
const STYLES = anyOf('style|ip_?(adapter)?_?image|redux|image_prompts?$|image_reference|mood|aesthetic|moodboard');
const IDENTITIES = anyOf(
  'face|subject|character|identit|(^|_)id(_|$)|person|portrait|selfie|headshot|photo_of|input_photo|img_cond_path',
  'image_to_become',
);
const STARTS = anyOf(
  '^(init|initial|start|source|base|original|seed|img2img|img_to_img|image2image|i2i)_?(image|img|picture)?' +
    '(_path|_url|_file)?$',
  'img2img_image|img_to_img_image|continue_from',
);
const REFERENCES = anyOf(
  '^(input|reference|ref|source|image|img|picture|photo|edit|guidance|prompt)?_?' +
    '(images?|imgs?|pictures?|photos?|input|inputs|references?|refs?|prompts)' +
    '(_?(files?|paths?|urls?|list|input))?(_?\\d{1,2})?$',
);
/** Numbered pictures, each with a field beside it that says what it is for (Fooocus). */
const TYPED = /^cn_img(\d)$/;
const FACE_KIND = 'FaceSwap';
/** A strength beside the picture: it is the canvas that is painted over. */
const STRENGTHS = anyOf(
  '^(prompt_strength|strength|denoise|denoising|denoising_strength|image_strength|img2img_strength)$',
  '^(init_image_strength|image_to_image_strength|.*(img2img|image).*_strength)$',
);
/** A text that is an address, where its words speak of a picture. */
const PLAIN = /^((init|input|source|reference)_)?image$/;
/** In a field's own words. */
const TOLD_FACE = /\b(face|facial|person|identity|selfie|portrait|character|subject|headshot|people)\b/i;
const TOLD_START = /img2img|image[- ]to[- ]image|initial image|inpaint|variations? of|starting image|init image/i;
const TOLD_EDIT = /\bedit|kontext|modify|reference|instruct|input images?\b/i;

/** The best way of a model to take the pictures of a person; undefined when it takes none. */
export function pictureInput(schema: InputSchema): PictureInput | undefined {
  const found = [...schema.fields].flatMap(([name, field]) => {
    const keeps = takesPicture(name, field) ? keeping(name, field, schema) : undefined;
    return keeps === undefined ? [] : [{ name, field, keeps }];
  });
  const needed = (name: string): number => (schema.required.includes(name) ? 0 : 1);
  const rank = (keeps: PictureInput['keeps']): number => KEEPING.indexOf(keeps);
  const best = found.toSorted(
    (a, b) =>
      needed(a.name) - needed(b.name) ||
      rank(a.keeps) - rank(b.keeps) ||
      Number(isList(b.field)) - Number(isList(a.field)) ||
      numberOf(a.name) - numberOf(b.name),
  )[0];
  if (best === undefined) return undefined;
  const { name, field, keeps } = best;
  const list = isList(field);
  const names = list
    ? [name]
    : sameNames(
        name,
        found.map((one) => one.name),
      );
  return {
    names: [name, ...names.filter((other) => other !== name)],
    list,
    max: list ? listMax(field) : names.length,
    required: schema.required.includes(name) || (list && (field.itemsMin ?? 0) > 0 && field.default === undefined),
    keeps,
  };
}

/** Inputs that take a picture for another use: a mask, a pose, a background. */
export function guidePictures({ fields }: InputSchema): string[] {
  return [...fields].flatMap(([name, field]) =>
    takesPicture(name, field) && !/video|audio|music|voice|sound|lora|weights|archive|zip/i.test(name) ? [name] : [],
  );
}

/** True for a field that takes a file or an address, where names and words speak of pictures. */
export function takesPicture(name: string, field: InputField): boolean {
  if (field.choices !== undefined) return false;
  const form = field.type === 'array' ? (field.items ?? {}) : field;
  if (form.type !== undefined && form.type !== 'string') return false;
  if (form.format === 'uri') return true;
  const named = /image|img|photo|picture|face|reference/i.test(name);
  if (field.type === 'array')
    return named && /^(input_|reference_|ref_)?(images?|imgs?)|^image_(input|prompt|url)/i.test(name);
  if (PLAIN.test(name) && form.type === 'string' && /image/i.test(field.description ?? '')) return true;
  return named && (/_(url|uri|path)s?$/i.test(name) || (form.type === undefined && Object.keys(field).length === 0));
}

function keeping(name: string, field: InputField, schema: InputSchema): PictureInput['keeps'] | undefined {
  const words = field.description ?? '';
  if (STYLES.test(name) && !IDENTITIES.test(name)) return 'style';
  if (GUIDES.test(name)) return undefined;
  if (TYPED.test(name)) return kindBeside(name, schema) === undefined ? undefined : 'identity';
  if (IDENTITIES.test(name)) return 'identity';
  const isCanvas = [...schema.fields.keys()].some((other) => STRENGTHS.test(other));
  if (STARTS.test(name)) return 'repaint';
  if (!REFERENCES.test(name)) return TOLD_FACE.test(words) ? 'identity' : undefined;
  if (isList(field)) return 'references';
  if (isCanvas || TOLD_START.test(words)) return 'repaint';
  if (/^image(_?1|_file|_path|_url)?$/i.test(name)) {
    if (TOLD_FACE.test(words)) return 'identity';
    return 'edit';
  }
  return TOLD_EDIT.test(words) || /input_image|reference|ref_/i.test(name) ? 'references' : 'edit';
}

/** The input beside a picture that says that it shows the face; undefined where there is none. */
export function kindBeside(name: string, { fields }: InputSchema): Record<string, string> | undefined {
  const number = TYPED.exec(name)?.[1];
  const kind = `cn_type${number}`;
  return fields.get(kind)?.choices?.includes(FACE_KIND) === true ? { [kind]: FACE_KIND } : undefined;
}

function isList(field: InputField): boolean {
  return field.type === 'array';
}

/** How many pictures a list takes, by its schema or its words. */
export function listMax({ itemsMax, description = '' }: InputField): number {
  const told =
    /(?:max(?:imum)?(?: of)?|up to|at most|limit(?: of)?)\D{0,12}(\d{1,2})\b/i.exec(description)?.[1] ??
    /\b1\s*(?:-|–|to)\s*(\d{1,2})\b[^.]{0,20}images?/i.exec(description)?.[1];
  return itemsMax ?? (told === undefined ? LIST_MAX_UNTOLD : Number(told));
}

/** `input_image`, `input_image_2`, `input_image3`: names of one kind, in the order of their numbers. */
function sameNames(name: string, all: readonly string[]): string[] {
  const base = baseOf(name);
  return all.filter((other) => baseOf(other) === base).toSorted((a, b) => numberOf(a) - numberOf(b));
}

function baseOf(name: string): string {
  return name.replace(/_?\d{1,2}$/, '');
}

function numberOf(name: string): number {
  return Number(/(\d{1,2})$/.exec(name)?.[1] ?? 1);
}

function anyOf(...patterns: string[]): RegExp {
  return new RegExp(patterns.join('|'), 'i');
}
