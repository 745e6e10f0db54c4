/**
 * From an image request to a model's input, and back: is this the input that we sent? Pure.
 */
import { createHash } from 'node:crypto';
import { ratioOf } from '../capabilities.ts';
import type { ImageRequest } from '../provider.ts';
import { fieldProblem, type InputSchema } from './schema.ts';

/** A model's input. */
export type Input = Record<string, unknown>;

/** The input, and what there is to say about it. */
export interface BuiltInput {
  input: Input;
  warnings: string[];
  /** Why the service would refuse it: nothing is sent then. */
  problems: string[];
}

/** Fields that take a list of pictures, best first. */
const LIST_FIELDS = ['input_images', 'image_input', 'image_prompts', 'images'];
/** Fields that take one picture, best first; the first may continue as `input_image_2` … */
const SINGLE_FIELDS = ['input_image', 'image_prompt', 'image'];
/** Sides in pixels are multiples of this where a model takes them freely (flux pages). */
const SIDE_STEP_PX = 32;

/**
 * Builds the input from what the model's schema has.
 * @param references a URL or data URI for each of the request's references, in order.
 * @param extra the user's own inputs (`providers.replicate.input`), laid over the defaults but not over prompt, seed
 *   and number.
 */
export function buildInput(
  schema: InputSchema,
  request: ImageRequest,
  references: readonly string[],
  extra: Input,
): BuiltInput {
  const { fields } = schema;
  const warnings: string[] = [];
  const problems: string[] = [];
  const seed = foldedSeed(request.seed, fields.get('seed')?.maximum);
  if (fields.has('seed') && seed !== request.seed)
    warnings.push(`the model takes seeds up to ${fields.get('seed')?.maximum}: ${request.seed} becomes ${seed}`);
  const pictures = referenceInput(schema, references);
  if (pictures === undefined) problems.push(`the model takes no ${references.length} reference pictures`);
  for (const name of ['prompt', 'seed', 'num_outputs'])
    if (name in extra) problems.push(`input.${name} is set by imggen and can't be set in the config`);
  const input: Input = {
    ...sizeInput(schema, request.width, request.height),
    ...(choices(schema, 'output_format')?.includes('png') ? { output_format: 'png' } : {}),
    ...(fields.has('negative_prompt') && request.negativePrompt ? { negative_prompt: request.negativePrompt } : {}),
    ...pictures,
    ...extra,
    ...(fields.has('num_outputs') ? { num_outputs: 1 } : {}),
    ...(fields.has('seed') ? { seed } : {}),
    prompt: request.prompt,
  };
  for (const [name, value] of Object.entries(input)) {
    const field = fields.get(name);
    const problem = field === undefined ? `${name}: the model has no such input` : fieldProblem(name, field, value);
    if (problem !== undefined) problems.push(problem);
  }
  for (const name of schema.required)
    if (!(name in input)) problems.push(`${name}: the model requires it; set it in providers.replicate.input`);
  return { input, warnings, problems };
}

/** Size: pixels where the model takes them, else the nearest ratio and the nearest number of megapixels. */
function sizeInput(schema: InputSchema, width: number, height: number): Input {
  const pixels = pixelInput(schema, width, height);
  const ratios = (choices(schema, 'aspect_ratio') ?? []).filter((choice) => /^\d+:\d+$/.test(choice));
  const custom = choices(schema, 'aspect_ratio')?.includes('custom') ?? false;
  if (pixels !== undefined && (custom || !schema.fields.has('aspect_ratio')))
    return custom ? { aspect_ratio: 'custom', ...pixels } : pixels;
  const ratio = nearest(ratios, (text) => Math.log(ratioOf(text)), Math.log(width / height));
  const megapixels = (width * height) / 1_000_000;
  const sized = ['megapixels', 'resolution'].flatMap((name) => {
    const choice = nearest(
      (choices(schema, name) ?? []).filter((text) => /^[\d.]+( MP)?$/.test(text)),
      (text) => Math.log(Number.parseFloat(text)),
      Math.log(megapixels),
    );
    return choice === undefined ? [] : [[name, choice]];
  });
  return { ...(ratio === undefined ? {} : { aspect_ratio: ratio }), ...(Object.fromEntries(sized) as Input) };
}

