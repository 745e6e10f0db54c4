/**
 * The models of Replicate that imggen knows, best for a face first: what is not in their schemas, and what is needed
 * before a schema was read. Sources and dates: docs/models.md.
 */
import { flux2 } from './assumed-fields.ts';
import { free, model, ratios, type ReplicateModel, THIRD, WIDE } from './model-record.ts';
import { OTHERS } from './other-models.ts';
import { byInput, byMegapixel, byResolution, each } from '../price-rules.ts';

const GPT_PRICES = { low: 0.012, medium: 0.047, high: 0.128, xhigh: 0.25, max: 0.5, auto: 0.5 };
const GPT_2_PRICES = { low: 0.012, medium: 0.047, high: 0.128, auto: 0.128 };
const GPT_RATIOS = ratios(['1:1', '3:2', '2:3', '4:3', '3:4', '16:9', '9:16']);
const GPT_NOTE = '$0.012 low, $0.047 medium, $0.128 high';

/** Models that take the person of several pictures into new scenes, and edits of one. */
const FAMILIES: readonly ReplicateModel[] = [
  model('black-forest-labs/flux-2-pro', 'references', 8, {
    input: 'input_images',
    price: byMegapixel({ run: 0.015, in: 0.015, out: 0.015 }),
    note: '$0.03 at 1 megapixel, $0.015 more for each megapixel of references',
    sizes: free(256, 2048, 16),
    fields: flux2(16, 2048, 8),
  }),
  model('black-forest-labs/flux-2-max', 'references', 8, {
    input: 'input_images',
    price: byMegapixel({ run: 0.04, in: 0.03, out: 0.03 }),
    note: '$0.07 at 1 megapixel, $0.03 more for each megapixel of references',
    sizes: free(256, 2048, 16),
    fields: flux2(16, 2048, 8),
  }),
  model('black-forest-labs/flux-2-flex', 'references', 10, {
    input: 'input_images',
    price: byMegapixel({ in: 0.06, out: 0.06 }),
    note: '$0.06 at 1 megapixel, $0.06 more for each megapixel of references',
    sizes: free(256, 2048, 16),
    fields: flux2(16, 2048, 10),
  }),
  model('black-forest-labs/flux-2-dev', 'references', 4, {
    input: 'input_images',
    price: byMegapixel({ in: 0.014, out: 0.014 }),
    note: '$0.014 at 1 megapixel, $0.014 more for each megapixel of references',
    seed: 'exact',
    sizes: free(256, 1440, 32),
    fields: { ...flux2(32, 1440, 4), go_fast: { type: 'boolean' } },
  }),
  model('black-forest-labs/flux-kontext-pro', 'edit', 1, {
    input: 'input_image',
    price: each(0.04),
    note: '$0.04',
    sizes: ratios(WIDE),
  }),
  model('google/nano-banana-pro', 'references', 14, {
    input: 'image_input',
    price: byResolution('resolution', [
      ['1K', 0, 0.15],
      ['2K', 2, 0.15],
      ['4K', 8, 0.3],
    ]),
    note: '$0.15 up to 2K, $0.30 at 4K',
    seed: 'none',
  }),
  model('google/nano-banana-2', 'references', 14, {
    input: 'image_input',
    price: byResolution('resolution', [
      ['1K', 0, 0.067],
      ['2K', 2, 0.101],
      ['4K', 8, 0.151],
    ]),
    note: '$0.067 at 1K, $0.101 at 2K, $0.151 at 4K',
    seed: 'none',
  }),
  model('google/nano-banana-2-lite', 'references', 14, {
    input: 'image_input',
    price: each(0.034),
    note: '$0.034',
    seed: 'none',
  }),
  model('google/nano-banana', 'references', 14, {
    input: 'image_input',
    price: each(0.039),
    note: '$0.039',
    seed: 'none',
  }),
  model('bytedance/seedream-4.5', 'references', 14, {
    input: 'image_input',
    price: each(0.04),
    note: '$0.04',
    seed: 'none',
    sizes: free(1024, 4096, 8),
  }),
  model('bytedance/seedream-4', 'references', 10, {
    input: 'image_input',
    price: each(0.03),
    note: '$0.03',
    from: THIRD,
    seed: 'none',
    sizes: free(1024, 4096, 8),
  }),
  model('bytedance/seedream-5-lite', 'references', 14, {
    input: 'image_input',
    price: each(0.035),
    note: '$0.035',
    seed: 'none',
  }),
  model('bytedance/seedream-5-pro', 'references', 10, {
    input: 'image_input',
    price: byResolution('size', [
      ['1K', 0, 0.045],
      ['2K', 1.5, 0.09],
    ]),
    note: '$0.045 at 1K, $0.09 above',
    seed: 'none',
  }),
  model('qwen/qwen-image-edit-plus', 'references', 3, {
    input: 'image',
    price: each(0.03),
    note: '$0.03',
    referencesMin: 1,
    sizes: ratios(['1:1', '16:9', '9:16', '4:3', '3:4']),
  }),
  ...['flare', 'sunburst'].map((name) =>
    model(`openai/gpt-image-2.5-${name}`, 'references', 10, {
      input: 'input_images',
      price: byInput('quality', GPT_PRICES, 'medium'),
      note: GPT_NOTE,
      seed: 'none',
      sizes: GPT_RATIOS,
      qualities: Object.keys(GPT_PRICES),
    }),
  ),
  model('openai/gpt-image-2', 'references', 10, {
    input: 'input_images',
    price: byInput('quality', GPT_2_PRICES, 'medium'),
    note: GPT_NOTE,
    seed: 'none',
    sizes: GPT_RATIOS,
    qualities: Object.keys(GPT_2_PRICES),
  }),
];

/** The models by how they keep a face. */
export const MODELS: readonly ReplicateModel[] = [...FAMILIES, ...OTHERS];
