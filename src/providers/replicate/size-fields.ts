/** The size of a picture in a model's own words: pixels, ratios, named sizes, amounts. Pure. */
import type { SizeSupport } from '../capabilities.ts';
import { fieldProblem, type InputField, type InputSchema } from './schema.ts';
import { freeText } from './size-text.ts';
import { sizeChoice, type SizeChoice } from './size-choices.ts';

/** Sides in pixels are multiples of this where a model takes them beside ratios and does not say (flux pages). */
const STEP_BESIDE_RATIOS_PX = 32;
/** The same where it takes pixels only: latent diffusion works on blocks of 8. */
const STEP_PX = 8;
const RATIO_MAX = 64;

/** Inputs of width and height. */
interface Sides {
  names: readonly [string, string];
  width: InputField;
  height: InputField;
  step: number;
  /** What has to be said beside them, as `aspect_ratio: custom`. */
  beside: Record<string, string>;
}

/** A shape that an input can be asked for. */
interface Shape extends SizeChoice {
  /** The input. */
  name: string;
}

/** What sizes a model takes. */
export function sizesOf(schema: InputSchema): SizeSupport {
  const sides = sidesOf(schema);
  if (sides !== undefined) return ofSides(sides);
  const shapes = shapesOf(schema);
  if (shapes.length > 0) {
    const exact = shapes.flatMap(({ width, height }) => (width && height ? [`${width}x${height}`] : []));
    if (exact.length === shapes.length) return { kind: 'list', sizes: exact };
    return { kind: 'ratio', ratios: [...new Set(shapes.map(({ text, ratio = 1 }) => ratioText(text, ratio)))] };
  }
  const free = freeText(schema);
  return free === undefined
    ? { kind: 'any' }
    : { kind: 'free', minPx: 64, maxPx: 4096, multipleOf: free.kind === 'pixels' ? STEP_PX : 1, ratioMax: RATIO_MAX };
}

/** The inputs that ask for a size: pixels where the model takes them, else the nearest that it has. */
export function sizeInput(schema: InputSchema, width: number, height: number): Record<string, unknown> {
  const sides = sidesOf(schema);
  if (sides !== undefined && fits(sides, width, height))
    return {
      ...sides.beside,
      [sides.names[0]]: asType(sides.width, width),
      [sides.names[1]]: asType(sides.height, height),
    };
  const shape = nearest(shapesOf(schema), width, height);
  if (shape !== undefined) {
    const isExact = shape.width === width && shape.height === height;
    return {
      ...(isExact ? {} : amounts(schema, width, height)),
      [shape.name]: valueOf(schema, shape.name, shape),
    };
  }
  const free = freeText(schema);
  return {
    ...amounts(schema, width, height),
    ...(free === undefined ? {} : { [free.name]: free.text(width, height) }),
  };
}

function ofSides({ width, height, step }: Sides): SizeSupport {
  if (width.choices !== undefined && height.choices !== undefined) {
    const heights = height.choices;
    return { kind: 'list', sizes: width.choices.flatMap((w) => heights.map((h) => `${w}x${h}`)) };
  }
  return {
    kind: 'free',
    minPx: Math.max(width.minimum ?? 64, height.minimum ?? 64, 1),
    maxPx: Math.min(width.maximum ?? 4096, height.maximum ?? 4096),
    multipleOf: step,
    ratioMax: RATIO_MAX,
  };
}

/** Width and height by whatever name, where the model looks at them. */
function sidesOf({ fields }: InputSchema): Sides | undefined {
  for (const [name, width] of fields) {
    const other = /^(.*?)(width|w)$/i.exec(name);
    const heightName =
      other === null ? undefined : `${other[1]}${{ width: 'height', w: 'h' }[(other[2] ?? '').toLowerCase()]}`;
    const height = heightName === undefined ? undefined : fields.get(heightName);
    if (heightName === undefined || height === undefined || !isSize(name, width) || !isSize(heightName, height))
      continue;
    const lists = [...fields].filter(
      ([list, field]) => list !== name && (field.choices ?? []).some((one) => sizeChoice(one)?.ratio),
    );
    const custom = [...fields].find(([, field]) => field.choices?.some((choice) => /^custom$/i.test(String(choice))));
    if (custom === undefined && lists.length > 0 && width.choices === undefined && !isPlain(width)) continue;
    const word = custom?.[1].choices?.find((choice) => /^custom$/i.test(String(choice)));
    const told = /multiples? of (\d+)/i.exec(`${width.description ?? ''} ${height.description ?? ''}`)?.[1];
    const assumed = lists.length > 0 ? STEP_BESIDE_RATIOS_PX : STEP_PX;
    return {
      names: [name, heightName],
      width,
      height,
      step: width.multipleOf ?? (told === undefined ? assumed : Number(told)),
      beside: custom === undefined ? {} : { [custom[0]]: String(word) },
    };
  }
  return undefined;
}

