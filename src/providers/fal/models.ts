/**
 * The models of fal that imggen knows, best for a face first. Inputs: fal's own schemas
 * (`fal.ai/api/openapi/queue/openapi.json?endpoint_id=…`, published copies of 2026-05 to 2026-10) and the types of
 * `@fal-ai/client` 1.10.1. Prices and their dates: docs/models.md.
 */
import type { ModelList } from '../models.ts';
import { byMegapixel, byResolution, each, type ResolutionStep, upToPixels, withExtra } from '../price-rules.ts';
import { AS_ASKED, type FalModel, free, model, ONE, PNG, ratios, THIRD } from './model-record.ts';
import { OTHERS } from './other-models.ts';

const NO_SEARCH = { enable_web_search: false };
/** A search costs this besides (pricing texts of nano-banana-2 and -pro, 2026-09-25). */
const SEARCH = [true, 0.015] as const;
const NANO_RATIOS = ratios('21:9 16:9 3:2 4:3 5:4 1:1 4:5 3:4 2:3 9:16');

const NANO_2: readonly ResolutionStep[] = [
  ['1K', 0, 0.08],
  ['2K', 2, 0.12],
  ['4K', 8, 0.16],
];
const NANO_21: readonly ResolutionStep[] = [
  ['1K', 0, 0.04],
  ['2K', 2, 0.06],
  ['4K', 8, 0.134],
];
const NANO_PRO: readonly ResolutionStep[] = [
  ['1K', 0, 0.15],
  ['2K', 2, 0.15],
  ['4K', 8, 0.3],
];
const FLUX_3: readonly ResolutionStep[] = [
  ['1k', 0, 0.048],
  ['2k', 2, 0.1],
  ['4k', 8, 0.607],
];

/** FLUX.2 [dev] in its three speeds. */
function flux2(id: string, usd: number): FalModel {
  return model(id, 'references', 4, {
    price: byMegapixel({ in: usd, out: usd }),
    note: `$${usd} a megapixel, of references, too`,
    unitUsd: usd,
    sizes: free(512, 2048),
    fixed: { ...ONE, ...PNG, ...AS_ASKED },
  });
}

const FAMILIES: readonly FalModel[] = [
  model('fal-ai/flux-2-pro', 'references', 8, {
    price: byMegapixel({ run: 0.015, in: 0.015, out: 0.015 }),
    note: '$0.03 at 1 megapixel, $0.015 more for each megapixel of references',
    sizes: free(256, 2048),
    fixed: PNG,
  }),
  model('fal-ai/flux-2-max', 'references', 8, {
    price: byMegapixel({ run: 0.04, in: 0.03, out: 0.03 }),
    note: '$0.07 at 1 megapixel, $0.03 more for each megapixel of references',
    sizes: free(256, 2048),
    fixed: PNG,
  }),
  flux2('fal-ai/flux-2', 0.012),
  flux2('fal-ai/flux-2/turbo', 0.008),
  flux2('fal-ai/flux-2/flash', 0.005),
  model('google/nano-banana-2.1', 'references', 14, {
    price: byResolution('resolution', NANO_21),
    note: '$0.04 at 1K, $0.06 at 2K, $0.134 at 4K',
    from: THIRD,
    seed: 'none',
    sizes: NANO_RATIOS,
    resolutions: NANO_21,
  }),
  model('fal-ai/nano-banana-2', 'references', 14, {
    price: withExtra(withExtra(byResolution('resolution', NANO_2), 'enable_web_search', SEARCH), 'thinking_level', [
      'high',
      0.002,
    ]),
    note: '$0.08 at 1K, $0.12 at 2K, $0.16 at 4K',
    sizes: NANO_RATIOS,
    resolutions: NANO_2,
    fixed: { ...ONE, ...PNG, ...NO_SEARCH, limit_generations: true },
  }),
  model('fal-ai/nano-banana-pro', 'references', 14, {
    price: withExtra(byResolution('resolution', NANO_PRO), 'enable_web_search', SEARCH),
    note: '$0.15 up to 2K, $0.30 at 4K',
    sizes: NANO_RATIOS,
    resolutions: NANO_PRO,
    fixed: { ...ONE, ...PNG, ...NO_SEARCH, limit_generations: true },
  }),
  model('blackforestlabs/flux-3/text-to-image', 'references', 10, {
    price: upToPixels(byResolution('resolution', FLUX_3), 4_000_000),
    note: '$0.048 at 1K, $0.10 at 2K, $0.607 at 4K',
    edit: 'blackforestlabs/flux-3/edit-image',
    seed: 'none',
    sizes: ratios('21:9 2:1 16:9 3:2 7:5 4:3 5:4 1:1 4:5 3:4 5:7 2:3 9:16 1:2'),
    resolutions: FLUX_3,
    fixed: { ...PNG, ...AS_ASKED },
  }),
  model('fal-ai/bytedance/seedream/v4.5/text-to-image', 'references', 10, {
    price: each(0.04),
    note: '$0.04',
    unitUsd: 0.04,
    edit: 'fal-ai/bytedance/seedream/v4.5/edit',
    sizes: free(1920, 4096),
    fixed: { ...ONE, max_images: 1 },
  }),
  model('fal-ai/bytedance/seedream/v5/lite/text-to-image', 'references', 10, {
    price: each(0.035),
    note: '$0.035',
    unitUsd: 0.035,
    edit: 'fal-ai/bytedance/seedream/v5/lite/edit',
    seed: 'none',
    sizes: free(960, 4096, 2560 * 1440),
    fixed: { ...ONE, max_images: 1 },
  }),
  model('fal-ai/bytedance/seedream/v4/text-to-image', 'references', 10, {
    price: each(0.03),
    note: '$0.03',
    unitUsd: 0.03,
    edit: 'fal-ai/bytedance/seedream/v4/edit',
    seed: 'none',
    sizes: free(512, 4096, 921_600),
    fixed: { ...ONE, max_images: 1 },
  }),
];

/** All of them, to look models up in. */
export const MODEL_LIST: ModelList<FalModel> = {
  service: 'fal',
  models: [...FAMILIES, ...OTHERS],
  defaultModel: 'fal-ai/flux-2-pro',
};
