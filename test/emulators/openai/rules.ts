/**
 * What OpenAI's image endpoints accept, field by field: strict, so that a wrong request of ours is found here and not
 * in production. From the types of the openai package 7.55.0 and the documentation of the API.
 */
import { type Model, LIVE_MODELS } from './models.ts';
import { Refusal, refuse, invalid } from './refusal.ts';

/** A request for a picture, understood. */
export interface Asked {
  model: Model;
  prompt: string;
  width: number;
  height: number;
  quality: string;
  n: number;
  references: number;
  stream: boolean;
  partialImages: number;
}

const COMMON = [
  'model',
  'prompt',
  'n',
  'size',
  'quality',
  'background',
  'output_format',
  'output_compression',
  'stream',
  'partial_images',
  'safety_identifier',
  'user',
  'complexity',
];

const FIELDS = {
  generate: [...COMMON, 'moderation'],
  edit: [...COMMON, 'image', 'images', 'mask', 'input_fidelity'],
  tool: [
    'type',
    'model',
    'size',
    'quality',
    'action',
    'background',
    'output_format',
    'output_compression',
    'partial_images',
    'moderation',
    'complexity',
    'input_fidelity',
    'input_image_mask',
  ],
};

/** Refuses fields that are not in the list. */
export function onlyKnown(fields: Record<string, unknown>, known: readonly string[], prefix = ''): void {
  for (const name of Object.keys(fields)) {
    if (!known.includes(name))
      throw new Refusal(
        refuse(400, `Unknown parameter: '${prefix}${name}'.`, { param: `${prefix}${name}`, code: 'unknown_parameter' }),
      );
  }
}

/**
 * Checks the fields that all ways of asking share.
 * @param way which fields there may be.
 * @throws {Refusal}
 */
export function understand(
  fields: Record<string, unknown>,
  way: keyof typeof FIELDS,
  given: { prompt: unknown; references: number },
): Asked {
  onlyKnown(fields, FIELDS[way]);
  const { prompt } = given;
  if (typeof prompt !== 'string' || prompt === '')
    throw new Refusal(
      refuse(400, "Missing required parameter: 'prompt'.", { param: 'prompt', code: 'missing_required_parameter' }),
    );
  if (prompt.length > 32_000)
    invalid(
      `Invalid 'prompt': string too long. Expected a string with maximum length 32000, ` +
        `but got a string with length ${prompt.length} instead.`,
      'prompt',
      'string_above_max_length',
    );
  const model = modelNamed(fields['model']);
  const { width, height } = sizeOf(String(fields['size'] ?? 'auto'), model);
  const quality =
    oneOf(fields, 'quality', ['low', 'medium', 'high', ...(model.finest ? ['xhigh', 'max'] : []), 'auto']) ?? 'auto';
  oneOf(fields, 'moderation', ['auto', 'low']);
  oneOf(fields, 'background', ['transparent', 'opaque', 'auto']);
  oneOf(fields, 'action', ['generate', 'edit', 'auto']);
  const format = oneOf(fields, 'output_format', ['png', 'jpeg', 'webp']) ?? 'png';
  if (fields['output_compression'] !== undefined && format === 'png')
    invalid(
      'Compression less than 100 is not supported for PNG output format.',
      'output_compression',
      'invalid_png_output_compression',
    );
  if (fields['input_fidelity'] !== undefined && model.flexible)
    invalid(`input_fidelity is not supported for ${model.id}.`, 'input_fidelity', 'invalid_input_fidelity_model');
  if (given.references > 16)
    invalid(
      `Invalid 'image': array too long. Expected an array with maximum length 16, ` +
        `but got an array with length ${given.references} instead.`,
      'image',
      'array_above_max_length',
    );
  const stream = String(fields['stream'] ?? 'false') === 'true';
  const partialImages = whole(fields, 'partial_images', 0, 3) ?? 0;
  if (partialImages > 0 && !stream && way !== 'tool')
    invalid("'partial_images' may only be used with stream.", 'partial_images');
  return {
    model,
    prompt,
    width,
    height,
    quality,
    n: whole(fields, 'n', 1, 10) ?? 1,
    references: given.references,
    stream,
    partialImages,
  };
}

function modelNamed(id: unknown): Model {
  if (typeof id !== 'string')
    throw new Refusal(
      refuse(400, "Missing required parameter: 'model'.", { param: 'model', code: 'missing_required_parameter' }),
    );
  const model = LIVE_MODELS.find((live) => live.id === id);
  if (!model)
    throw new Refusal(
      refuse(404, `The model '${id}' does not exist or you do not have access to it.`, { code: 'model_not_found' }),
    );
  return model;
}

function sizeOf(size: string, model: Model): { width: number; height: number } {
  if (size === 'auto') return { width: 1024, height: 1024 };
  const found = /^(\d+)x(\d+)$/.exec(size);
  const [width, height] = [Number(found?.[1]), Number(found?.[2])];
  if (!model.flexible && !['1024x1024', '1024x1536', '1536x1024'].includes(size)) {
    invalid(
      `Invalid value: '${size}'. Supported values are: '1024x1024', '1024x1536', '1536x1024', and 'auto'.`,
      'size',
    );
  }
  const ratio = Math.max(width, height) / Math.min(width, height);
  if (
    !found ||
    width % 16 ||
    height % 16 ||
    !(ratio <= 3) ||
    Math.max(width, height) > 3840 ||
    width * height > 3840 * 2160
  ) {
    invalid(
      `Invalid size '${size}'. Width and height must both be divisible by 16, ` +
        `the aspect ratio between 1:3 and 3:1, at most 3840x2160.`,
      'size',
    );
  }
  return { width, height };
}

function oneOf(fields: Record<string, unknown>, name: string, values: readonly string[]): string | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || !values.includes(value))
    invalid(
      `Invalid value: '${String(value)}'. Supported values are: ${values.map((each) => `'${each}'`).join(', ')}.`,
      name,
    );
  return value as string;
}

function whole(fields: Record<string, unknown>, name: string, min: number, max: number): number | undefined {
  if (fields[name] === undefined) return undefined;
  const value = Number(fields[name]);
  if (!Number.isInteger(value) || value < min || value > max)
    invalid(`Invalid '${name}': expected an integer between ${min} and ${max}.`, name, 'integer_out_of_range');
  return value;
}

/** Whether the bytes begin like a PNG, a JPEG or a WebP. */
export function looksLikeImage(bytes: Buffer): boolean {
  const start = bytes.toString('latin1', 0, 12);
  return (
    start.startsWith('\x89PNG') ||
    start.startsWith('\xff\xd8\xff') ||
    (start.startsWith('RIFF') && start.endsWith('WEBP'))
  );
}
