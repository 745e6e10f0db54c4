/** What the emulated Black Forest Labs runs: what each model takes, and what it costs. */

/** A model. */
export interface EmulatedModel {
  fields: Readonly<Record<string, (value: unknown) => boolean>>;
  cost: (input: Readonly<Record<string, unknown>>) => { micros: number; inputMp: number; outputMp: number };
}

const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
const isFlag = (value: unknown): boolean => typeof value === 'boolean';
const isWhole =
  (min: number, max: number, step = 1) =>
  (value: unknown): boolean =>
    Number.isInteger(value) && Number(value) >= min && Number(value) <= max && Number(value) % step === 0;
/** An address, or base64 without a head. */
const isPicture = (value: unknown): boolean =>
  isText(value) && /^(https?:\/\/\S+|[A-Za-z0-9+/]+=*)$/.test(String(value));

const COMMON = {
  prompt: isText,
  seed: isWhole(0, Number.MAX_SAFE_INTEGER),
  safety_tolerance: isWhole(0, 5),
  output_format: (value: unknown) => value === 'jpeg' || value === 'png',
};
const pictures = (count: number) =>
  Object.fromEntries(
    Array.from({ length: count }, (_, at) => [`input_image${at === 0 ? '' : `_${at + 1}`}`, isPicture] as const),
  );
const SIDES = { width: isWhole(64, 4096, 16), height: isWhole(64, 4096, 16) };

/** Begun megapixels of the picture and of each reference, which are taken for one megapixel each. */
function megapixels(input: Readonly<Record<string, unknown>>): { inputMp: number; outputMp: number } {
  const { width = 1024, height = 1024 } = input as { width?: number; height?: number };
  return {
    inputMp: Object.keys(input).filter((name) => name.startsWith('input_image')).length,
    outputMp: Math.ceil((width * height) / 1024 ** 2),
  };
}

/** A price for the first megapixel, and one for each further one, in micro-dollars. */
const byMegapixel =
  (first: number, more: number): EmulatedModel['cost'] =>
  (input) => {
    const { inputMp, outputMp } = megapixels(input);
    return { micros: first + more * (inputMp + outputMp - 1), inputMp, outputMp };
  };
const each =
  (micros: number): EmulatedModel['cost'] =>
  (input) => ({ micros, ...megapixels(input) });

const PUP = { disable_pup: isFlag };
const UPSAMPLING = { prompt_upsampling: isFlag };

/** By their ids. */
export const MODELS: Readonly<Record<string, EmulatedModel>> = {
  'flux-2-pro': { fields: { ...COMMON, ...SIDES, ...pictures(8), ...PUP }, cost: byMegapixel(30_000, 15_000) },
  'flux-2-max': { fields: { ...COMMON, ...SIDES, ...pictures(8), ...PUP }, cost: byMegapixel(70_000, 30_000) },
  'flux-2-flex': { fields: { ...COMMON, ...SIDES, ...pictures(8), ...UPSAMPLING }, cost: byMegapixel(50_000, 50_000) },
  'flux-2-klein-9b': { fields: { ...COMMON, ...SIDES, ...pictures(4) }, cost: byMegapixel(15_000, 2_000) },
  'flux-2-klein-4b': { fields: { ...COMMON, ...SIDES, ...pictures(4) }, cost: byMegapixel(14_000, 1_000) },
  'flux-kontext-pro': {
    fields: { ...COMMON, ...pictures(1), ...UPSAMPLING, aspect_ratio: (value) => /^\d+:\d+$/.test(String(value)) },
    cost: each(40_000),
  },
};

/** What is wrong with an input, as the service lists it. */
export function inputProblems(model: EmulatedModel, input: unknown): object[] {
  if (typeof input !== 'object' || input === null)
    return [{ type: 'missing', loc: ['body'], msg: 'Field required', input: null }];
  const missing = 'prompt' in input ? [] : [{ type: 'missing', loc: ['body', 'prompt'], msg: 'Field required', input }];
  const wrong = Object.entries(input)
    .filter(([name, value]) => !(model.fields[name]?.(value) ?? false))
    .map(([name, value]) => ({
      type: model.fields[name] === undefined ? 'extra_forbidden' : 'value_error',
      loc: ['body', name],
      msg: 'Input should be valid',
      input: typeof value === 'string' ? value.slice(0, 40) : value,
    }));
  return [...missing, ...wrong];
}
