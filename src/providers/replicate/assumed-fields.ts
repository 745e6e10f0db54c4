/** The inputs to assume of the models of the FLUX families while their schemas can't be read. */
import type { InputField } from './schema.ts';

type Fields = Readonly<Record<string, InputField>>;

/** The ratios of flux-1 (replicate/cog-flux predict.py). */
export const FLUX_RATIOS = ['1:1', '16:9', '21:9', '3:2', '2:3', '4:5', '5:4', '3:4', '4:3', '9:16', '9:21'] as const;
/** The ratios of flux-1.1-pro and flux-2. */
export const NARROW_RATIOS = ['1:1', '16:9', '3:2', '2:3', '4:5', '5:4', '9:16', '3:4', '4:3'] as const;

const COMMON: Fields = {
  prompt: { type: 'string' },
  seed: { type: 'integer' },
  output_format: { choices: ['webp', 'jpg', 'png'] },
};

/** flux-schnell, and with `image` and `prompt_strength` flux-dev. */
export const FLUX_1: Fields = {
  ...COMMON,
  aspect_ratio: { choices: FLUX_RATIOS },
  num_outputs: { type: 'integer', minimum: 1, maximum: 4 },
  megapixels: { choices: ['1', '0.25'] },
  go_fast: { type: 'boolean' },
};

export const FLUX_DEV: Fields = {
  ...FLUX_1,
  image: { type: 'string', format: 'uri' },
  prompt_strength: { type: 'number', minimum: 0, maximum: 1 },
};

export const FLUX_11: Fields = {
  ...COMMON,
  aspect_ratio: { choices: ['custom', ...NARROW_RATIOS] },
  width: { type: 'integer', minimum: 256, maximum: 1440, multipleOf: 32 },
  height: { type: 'integer', minimum: 256, maximum: 1440, multipleOf: 32 },
  image_prompt: { type: 'string', format: 'uri' },
  prompt_upsampling: { type: 'boolean' },
};

/** flux-2: `stepPx` and `maxPx` of its sides, as many references. */
export function flux2(stepPx: number, maxPx: number, itemsMax: number): Fields {
  const side: InputField = { type: 'integer', minimum: 256, maximum: maxPx, multipleOf: stepPx };
  return {
    ...COMMON,
    input_images: { type: 'array', items: { type: 'string', format: 'uri' }, itemsMax },
    aspect_ratio: { choices: ['match_input_image', 'custom', ...NARROW_RATIOS] },
    width: side,
    height: side,
  };
}
