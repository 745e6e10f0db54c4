/**
 * What endpoints take, from runpod/docs (public-endpoints/models) and the schemas of runpod-workers: names and forms of
 * the inputs, those that are required, and what a picture costs.
 */

/** Says what is wrong with a value, or undefined. */
type Check = (value: unknown) => string | undefined;

/** One endpoint. */
export interface EndpointFacts {
  inputs: Record<string, Check>;
  required: readonly string[];
  /** In US dollars; undefined: GPU time. */
  costUsd?: (input: Record<string, unknown>) => number;
}

const text: Check = (value) => (typeof value === 'string' && value !== '' ? undefined : 'must be a text');
const whole: Check = (value) => (Number.isSafeInteger(value) ? undefined : 'must be an integer');
const number: Check = (value) => (typeof value === 'number' ? undefined : 'must be a number');
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : 'must be true or false');
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(String(value)) ? undefined : `must be one of ${values.join(', ')}`;
const between =
  (least: number, most: number, step = 1): Check =>
  (value) =>
    typeof value !== 'number' || value < least || value > most
      ? `must be within ${least} and ${most}`
      : value % step
        ? `must be divisible by ${step}`
        : undefined;
const star: Check = (value) =>
  /^\d{3,4}\*\d{3,4}$/.test(String(value)) ? undefined : 'size format must be width*height';
const picture: Check = (value) =>
  /^(?:https?:\/\/|data:image\/(?:png|jpeg|webp);base64,[A-Za-z0-9+/]+=*$)/.test(String(value))
    ? undefined
    : 'Invalid image URL';
const pictures =
  (most: number): Check =>
  (value) =>
    !Array.isArray(value) || value.length === 0 || value.length > most
      ? `must be a list of 1 to ${most} images`
      : value.some((one) => picture(one) !== undefined)
        ? 'Invalid image URL in images array'
        : undefined;
const loras: Check = (value) => (Array.isArray(value) ? undefined : 'must be a list');

const megapixels = ({ size, width, height }: Record<string, unknown>): number => {
  const [w = width, h = height] = typeof size === 'string' ? size.split('*') : [];
  return (Number(w) * Number(h)) / 1e6;
};
const each = (usd: number) => (): number => usd;
const byMegapixel =
  (usd: number) =>
  (input: Record<string, unknown>): number =>
    usd * megapixels(input);
const byResolution =
  (usd: Record<string, number>) =>
  ({ resolution }: Record<string, unknown>): number =>
    usd[String(resolution)] ?? 0;

const png = oneOf('png', 'jpeg');
const flux = (stepsMax: number, usd: number): EndpointFacts => ({
  inputs: {
    prompt: text,
    negative_prompt: text,
    width: between(256, 1536, 64),
    height: between(256, 1536, 64),
    num_inference_steps: between(1, stepsMax),
    guidance: between(0, 10),
    seed: whole,
    image_format: png,
  },
  required: ['prompt'],
  costUsd: byMegapixel(usd),
});
const EDIT_SIZES = oneOf('1024*1024', '1024*1280', '1280*1024', '1280*1280', '1280*1536', '1536*1080');
const qwenEdit = (usd: number, more: Record<string, Check> = {}): EndpointFacts => ({
  inputs: { prompt: text, images: pictures(3), size: EDIT_SIZES, seed: whole, output_format: png, ...more },
  required: ['prompt', 'images'],
  costUsd: each(usd),
});
const generator = (more: Record<string, Check>, costUsd: EndpointFacts['costUsd']): EndpointFacts => ({
  inputs: { prompt: text, size: star, seed: whole, enable_safety_checker: flag, ...more },
  required: ['prompt'],
  ...(costUsd && { costUsd }),
});
const RATIOS = ['1:1', '16:9', '9:16', '4:3', '3:4', '3:2', '2:3'];
const banana = (usd: Record<string, number>): EndpointFacts => ({
  inputs: {
    prompt: text,
    images: pictures(14),
    resolution: oneOf('1k', '2k', '4k'),
    aspect_ratio: oneOf(...RATIOS, '4:5', '5:4', '21:9'),
    output_format: png,
    enable_safety_checker: flag,
  },
  required: ['prompt', 'images'],
  costUsd: byResolution(usd),
});

