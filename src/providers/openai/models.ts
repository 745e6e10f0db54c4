/**
 * OpenAI's image models as data: what they can do, until when they can be used, and what a picture costs.
 * Sources: types and docs of the openai package 7.55.0 (`ImageModel`, `ImageGenerateParams`), OpenAI's deprecation list
 * as of 2026-10-28, its model pages as of 2026-11-21.
 */
import type { Capabilities, ModelRecord } from '../capabilities.ts';
import { lookUpModel, type ModelList } from '../models.ts';
import type { PriceSource } from '../price.ts';

/** Micro-dollars of one token. */
export interface TokenPrices {
  textIn: number;
  imageIn: number;
  imageOut: number;
}

/** How a picture of a model is priced. */
export interface PriceData extends PriceSource {
  /** Tokens are billed and told in `usage`; absent where only prices per picture are published. */
  tokens?: TokenPrices;
  /**
   * Micro-dollars of one picture by quality: of 1024×1024, and of any larger one per 1024×1024. `auto` counts as
   * `high`.
   */
  perImage: Readonly<Record<string, number>>;
  /** The most that it may cost, where another source says more; default half as much again as `perImage`. */
  worstPerImage?: Readonly<Record<string, number>>;
  /** How the price of a larger picture grows with its pixels: 1 (default) in proportion, 0.5 with its sides. */
  growth?: number;
  /** Input tokens of a reference picture: at worst, and as a rule. */
  referenceTokens?: { worst: number; expected: number };
}

/** A model of OpenAI's with its price. */
export interface OpenAIModel extends ModelRecord {
  price?: PriceData;
}

const FLEXIBLE: Capabilities = {
  seed: 'none',
  referencesMax: 16,
  keepsFace: 'references',
  sizes: { kind: 'free', minPx: 16, maxPx: 3840, multipleOf: 16, ratioMax: 3, areaMaxPx: 3840 * 2160 },
  qualities: ['low', 'medium', 'high', 'auto'],
  negativePrompt: false,
  transparent: true,
  promptMaxChars: 32_000,
  cancel: false,
  reattach: false,
};

/** What every model of the family takes, for models older than 2 and for ones that imggen does not know. */
const STANDARD: Capabilities = { ...FLEXIBLE, sizes: { kind: 'list', sizes: ['1024x1024', '1024x1536', '1536x1024'] } };

const TOKEN_PRICES: TokenPrices = { textIn: 5, imageIn: 8, imageOut: 30 };

/**
 * Output tokens per picture are published nowhere: third-party figures of about $0.02, $0.07 and $0.19 (2026-05); the
 * two highest are guesses on the safe side.
 */
const FAMILY_2: PriceData = {
  tokens: TOKEN_PRICES,
  perImage: { low: 20_000, medium: 70_000, high: 190_000, auto: 190_000 },
  source: 'developers.openai.com/api/docs/models (per token); pictures estimated',
  asOf: '2026-11-21',
};
/**
 * 196, 439 and 1,756 output tokens at 1024×1024, a twentieth more at 2560×1440, twice as many at 3840×2160 (fal's table
 * for these models, whose token price is OpenAI's; read 2026-09-27). xhigh and max by their ratio to high in
 * Replicate's list, which is the worst case, too (read 2026-10-05). An edit with one reference at quality low costs
 * $0.01113 at fal, so that the reference is at most 656 tokens.
 */
const FAMILY_25: PriceData = {
  tokens: TOKEN_PRICES,
  perImage: { low: 5880, medium: 13_170, high: 52_680, xhigh: 110_000, max: 220_000, auto: 220_000 },
  worstPerImage: { low: 12_000, medium: 47_000, high: 128_000, xhigh: 250_000, max: 500_000, auto: 500_000 },
  growth: 0.5,
  referenceTokens: { worst: 1500, expected: 700 },
  source:
    'developers.openai.com/api/docs/models (per token); tokens of a picture from fal.ai, at worst from replicate.com',
  asOf: '2026-09-27',
};
const MINI: PriceData = {
  perImage: { low: 5000, medium: 15_000, high: 52_000, auto: 52_000 },
  source: 'developers.openai.com/api/docs/models/gpt-image-1-mini',
  asOf: '2026-11-21',
};
const ONE_5: PriceData = {
  perImage: { low: 9000, medium: 34_000, high: 133_000, auto: 133_000 },
  source: "a reseller's page",
  asOf: '2026-11-21',
};
const TOKEN_NOTE = 'about $0.02 low, $0.07 medium, $0.19 high at 1024x1024';
const TOKEN_NOTE_25 = 'about $0.006 low, $0.013 medium, $0.053 high at 1024x1024';
const QUALITIES_25: Capabilities = { ...FLEXIBLE, qualities: ['low', 'medium', 'high', 'xhigh', 'max', 'auto'] };

const of2 = (id: string): OpenAIModel => ({ id, capabilities: FLEXIBLE, price: FAMILY_2, priceNote: TOKEN_NOTE });
const of25 = (id: string): OpenAIModel => ({
  id,
  capabilities: QUALITIES_25,
  price: FAMILY_25,
  priceNote: TOKEN_NOTE_25,
});
const retired = (id: string, on: string): OpenAIModel => ({
  id,
  capabilities: STANDARD,
  retired: { on, successor: 'gpt-image-2.5-flare' },
});
const retiring = (id: string, price: PriceData, priceNote: string): OpenAIModel => ({
  id,
  capabilities: STANDARD,
  price,
  priceNote,
  retiresOn: '2026-12-01',
});

/** The model used when none is named. */
export const DEFAULT_MODEL = 'gpt-image-2.5-flare';

/** Sent when the config names no quality: `auto` would leave the price to the service, from $0.006 to $0.22. */
export const DEFAULT_QUALITY = 'medium';

/** Every model imggen knows, the default first. */
export const MODELS: readonly OpenAIModel[] = [
  of25('gpt-image-2.5-flare'),
  of25('gpt-image-2.5-flare-2026-09-08'),
  of25('gpt-image-2.5-sunburst'),
  of25('gpt-image-2.5-sunburst-2026-09-08'),
  of2('gpt-image-2.6-flare'),
  of2('gpt-image-2.6-sunburst'),
  of2('gpt-image-2'),
  of2('gpt-image-2-2026-04-21'),
  retiring('gpt-image-1-mini', MINI, '$0.005 low, $0.011 medium, $0.036 high at 1024x1024'),
  retiring('gpt-image-1.5', ONE_5, 'about $0.009 low, $0.034 medium, $0.133 high at 1024x1024'),
  retiring('chatgpt-image-latest', ONE_5, 'about $0.009 low, $0.034 medium, $0.133 high at 1024x1024'),
  retired('gpt-image-1', '2026-10-23'),
  retired('dall-e-3', '2026-05-12'),
  retired('dall-e-2', '2026-05-12'),
];

const LIST: ModelList<OpenAIModel> = { service: 'OpenAI', models: MODELS, defaultModel: DEFAULT_MODEL };

/**
 * The record of a model. One that imggen does not know gets what the whole family can do, and no price.
 * @throws {UserError} when the service refuses it by now, naming the successor.
 */
export function modelOf(id: string, nowMs: number): OpenAIModel {
  return lookUpModel(LIST, id, nowMs) ?? { id, capabilities: STANDARD };
}
