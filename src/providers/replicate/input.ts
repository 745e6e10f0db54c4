/**
 * From an image request to a model's input, by what its schema has. Pure.
 */
import { isDeepStrictEqual } from 'node:util';
import { sourceOf } from '../../shot.ts';
import type { ImageRequest } from '../provider.ts';
import { negativeField, numberFields, seedField, transparentInput, type ReferenceUse } from './abilities.ts';
import { givenProblems } from './given-input.ts';
import { mainPicture, picturesInput } from './pictures-input.ts';
import { promptField } from './prompt-field.ts';
import { fieldProblem, type Input, type InputSchema } from './schema.ts';
import { sizeInput } from './size-fields.ts';

/** The input, and what there is to say about it. */
export interface BuiltInput {
  input: Input;
  warnings: string[];
  /** Why the service would refuse it: nothing is sent then. */
  problems: string[];
}

/** What the user chose for a provider's inputs. */
export interface InputChoices {
  /** `providers.replicate.input`, laid over the defaults but not over prompt, seed and number. */
  extra: Input;
  /** What is done with a picture that a model would only paint over. */
  use: ReferenceUse;
}

/**
 * Switches that would change the prompt, the model, the number of pictures or what a seed gives, and the value that
 * leaves them out.
 */
const SWITCHES: Readonly<Record<string, unknown>> = {
  go_fast: false,
  prompt_upsampling: false,
  prompt_optimizer: false,
  prompt_extend: false,
  enhance_prompt: false,
  expand_prompt: false,
  magic_prompt_option: 'Off',
  magic_prompt: 'Off',
  grounding: false,
  google_search: false,
  image_search: false,
  allow_fallback_model: false,
  sequential_image_generation: 'disabled',
  image_set_mode: false,
};
const FORMATS = ['output_format', 'image_format', 'output_file_format', 'file_format', 'format', 'output_type'];

/**
 * Builds the input from what the model's schema has.
 * @param references a URL or data URI for each of the request's references, in order.
 */
export function buildInput(
  schema: InputSchema,
  request: ImageRequest,
  references: readonly string[],
  { extra, use }: InputChoices,
): BuiltInput {
  const { fields } = schema;
  const prompt = promptField(schema);
  const seed = seedInput(schema, request.seed);
  const numbers = numberInput(schema);
  const own = { ...seed.input, ...numbers, ...promptInput(schema, request.prompt) };
  const pictures = picturesInput(schema, request, references, { use, given: extra });
  const problems = [
    ...promptProblems(schema, request),
    ...('problem' in pictures ? [pictures.problem] : replaced(pictures.input, extra)),
    ...(request.transparent && !transparentInput(schema) ? ['the model makes no transparent background'] : []),
    ...givenProblems(schema, extra),
  ];
  const input: Input = {
    ...switches(schema),
    ...formatInput(schema),
    ...(request.transparent ? transparentInput(schema) : {}),
    // A model without a prompt works on a picture: the model decides how large the new one is.
    ...(prompt === undefined ? {} : wishes(schema, request)),
    ...('problem' in pictures ? {} : pictures.input),
    ...extra,
    // What the job was made for, whatever the config says by now.
    ...loraInput(schema, request.lora),
    ...own,
  };
  for (const [name, value] of Object.entries(input)) {
    if (Object.hasOwn(extra, name) && extra[name] === value) continue;
    const field = fields.get(name);
    const problem = field === undefined ? `${name}: the model has no such input` : fieldProblem(name, field, value);
    if (problem !== undefined) problems.push(problem);
  }
  problems.push(...missing(schema, input, { isTold: 'problem' in pictures, given: extra }));
  return { input, warnings: seed.warnings, problems };
}

/** Pictures that those of the config would take the place of: the ledger would tell of what was not sent. */
function replaced(pictures: Input, extra: Input): string[] {
  return Object.keys(pictures)
    .filter((name) => Object.hasOwn(extra, name) && !isDeepStrictEqual(pictures[name], extra[name]))
    .map((name) => `${name}: the config has its own (providers.replicate), in place of the picture that goes along`);
}

