/** What the emulated fal runs: what each endpoint takes, and what its page says that it costs. */

/** An endpoint. */
export interface Endpoint {
  /** Inputs by name, each with what it may be. */
  fields: Readonly<Record<string, (value: unknown) => boolean>>;
  required: readonly string[];
  /** Billable units of a run. */
  units: (input: Readonly<Record<string, unknown>>) => number;
  /** Micro-dollars of a unit. */
  unitMicros: number;
  /** Its schema has `has_nsfw_concepts` and the prompt in its answer. */
  tellsConcepts: boolean;
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isSeed = (value: unknown): boolean => value === null || Number.isInteger(value);
const isOneOf =
  (...values: readonly string[]) =>
  (value: unknown): boolean =>
    values.includes(String(value));
const isAddress = (value: unknown): boolean =>
  isText(value) && /^(https?:\/\/|data:image\/\w+;base64,)/.test(String(value));
const isSize = (value: unknown): boolean => {
  if (typeof value === 'string') return /^(auto|square_hd|square|(portrait|landscape)_(4_3|16_9))$/.test(value);
  const { width, height } = (value ?? {}) as { width?: unknown; height?: unknown };
  return [width, height].every((side) => Number.isInteger(side) && Number(side) > 0 && Number(side) <= 14_142);
};
const areAddresses = (max: number) => (value: unknown) =>
  Array.isArray(value) && value.length > 0 && value.length <= max && value.every(isAddress);

const BASE = { prompt: isText, image_size: isSize, seed: isSeed, sync_mode: isFlag, enable_safety_checker: isFlag };
const PRO = { ...BASE, output_format: isOneOf('jpeg', 'png'), safety_tolerance: isOneOf('1', '2', '3', '4', '5') };
const DEV = {
  ...BASE,
  output_format: isOneOf('jpeg', 'png', 'webp'),
  num_images: (value: unknown) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 4,
  num_inference_steps: (value: unknown) => Number.isInteger(value),
  guidance_scale: (value: unknown) => typeof value === 'number',
  enable_prompt_expansion: isFlag,
  acceleration: isOneOf('none', 'regular', 'high'),
};

/** Begun megapixels of the picture and of each reference, which are taken for one megapixel each. */
function megapixels(input: Readonly<Record<string, unknown>>): number {
  const { width = 1024, height = 1024 } = (input['image_size'] ?? {}) as { width?: number; height?: number };
  const references = Array.isArray(input['image_urls']) ? input['image_urls'].length : 0;
  return Math.ceil((width * height) / 1024 ** 2) + references;
}

const PRO_RUN = { required: ['prompt'], units: (input: Readonly<Record<string, unknown>>) => 1 + megapixels(input) };

/** By their ids. */
export const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  'fal-ai/flux-2-pro': { ...PRO_RUN, fields: PRO, unitMicros: 15_000, tellsConcepts: false },
  'fal-ai/flux-2-pro/edit': {
    ...PRO_RUN,
    fields: { ...PRO, image_urls: areAddresses(8) },
    required: ['prompt', 'image_urls'],
    unitMicros: 15_000,
    tellsConcepts: false,
  },
  'fal-ai/flux-2': { fields: DEV, required: ['prompt'], units: megapixels, unitMicros: 12_000, tellsConcepts: true },
  'fal-ai/flux-2/edit': {
    fields: { ...DEV, image_urls: areAddresses(4) },
    required: ['prompt', 'image_urls'],
    units: megapixels,
    unitMicros: 12_000,
    tellsConcepts: true,
  },
  'fal-ai/nano-banana-2': {
    fields: {
      prompt: isText,
      seed: isSeed,
      num_images: DEV.num_images,
      output_format: DEV.output_format,
      resolution: isOneOf('0.5K', '1K', '2K', '4K'),
      aspect_ratio: isOneOf(...'auto 21:9 16:9 3:2 4:3 5:4 1:1 4:5 3:4 2:3 9:16'.split(' ')),
      enable_web_search: isFlag,
      limit_generations: isFlag,
    },
    required: ['prompt'],
    units: () => 1,
    unitMicros: 80_000,
    tellsConcepts: false,
  },
};
