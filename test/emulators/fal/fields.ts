/** What the inputs of fal's models may be, by their names (types of @fal-ai/client 1.10.1). */

/** Says whether a value is taken. */
export type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === 'string' && value !== '';
const isFlag: Check = (value) => typeof value === 'boolean';
const isWhole: Check = (value) => Number.isInteger(value);
const isNumber: Check = (value) => typeof value === 'number';
const isCount: Check = (value) => Number.isInteger(value) && Number(value) >= 1 && Number(value) <= 4;
const isAddress: Check = (value) => isText(value) && /^(https?:\/\/|data:image\/\w+;base64,)/.test(String(value));

export const oneOf =
  (values: string): Check =>
  (value) =>
    typeof value === 'string' && values.split(' ').includes(value);

/** A list of so many addresses at most. */
export const addresses =
  (max: number): Check =>
  (value) =>
    Array.isArray(value) && value.length > 0 && value.length <= max && value.every(isAddress);

/** A named size, or one with sides within these bounds. */
export const sizes =
  (min = 64, max = 14_142, areaMin = 0): Check =>
  (value) => {
    if (typeof value === 'string')
      return /^(auto(_[234]K)?|square_hd|square|(portrait|landscape)_(4_3|16_9))$/.test(value);
    const { width, height } = (value ?? {}) as { width?: unknown; height?: unknown };
    const fits = [width, height].every((side) => Number.isInteger(side) && Number(side) >= min && Number(side) <= max);
    return fits && Number(width) * Number(height) >= areaMin;
  };

/** The inputs that are the same wherever they are. */
const KNOWN: Readonly<Record<string, Check>> = {
  prompt: isText,
  negative_prompt: isText,
  image_size: sizes(),
  seed: (value) => value === null || isWhole(value),
  num_images: isCount,
  max_images: isCount,
  num_inference_steps: isWhole,
  guidance_scale: isNumber,
  sync_mode: isFlag,
  enable_safety_checker: isFlag,
  enable_prompt_expansion: isFlag,
  enable_web_search: isFlag,
  enhance_prompt: isFlag,
  expand_prompt: isFlag,
  limit_generations: isFlag,
  prompt_optimizer: isFlag,
  image_url: isAddress,
  loras: Array.isArray,
  acceleration: oneOf('none regular high'),
  output_format: oneOf('jpeg png webp'),
  safety_tolerance: oneOf('1 2 3 4 5 6'),
  rendering_speed: oneOf('TURBO BALANCED QUALITY'),
  style: oneOf('AUTO REALISTIC FICTION'),
  thinking_level: oneOf('minimal high'),
};

/** The inputs of these names, with those that are another thing here. @throws for a name that nobody knows. */
export function fields(names: string, more: Readonly<Record<string, Check>> = {}): Record<string, Check> {
  const known = names.split(' ').map((name): [string, Check] => {
    const check = KNOWN[name];
    if (check === undefined) throw new Error(`no such input: ${name}`);
    return [name, check];
  });
  return { ...Object.fromEntries(known), ...more };
}
