/**
 * What the emulated fal runs: what each endpoint takes, from the types of @fal-ai/client 1.10.1 (FLUX 3 and Nano Banana
 * 2.1, which are newer: its published schemas, docs/models.md), and what its page says that it costs.
 */
import { addresses, type Check, fields, oneOf, sizes } from './fields.ts';

type Input = Readonly<Record<string, unknown>>;

/** An endpoint. */
export interface Endpoint {
  /** Inputs by name, each with what it may be. */
  fields: Readonly<Record<string, Check>>;
  required: readonly string[];
  /** Billable units of a run. */
  units: (input: Input) => number;
  /** Micro-dollars of a unit. */
  unitMicros: number;
  /** Its schema has `has_nsfw_concepts` and the prompt in its answer. */
  tellsConcepts: boolean;
  /** What it makes are the weights of a LoRA. */
  trains?: true;
}

/** Begun megapixels of the picture. */
function out(input: Input): number {
  const { width = 1024, height = 1024 } = (input['image_size'] ?? {}) as { width?: number; height?: number };
  return Math.ceil((width * height) / 1024 ** 2);
}

/** References, which are taken for one megapixel each. */
const references = ({ image_urls: urls }: Input): number => (Array.isArray(urls) ? urls.length : 0);
const megapixels = (input: Input): number => out(input) + references(input);
const one = (): number => 1;
const by =
  (name: string, units: Readonly<Record<string, number>>) =>
  (input: Input): number =>
    units[String(input[name])] ?? Math.max(...Object.values(units));

type Line = Pick<Endpoint, 'fields' | 'units' | 'unitMicros'> & { tellsConcepts?: boolean };
type Table = Record<string, Endpoint>;

/** An endpoint that needs a prompt, and these besides. */
const line = ({ tellsConcepts = false, ...rest }: Line, ...required: readonly string[]): Endpoint => ({
  ...rest,
  tellsConcepts,
  required: ['prompt', ...required],
});

/** A model and its sibling, which takes references. */
const pair = (id: string, max: number, { edit = `${id}/edit`, ...rest }: Line & { edit?: string }): Table => ({
  [id]: line(rest),
  [edit]: line({ ...rest, fields: { ...rest.fields, image_urls: addresses(max) } }, 'image_urls'),
});

const BASE = 'prompt image_size seed sync_mode enable_safety_checker';
const LOSSLESS = { output_format: oneOf('jpeg png') };
const PRO = fields(`${BASE} safety_tolerance`, { ...LOSSLESS, safety_tolerance: oneOf('1 2 3 4 5') });
const FLASH = fields(`${BASE} num_images guidance_scale enable_prompt_expansion output_format`);
const DEV = { ...FLASH, ...fields('num_inference_steps acceleration') };
const FLUX_1 = fields(`${BASE} num_images num_inference_steps guidance_scale acceleration`, LOSSLESS);
const RATIOS = 'auto 21:9 16:9 3:2 4:3 5:4 1:1 4:5 3:4 2:3 9:16';
const NANO = fields('prompt seed num_images sync_mode output_format safety_tolerance enable_web_search', {
  ...fields('limit_generations'),
  aspect_ratio: oneOf(RATIOS),
  resolution: oneOf('1K 2K 4K'),
});
const NANO_2 = { ...NANO, ...fields('thinking_level'), resolution: oneOf('0.5K 1K 2K 4K') };
const { seed: _, output_format: __, ...NANO_21 } = NANO;
const seedream = (size: Check, names = ''): Record<string, Check> =>
  fields(`prompt num_images max_images sync_mode enable_safety_checker${names}`, { image_size: size });
const KONTEXT = fields('prompt seed num_images sync_mode guidance_scale enhance_prompt safety_tolerance', {
  ...LOSSLESS,
  aspect_ratio: oneOf('21:9 16:9 4:3 3:2 1:1 2:3 3:4 9:16 9:21'),
});
const GROK = fields('prompt num_images output_format sync_mode', { resolution: oneOf('1k 2k 1K 4K') });
const FLUX_3 = fields('prompt enable_prompt_expansion sync_mode', {
  ...LOSSLESS,
  aspect_ratio: oneOf('21:9 2:1 16:9 3:2 7:5 4:3 5:4 1:1 4:5 3:4 5:7 2:3 9:16 1:2'),
  resolution: oneOf('512sq 768sq 1k 2k 4k'),
  safety_tolerance: oneOf('0 1 2 3 4'),
});
const IDEOGRAM = 'prompt negative_prompt image_size seed num_images sync_mode expand_prompt rendering_speed style';
const MINIMAX = fields('prompt image_url num_images prompt_optimizer', {
  aspect_ratio: oneOf('1:1 16:9 4:3 3:2 2:3 3:4 9:16 21:9'),
});
const QWEN = fields(`${BASE} negative_prompt num_images num_inference_steps guidance_scale acceleration output_format`);

const isFlag: Check = (value) => typeof value === 'boolean';
/** The inputs of fal-ai/flux-lora-fast-training (fal.ai). */
const TRAINING: Readonly<Record<string, Check>> = {
  images_data_url: (value) => /^https?:\/\/.+\.zip$/.test(String(value)),
  trigger_word: (value) => typeof value === 'string' && value !== '',
  steps: (value) => Number.isInteger(value) && Number(value) > 0,
  is_style: isFlag,
  create_masks: isFlag,
};