/** The public endpoints. */
export const PUBLIC: Record<string, EndpointFacts> = {
  'black-forest-labs-flux-1-dev': flux(50, 0.02),
  'black-forest-labs-flux-1-schnell': flux(8, 0.0024),
  'black-forest-labs-flux-1-kontext-dev': {
    ...generator({ image: picture, negative_prompt: text, guidance: between(0, 10), output_format: png }, each(0.025)),
    required: ['prompt', 'image'],
  },
  'qwen-image-edit-2511': qwenEdit(0.02),
  'qwen-image-edit-2511-lora': qwenEdit(0.025, { loras }),
  'qwen-image-t2i': generator({ negative_prompt: text }, byMegapixel(0.02)),
  'qwen-image-t2i-lora': generator({ loras }, byMegapixel(0.02)),
  'seedream-v4-t2i': generator({ negative_prompt: text }, byMegapixel(0.027)),
  'seedream-v4-edit': {
    inputs: { prompt: text, images: pictures(10), size: star, enable_safety_checker: flag },
    required: ['prompt', 'images'],
    costUsd: byMegapixel(0.027),
  },
  'wan-2-6-t2i': generator({}, each(0.03)),
  'z-image-turbo': generator({ image: picture, strength: between(0, 1), output_format: png }, each(0.005)),
  'p-image-t2i': {
    inputs: { prompt: text, aspect_ratio: oneOf(...RATIOS), seed: whole, disable_safety_checker: flag },
    required: ['prompt'],
    costUsd: each(0.005),
  },
  'p-image-edit': {
    inputs: { prompt: text, images: pictures(5), aspect_ratio: oneOf(...RATIOS, 'match_input_image'), seed: whole },
    required: ['prompt', 'images'],
    costUsd: each(0.01),
  },
  'nano-banana-edit': {
    inputs: { prompt: text, images: pictures(4), enable_safety_checker: flag },
    required: ['prompt', 'images'],
    costUsd: each(0.038),
  },
  'nano-banana-pro-edit': banana({ '1k': 0.14, '2k': 0.14, '4k': 0.24 }),
  'google-nano-banana-2-edit': banana({ '1k': 0.0875, '2k': 0.13, '4k': 0.175 }),
};

/** The workers that an own endpoint may run; what worker-a1111 takes is any field of txt2img. */
export const WORKERS: Record<'worker-sdxl' | 'worker-a1111', EndpointFacts> = {
  'worker-sdxl': {
    inputs: {
      prompt: text,
      negative_prompt: text,
      width: whole,
      height: whole,
      seed: whole,
      scheduler: oneOf('PNDM', 'KLMS', 'DDIM', 'K_EULER', 'DPMSolverMultistep'),
      num_inference_steps: whole,
      refiner_inference_steps: whole,
      guidance_scale: number,
      strength: number,
      high_noise_frac: number,
      image_url: text,
      num_images: between(1, 2),
    },
    required: ['prompt'],
  },
  'worker-a1111': {
    inputs: {
      prompt: text,
      negative_prompt: text,
      width: whole,
      height: whole,
      seed: whole,
      steps: between(1, 150),
      cfg_scale: number,
      sampler_name: text,
      batch_size: whole,
      n_iter: whole,
      send_images: flag,
      save_images: flag,
    },
    required: ['prompt'],
  },
};

/** What is wrong with an input, in the words of the service; undefined when it is taken. */
export function inputProblem({ inputs, required }: EndpointFacts, input: Record<string, unknown>): string | undefined {
  const missing = required.find((name) => input[name] === undefined);
  if (missing !== undefined) return `${missing} is a required input.`;
  for (const [name, value] of Object.entries(input)) {
    const check = inputs[name];
    if (check === undefined) return `Unexpected input. ${name} is not a valid input option.`;
    const problem = check(value);
    if (problem !== undefined) return `Invalid parameter: ${name} ${problem}`;
  }
  return undefined;
}
