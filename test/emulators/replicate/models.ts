/**
 * The models of the emulated Replicate: input schemas as the service publishes them (`latest_version.openapi_schema`),
 * shortened to what image generation uses. Fields from replicate/cog-flux (flux-1) and the model pages (flux-2).
 */

/**
 * The models of the emulated Replicate: input schemas as the service publishes them (`latest_version.openapi_schema`),
 * shortened to what image generation uses. Fields from replicate/cog-flux (flux-1) and the model pages (flux-2).
 */
export type Json = Record<string, unknown>;

/** A model with the schema of its latest version. */
export interface Model {
  owner: string;
  name: string;
  /** Official models answer `version: "hidden"` and take predictions by name. */
  official: boolean;
  /** 64 hex characters. */
  version: string;
  /** An earlier version with the same inputs. */
  earlier?: string;
  /** Of one picture, or of one that this input asks for. */
  priceMicros: number | ((input: Json) => number);
  /** JSON schema of Input, enums behind `allOf` as cog writes them. */
  input: { required: string[]; properties: Record<string, Json> };
  enums: Record<string, { type: string; enum: unknown[] }>;
  /** One URL rather than a list of them. */
  singleOutput: boolean;
  /** The schema of Output, where it is neither. */
  output?: Json;
  /** What it answers with in place of its addresses. */
  answer?: (urls: readonly string[]) => unknown;
  /** How large a picture it makes of the one that it works on. */
  sizeOf?: (input: Json, source: { width: number; height: number }) => [number, number];
  /** The address in the example on its page. */
  example?: string;
}

/** What a model charges for an input. */
export function priceOf({ priceMicros }: Model, input: Json): number {
  return typeof priceMicros === 'number' ? priceMicros : priceMicros(input);
}

const FLUX_RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'];
/** A file by its address. */
export const uri = { type: 'string', format: 'uri' };

const enumRef = (name: string, more: Json = {}): Json => ({
  allOf: [{ $ref: `#/components/schemas/${name}` }],
  ...more,
});

const text = (values: string[]): { type: string; enum: unknown[] } => ({ type: 'string', enum: values });

const flux1 = {
  prompt: { type: 'string' },
  aspect_ratio: enumRef('aspect_ratio', { default: '1:1' }),
  num_outputs: { type: 'integer', minimum: 1, maximum: 4, default: 1 },
  seed: { type: 'integer' },
  output_format: enumRef('output_format', { default: 'webp' }),
  output_quality: { type: 'integer', minimum: 0, maximum: 100, default: 80 },
  disable_safety_checker: { type: 'boolean', default: false },
  go_fast: { type: 'boolean', default: true },
  megapixels: enumRef('megapixels', { default: '1' }),
};

const flux1Enums = {
  aspect_ratio: text(FLUX_RATIOS),
  output_format: text(['webp', 'jpg', 'png']),
  megapixels: text(['1', '0.25']),
};

const flux2 = {
  prompt: { type: 'string' },
  input_images: { type: 'array', items: uri, maxItems: 8, default: [] },
  aspect_ratio: enumRef('aspect_ratio', { default: '1:1' }),
  resolution: enumRef('resolution', { default: '1 MP' }),
  width: { type: 'integer', minimum: 256, maximum: 2048, nullable: true, description: 'Must be a multiple of 16.' },
  height: { type: 'integer', minimum: 256, maximum: 2048, nullable: true },
  safety_tolerance: { type: 'integer', minimum: 1, maximum: 5, default: 2 },
  seed: { type: 'integer', nullable: true },
  output_format: enumRef('output_format', { default: 'webp' }),
  output_quality: { type: 'integer', minimum: 0, maximum: 100, default: 80 },
};

const flux2Dev = {
  ...flux2,
  input_images: { ...flux2.input_images, maxItems: 4 },
  width: { ...flux2.width, maximum: 1440 },
  height: { ...flux2.height, maximum: 1440 },
  go_fast: { type: 'boolean', default: true },
};