/** By their ids. */
export const ENDPOINTS: Readonly<Table> = {
  ...pair('fal-ai/flux-2-pro', 8, { fields: PRO, units: (input) => 1 + megapixels(input), unitMicros: 15_000 }),
  ...pair('fal-ai/flux-2-max', 8, { fields: PRO, units: (input) => 4 + 3 * megapixels(input), unitMicros: 10_000 }),
  ...pair('fal-ai/flux-2', 4, { fields: DEV, units: megapixels, unitMicros: 12_000, tellsConcepts: true }),
  ...pair('fal-ai/flux-2/turbo', 4, { fields: FLASH, units: megapixels, unitMicros: 8_000, tellsConcepts: true }),
  ...pair('fal-ai/flux-2/flash', 4, { fields: FLASH, units: megapixels, unitMicros: 5_000, tellsConcepts: true }),
  ...pair('google/nano-banana-2.1', 14, {
    fields: NANO_21,
    units: by('resolution', { '1K': 40, '2K': 60, '4K': 134 }),
    unitMicros: 1_000,
  }),
  ...pair('fal-ai/nano-banana-2', 14, {
    fields: NANO_2,
    units: by('resolution', { '0.5K': 0.75, '1K': 1, '2K': 1.5, '4K': 2 }),
    unitMicros: 80_000,
  }),
  ...pair('fal-ai/nano-banana-pro', 14, {
    fields: NANO,
    units: by('resolution', { '1K': 1, '2K': 1, '4K': 2 }),
    unitMicros: 150_000,
  }),
  ...pair('blackforestlabs/flux-3/text-to-image', 10, {
    edit: 'blackforestlabs/flux-3/edit-image',
    fields: FLUX_3,
    units: by('resolution', { '1k': 48, '2k': 100, '4k': 607 }),
    unitMicros: 1_000,
  }),
  ...pair('fal-ai/bytedance/seedream/v4.5/text-to-image', 10, {
    edit: 'fal-ai/bytedance/seedream/v4.5/edit',
    fields: seedream(sizes(1920, 4096), ' seed'),
    units: one,
    unitMicros: 40_000,
  }),
  ...pair('fal-ai/bytedance/seedream/v5/lite/text-to-image', 10, {
    edit: 'fal-ai/bytedance/seedream/v5/lite/edit',
    fields: seedream(sizes(960, 4096, 2560 * 1440)),
    units: one,
    unitMicros: 35_000,
  }),
  ...pair('fal-ai/bytedance/seedream/v4/text-to-image', 10, {
    edit: 'fal-ai/bytedance/seedream/v4/edit',
    fields: seedream(sizes(512, 4096, 921_600), ' seed'),
    units: one,
    unitMicros: 30_000,
  }),
  ...pair('xai/grok-imagine-image', 3, {
    fields: GROK,
    units: (input) => 20 + 2 * references(input),
    unitMicros: 1_000,
  }),
  'fal-ai/qwen-image-edit-2511': line(
    { fields: { ...QWEN, image_urls: addresses(3) }, units: out, unitMicros: 30_000, tellsConcepts: true },
    'image_urls',
  ),
  'fal-ai/flux-pro/kontext/text-to-image': line({
    fields: KONTEXT,
    units: one,
    unitMicros: 40_000,
    tellsConcepts: true,
  }),
  'fal-ai/flux-pro/kontext': line(
    { fields: { ...KONTEXT, ...fields('image_url') }, units: one, unitMicros: 40_000, tellsConcepts: true },
    'image_url',
  ),
  'fal-ai/ideogram/character': line(
    {
      fields: fields(IDEOGRAM, { reference_image_urls: addresses(1) }),
      units: by('rendering_speed', { TURBO: 10, BALANCED: 15, QUALITY: 20 }),
      unitMicros: 10_000,
    },
    'reference_image_urls',
  ),
  'fal-ai/minimax/image-01/subject-reference': line({ fields: MINIMAX, units: one, unitMicros: 10_000 }, 'image_url'),
  'fal-ai/flux-lora': line({
    fields: { ...FLUX_1, ...fields('loras') },
    units: out,
    unitMicros: 35_000,
    tellsConcepts: true,
  }),
  'fal-ai/flux-lora-fast-training': {
    fields: TRAINING,
    required: ['images_data_url'],
    units: ({ steps = 1_000 }) => Number(steps) / 1_000,
    unitMicros: 2_000_000,
    tellsConcepts: false,
    trains: true,
  },
  'fal-ai/flux/dev': line({ fields: FLUX_1, units: out, unitMicros: 25_000, tellsConcepts: true }),
  'fal-ai/flux/schnell': line({ fields: FLUX_1, units: out, unitMicros: 3_000, tellsConcepts: true }),
  'fal-ai/z-image/turbo': line({
    fields: { ...FLUX_1, ...fields('enable_prompt_expansion output_format') },
    units: (input) => out(input) + (input['enable_prompt_expansion'] === true ? 0.5 : 0),
    unitMicros: 5_000,
  }),
};