/** Not `max_width`, not the thickness of a line. */
function isSize(name: string, field: InputField): boolean {
  const isNumber =
    field.type === 'integer' || field.type === 'number' || field.choices?.every((one) => Number(one) > 0);
  return (
    isNumber === true &&
    /^((out|output|image|img|target|custom|gen|result|canvas|final)_?)?(width|height|w|h)$/i.test(name)
  );
}

/** Beside a list of ratios pixels count only where the model gives them a value of its own. */
function isPlain({ default: given }: InputField): boolean {
  return typeof given === 'number' && given > 0;
}

function fits({ names, width, height, step }: Sides, widthPx: number, heightPx: number): boolean {
  const isOne = (name: string, field: InputField, px: number): boolean =>
    fieldProblem(name, field, asType(field, px)) === undefined;
  const isStepped = width.choices !== undefined || (widthPx % step === 0 && heightPx % step === 0);
  return isStepped && isOne(names[0], width, widthPx) && isOne(names[1], height, heightPx);
}

function asType(field: InputField, px: number): number | string {
  return field.choices?.find((choice) => Number(choice) === px) ?? px;
}

/** Every shape that can be asked for, of all inputs. */
function shapesOf({ fields }: InputSchema): Shape[] {
  return [...fields].flatMap(([name, field]) => {
    if (!/ratio|size|resolution|dimension|orientation|shape|layout/i.test(name)) return [];
    const choices = (field.choices ?? []).flatMap((choice) => sizeChoice(choice) ?? []);
    return choices.filter((one) => one.ratio).map((choice) => ({ ...choice, name }));
  });
}

/** The nearest shape; of equal ones the nearest in pixels. */
function nearest(shapes: readonly Shape[], width: number, height: number): Shape | undefined {
  const distance = ({ ratio = 1, width: w, height: h }: Shape): number => {
    const size = w && h ? Math.abs(Math.log((w * h) / (width * height))) : 0.5;
    return Math.abs(Math.log(ratio / (width / height))) * 1000 + (w === width && h === height ? 0 : 0.5 + size);
  };
  return shapes.toSorted((a, b) => distance(a) - distance(b))[0];
}

/** Inputs that say only how much: megapixels, `2K`, `1080p`. */
function amounts(schema: InputSchema, width: number, height: number): Record<string, unknown> {
  const wanted = (width * height) / 1024 ** 2;
  return Object.fromEntries(
    [...schema.fields].flatMap(([name, field]) => {
      if (!/megapixel|resolution|size/i.test(name)) return [];
      const choices = (field.choices ?? [])
        .flatMap((choice) => sizeChoice(choice) ?? [])
        .filter((one) => one.megapixels);
      const distance = ({ megapixels = 1 }: SizeChoice): number => Math.abs(Math.log(megapixels / wanted));
      const best = choices.toSorted((a, b) => distance(a) - distance(b))[0];
      return best === undefined ? [] : [[name, valueOf(schema, name, best)]];
    }),
  );
}

/** A choice as the schema has it: a number stays a number. */
function valueOf(schema: InputSchema, name: string, { text }: SizeChoice): unknown {
  return schema.fields.get(name)?.choices?.find((choice) => String(choice) === text) ?? text;
}

/** A ratio as `sizeProblem` reads it. */
function ratioText(text: string, ratio: number): string {
  return /\b\d{1,3}:\d{1,3}\b/.exec(text)?.[0] ?? `${Math.round(ratio * 1000)}:1000`;
}