/** Words are neither dropped nor made up. */
function promptProblems(schema: InputSchema, { prompt, references }: ImageRequest): string[] {
  if (promptField(schema) !== undefined) return prompt === '' ? ['the model takes a prompt, and none is given'] : [];
  return [
    ...(prompt === '' ? [] : ['the model takes no prompt']),
    ...(sourceOf(references) ? [] : ['the model works on a picture that is there: it is asked for edits only']),
  ];
}

/** What a prompt is accompanied by. */
function wishes(schema: InputSchema, { width, height, quality, negativePrompt }: ImageRequest): Input {
  return {
    ...sizeInput(schema, width, height),
    ...qualityInput(schema, quality),
    ...negativeInput(schema, negativePrompt),
  };
}

function missing(schema: InputSchema, input: Input, { isTold, given }: { isTold: boolean; given: Input }): string[] {
  const picture = mainPicture(schema, given);
  return schema.required.flatMap((name) => {
    if (name in input || schema.fields.get(name)?.default !== undefined) return [];
    if (picture?.names.includes(name)) return isTold ? [] : [`${name}: the model requires a reference picture`];
    return [`${name}: the model requires it; set it in providers.replicate.input`];
  });
}

function seedInput(schema: InputSchema, asked: number): { input: Input; warnings: string[] } {
  const name = seedField(schema);
  if (name === undefined) return { input: {}, warnings: [] };
  const field = schema.fields.get(name);
  const maximum = field?.maximum;
  const seed = maximum !== undefined && asked > maximum ? asked % (maximum + 1) : asked;
  return {
    input: { [name]: field?.type === 'string' ? String(seed) : seed },
    warnings: seed === asked ? [] : [`the model takes seeds up to ${maximum}: ${asked} becomes ${seed}`],
  };
}

/** One picture, or as few as the model makes. */
function numberInput(schema: InputSchema): Input {
  return Object.fromEntries(
    numberFields(schema).flatMap(([name, field]) => {
      const least = field.choices?.toSorted((a, b) => Number(a) - Number(b))[0];
      const value = least ?? Math.max(1, field.minimum ?? 1);
      // One schema has numbers as texts among its choices, so that no value fits: what is left out is one, too.
      return field.default === 1 && fieldProblem(name, field, value) !== undefined ? [] : [[name, value]];
    }),
  );
}

function promptInput(schema: InputSchema, prompt: string): Input {
  const name = promptField(schema);
  if (name === undefined) return {};
  return { [name]: schema.fields.get(name)?.type === 'array' ? [prompt] : prompt };
}

function negativeInput(schema: InputSchema, negativePrompt: string | undefined): Input {
  const name = negativeField(schema);
  return name === undefined || !negativePrompt ? {} : { [name]: negativePrompt };
}

function loraInput({ fields }: InputSchema, lora: string | undefined): Input {
  return lora !== undefined && fields.get('lora_weights')?.type === 'string' ? { lora_weights: lora } : {};
}

function qualityInput({ fields }: InputSchema, quality: string | undefined): Input {
  const choices = fields.get('quality')?.choices ?? [];
  // `auto` would leave the price to the service.
  const wanted = quality ?? (choices.includes('auto') ? 'medium' : undefined);
  return wanted !== undefined && choices.includes(wanted) ? { quality: wanted } : {};
}

/** PNG loses nothing; else a format that imggen reads. */
function formatInput({ fields }: InputSchema): Input {
  const name = FORMATS.find((one) => fields.get(one)?.choices !== undefined);
  const choices = name === undefined ? [] : (fields.get(name)?.choices ?? []);
  const best = ['png', 'webp', 'jpg', 'jpeg'].flatMap((format) =>
    choices.filter((choice) => String(choice).toLowerCase().replace('image/', '') === format),
  )[0];
  return name === undefined || best === undefined ? {} : { [name]: best };
}

function switches({ fields }: InputSchema): Input {
  return Object.fromEntries(
    Object.entries(SWITCHES).filter(([name, value]) => {
      const field = fields.get(name);
      if (field === undefined) return false;
      return field.choices === undefined ? field.type === typeof value : field.choices.includes(value as string);
    }),
  );
}