function pixelInput(schema: InputSchema, width: number, height: number): Input | undefined {
  const fits = (name: string, px: number): boolean => {
    const field = schema.fields.get(name);
    return field?.type !== undefined && fieldProblem(name, field, px) === undefined;
  };
  const stepped = !schema.fields.has('aspect_ratio') || (width % SIDE_STEP_PX === 0 && height % SIDE_STEP_PX === 0);
  return stepped && fits('width', width) && fits('height', height) ? { width, height } : undefined;
}

function referenceInput(schema: InputSchema, references: readonly string[]): Input | undefined {
  if (references.length === 0) return {};
  const list = LIST_FIELDS.find(
    (name) => schema.fields.has(name) && (schema.fields.get(name)?.type ?? 'array') === 'array',
  );
  if (list !== undefined) return { [list]: references };
  const single = SINGLE_FIELDS.find((name) => schema.fields.has(name));
  if (single === undefined) return undefined;
  const named = references.map((value, index) => [index === 0 ? single : `${single}_${index + 1}`, value] as const);
  return named.every(([name]) => schema.fields.has(name)) ? Object.fromEntries(named) : undefined;
}

/**
 * Whether a prediction's input is the one we would send for a request: the same prompt and seed, and equal in every
 * field that both have. Fields that only one has are left out of it, as the service may drop or fill in some. Pictures
 * are compared by content where both sides hold it; an uploaded file has another address each time.
 */
export function isSameInput(ours: Input, theirs: Input): boolean {
  const both = Object.keys(ours).filter((name) => name in theirs);
  const identity = ['prompt', 'seed'].filter((name) => name in ours);
  return identity.every((name) => both.includes(name)) && both.every((name) => isSameValue(ours[name], theirs[name]));
}

/** The input with each data URI replaced by its sum, as `isSameInput` compares it. */
export function withoutBytes(input: Input): Input {
  const brief = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(brief) : isFile(value) && isDataUri(value) ? sumOf(value) : value;
  return Object.fromEntries(Object.entries(input).map(([name, value]) => [name, brief(value)]));
}

function isSameValue(ours: unknown, theirs: unknown): boolean {
  if (Array.isArray(ours) && Array.isArray(theirs))
    return ours.length === theirs.length && ours.every((value, index) => isSameValue(value, theirs[index]));
  if (isFile(ours) && isFile(theirs)) return isLinked(ours) || isLinked(theirs) || sumOf(ours) === sumOf(theirs);
  return canonical(ours) === canonical(theirs);
}

/** JSON with sorted keys: equal texts, equal values. */
function canonical(value: unknown): string {
  return (
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'object' && inner !== null && !Array.isArray(inner)
        ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
        : inner,
    ) ?? 'undefined'
  );
}

function foldedSeed(seed: number, maximum: number | undefined): number {
  return maximum !== undefined && seed > maximum ? seed % (maximum + 1) : seed;
}

function choices(schema: InputSchema, name: string): string[] | undefined {
  return schema.fields.get(name)?.choices?.map(String);
}

function nearest(texts: readonly string[], valueOf: (text: string) => number, wanted: number): string | undefined {
  const distance = (text: string): number => Math.abs(valueOf(text) - wanted);
  return texts.length === 0 ? undefined : texts.reduce((best, text) => (distance(text) < distance(best) ? text : best));
}

/** A picture in an input: an address, a data URI, or the sum of one. */
function isFile(value: unknown): value is string {
  return typeof value === 'string' && /^(?:https?:\/\/|data:|sha256:)/.test(value);
}

/** An uploaded file has another address each time. */
function isLinked(file: string): boolean {
  return file.startsWith('http');
}

function isDataUri(value: string): boolean {
  return value.startsWith('data:');
}

function sumOf(file: string): string {
  return isDataUri(file) ? `sha256:${createHash('sha256').update(file).digest('hex')}` : file;
}
