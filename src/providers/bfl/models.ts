/**
 * The models of Black Forest Labs' own API. Inputs and limits: github.com/black-forest-labs/skills (`bfl-api`,
 * 2026-02-03) and docs.bfl.ai; prices: docs.bfl.ai/quick_start/pricing (a credit is $0.01, a megapixel 1,048,576
 * pixels).
 */
import type { Capabilities, FaceKeeping, ModelRecord, SizeSupport } from '../capabilities.ts';
import type { ModelList } from '../models.ts';
import { byMegapixel, each, type PriceRule } from '../price-rules.ts';
import type { PriceSource } from '../price.ts';

/** A model. */
export interface BflModel extends ModelRecord {
  /** How a size is said. */
  sizeField: 'sides' | 'aspect_ratio';
  /** Sent always: the prompt is not rewritten. */
  fixed: Readonly<Record<string, unknown>>;
  price: { rule: PriceRule; from: PriceSource };
}

const PAGE: PriceSource = { source: 'docs.bfl.ai/quick_start/pricing', asOf: '2026-11-21' };
const PRO_SIZES: SizeSupport = { kind: 'free', minPx: 256, maxPx: 2048, multipleOf: 16, ratioMax: 8 };
const KONTEXT_SIZES: SizeSupport = {
  kind: 'ratio',
  ratios: ['1:1', '2:3', '3:2', '3:4', '4:3', '4:5', '5:4', '9:16', '16:9', '9:21', '21:9'],
};

/** What can be said of a model in a line. */
interface Line {
  keepsFace: FaceKeeping;
  referencesMax: number;
  sizes: SizeSupport;
  price: PriceRule;
  note: string;
  fixed?: Readonly<Record<string, unknown>>;
}

function model(id: string, { keepsFace, referencesMax, sizes, price: rule, note, fixed = {} }: Line): BflModel {
  const capabilities: Capabilities = {
    seed: 'best-effort',
    referencesMax,
    keepsFace,
    sizes,
    qualities: [],
    negativePrompt: false,
    // There is no such address (docs.bfl.ai, utility endpoints).
    cancel: false,
    reattach: true,
  };
  return {
    id,
    capabilities,
    ...(referencesMax === 0 ? {} : { referenceInput: 'input_image' }),
    sizeField: sizes.kind === 'ratio' ? 'aspect_ratio' : 'sides',
    fixed,
    price: { rule, from: PAGE },
    priceNote: note,
  };
}

/** FLUX.2: a price for the first megapixel, and one for each further one, of references, too; in cents. */
function flux2(name: string, referencesMax: number, cents: readonly [first: number, more: number], fixed?: object) {
  const [first, more] = cents;
  return model(`flux-2-${name}`, {
    keepsFace: 'references',
    referencesMax,
    sizes: PRO_SIZES,
    price: byMegapixel({ run: (first - more) / 100, in: more / 100, out: more / 100 }),
    note: `$${first / 100} at 1 megapixel, $${more / 100} more for each megapixel of references`,
    fixed: { ...fixed },
  });
}

const AS_ASKED = { disable_pup: true };

/** All of them, to look models up in. */
export const MODEL_LIST: ModelList<BflModel> = {
  service: 'Black Forest Labs',
  defaultModel: 'flux-2-pro',
  models: [
    flux2('pro', 8, [3, 1.5], AS_ASKED),
    flux2('max', 8, [7, 3], AS_ASKED),
    flux2('flex', 8, [5, 5], { prompt_upsampling: false }),
    flux2('klein-9b', 4, [1.5, 0.2]),
    flux2('klein-4b', 4, [1.4, 0.1]),
    model('flux-kontext-pro', {
      keepsFace: 'edit',
      referencesMax: 1,
      sizes: KONTEXT_SIZES,
      price: each(0.04),
      note: '$0.04',
      fixed: { prompt_upsampling: false },
    }),
    model('flux-kontext-max', {
      keepsFace: 'edit',
      referencesMax: 1,
      sizes: KONTEXT_SIZES,
      price: each(0.08),
      note: '$0.08',
      fixed: { prompt_upsampling: false },
    }),
    model('flux-pro-1.1', {
      keepsFace: 'none',
      referencesMax: 0,
      sizes: { kind: 'free', minPx: 256, maxPx: 1440, multipleOf: 32, ratioMax: 8 },
      price: each(0.04),
      note: '$0.04',
      fixed: { prompt_upsampling: false },
    }),
  ],
};