const flux2Enums = {
  aspect_ratio: text(['match_input_image', 'custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3']),
  resolution: text(['match_input_image', '0.5 MP', '1 MP', '2 MP', '4 MP']),
  output_format: text(['webp', 'jpg', 'png']),
};

/** Begun megapixels of the picture, and one for each reference: those of the tests have no more. */
function byMegapixel(input: Json, { run, rate }: { run: number; rate: number }): number {
  const sides = ['width', 'height'].map((name) => (typeof input[name] === 'number' ? input[name] : 1024));
  const out = Math.ceil(((sides[0] ?? 1) * (sides[1] ?? 1)) / 1024 ** 2);
  const references = Array.isArray(input['input_images']) ? input['input_images'].length : 0;
  return run + rate * (out + references);
}

/** A model with everything but its id and the digit of its version. */
export function modelOf(
  id: string,
  digit: string,
  rest: Pick<Model, 'priceMicros' | 'enums'> & { properties: Record<string, Json> } & Partial<Model>,
): Model {
  const [owner = '', name = ''] = id.split('/');
  const { properties, ...more } = rest;
  return {
    owner,
    name,
    official: true,
    version: digit.repeat(64),
    singleOutput: false,
    input: { required: ['prompt'], properties },
    ...more,
  };
}

/** The models the emulator knows. The last is a community model. */
export const MODELS: readonly Model[] = [
  modelOf('black-forest-labs/flux-schnell', '1', { priceMicros: 3000, properties: flux1, enums: flux1Enums }),
  modelOf('black-forest-labs/flux-dev', '2', {
    priceMicros: 25_000,
    properties: {
      ...flux1,
      image: uri,
      prompt_strength: { type: 'number', minimum: 0, maximum: 1, default: 0.8 },
      guidance: { type: 'number', minimum: 0, maximum: 10, default: 3 },
      num_inference_steps: { type: 'integer', minimum: 1, maximum: 50, default: 28 },
    },
    enums: flux1Enums,
  }),
  modelOf('black-forest-labs/flux-1.1-pro', '3', {
    priceMicros: 40_000,
    singleOutput: true,
    properties: {
      prompt: { type: 'string' },
      image_prompt: uri,
      aspect_ratio: enumRef('aspect_ratio', { default: '1:1' }),
      width: { type: 'integer', minimum: 256, maximum: 1440 },
      height: { type: 'integer', minimum: 256, maximum: 1440 },
      safety_tolerance: { type: 'integer', minimum: 1, maximum: 6, default: 2 },
      seed: { type: 'integer' },
      prompt_upsampling: { type: 'boolean', default: false },
      output_format: enumRef('output_format', { default: 'webp' }),
    },
    enums: {
      aspect_ratio: text(['custom', '1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3']),
      output_format: text(['webp', 'jpg', 'png']),
    },
  }),
  ...(
    [
      ['flux-2-pro', { run: 15_000, rate: 15_000 }, flux2],
      ['flux-2-max', { run: 40_000, rate: 30_000 }, flux2],
      ['flux-2-dev', { run: 0, rate: 14_000 }, flux2Dev],
    ] as const
  ).map(([name, price, properties], index) =>
    modelOf(`black-forest-labs/${name}`, String(4 + index), {
      priceMicros: (input) => byMegapixel(input, price),
      singleOutput: true,
      properties,
      enums: flux2Enums,
    }),
  ),
  modelOf('someone/portrait-lora', 'a', {
    official: false,
    earlier: 'b'.repeat(64),
    priceMicros: 30_000,
    properties: {
      prompt: { type: 'string' },
      negative_prompt: { type: 'string' },
      width: { type: 'integer', minimum: 64, maximum: 1536 },
      height: { type: 'integer', minimum: 64, maximum: 1536 },
      seed: { type: 'integer', minimum: 0, maximum: 65_535 },
      lora_scale: { type: 'number', minimum: -1, maximum: 3, default: 1 },
      input_image: uri,
      input_image_2: uri,
    },
    enums: {},
  }),
];
