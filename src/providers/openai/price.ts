/** What a picture of OpenAI's costs: guessed before, counted after. */
import type { Price } from '../capabilities.ts';
import { configuredPrice } from '../price.ts';
import type { ImageRequest } from '../provider.ts';
import { DEFAULT_QUALITY, type OpenAIModel, type TokenPrices } from './models.ts';
import { record } from '../error-body.ts';

/** The guess may be short by this factor before the real cost passes what was reserved. */
const SAFETY = 1.5;
const MEGAPIXEL = 1024 * 1024;
/**
 * Input tokens of a reference at high fidelity: at worst (largest size, from gpt-image-1's published table), and as a
 * rule.
 */
const REFERENCE_TOKENS = { worst: 7000, expected: 4500 };
/** Tokens that each partial picture adds to the output. */
const PARTIAL_TOKENS = 100;
/**
 * The text model's share on the background path, in micro-dollars: some hundred tokens in and out, and what a reference
 * adds.
 */
const TEXT_MODEL = { worst: 30_000, expected: 10_000, perReference: 8000 };

/** What of the options changes the price. */
export interface PriceOptions {
  /** Set by the user; overrides everything. */
  priceUsd?: number | undefined;
  partialImages?: number | undefined;
  background?: boolean | undefined;
}

/**
 * The price of a request before it is sent; undefined when nobody knows it. Pure but for `nowMs`.
 * The expected price is the table's; the worst one is the dearest source's, else 1.5 times as much. Prompt and
 * references are included.
 */
export function priceOf(
  model: OpenAIModel,
  request: Pick<ImageRequest, 'width' | 'height' | 'quality' | 'references' | 'prompt'>,
  options: PriceOptions,
  nowMs: number,
): Price | undefined {
  const configured = configuredPrice(options, { model: model.id, nowMs });
  if (configured !== undefined) return configured;
  const { price } = model;
  const quality = request.quality ?? DEFAULT_QUALITY;
  const square = price?.perImage[quality];
  if (!price || square === undefined) return undefined;
  const tokens = price.tokens ?? { textIn: 5, imageIn: 8, imageOut: 30 };
  const area = Math.max(1, (request.width * request.height) / MEGAPIXEL) ** (price.growth ?? 1);
  const partial = PARTIAL_TOKENS * tokens.imageOut * (options.partialImages ?? 0);
  const worst = (price.worstPerImage?.[quality] ?? square * SAFETY) * area + partial * SAFETY;
  const words = Math.ceil(request.prompt.length / 3) * tokens.textIn;
  const references = request.references.length * tokens.imageIn;
  const each = price.referenceTokens ?? REFERENCE_TOKENS;
  const text = (share: 'worst' | 'expected'): number =>
    options.background ? TEXT_MODEL[share] + TEXT_MODEL.perReference * request.references.length : 0;
  return {
    worstMicros: Math.ceil(worst + words + references * each.worst + text('worst')),
    expectedMicros: Math.ceil(square * area + partial + words + references * each.expected + text('expected')),
    source: price.source,
    asOf: price.asOf,
  };
}

/**
 * What a picture really cost, in micro-dollars, from the service's `usage`; undefined when it does not tell or the
 * model's token prices are not known. Cached input costs a quarter.
 */
export function costOf(tokens: TokenPrices | undefined, usage: unknown): number | undefined {
  if (!tokens || typeof usage !== 'object' || usage === null) return undefined;
  const told = usage as Record<string, unknown>;
  const input = record(told['input_tokens_details']);
  const cached = record(told['cached_tokens_details']);
  const out = count(told['output_tokens']);
  const text = count(input['text_tokens']);
  const image = count(input['image_tokens']);
  if (out === undefined || text === undefined || image === undefined) return undefined;
  const off =
    0.75 *
    (tokens.textIn * Math.min(text, count(cached['cached_text_tokens']) ?? 0) +
      tokens.imageIn * Math.min(image, count(cached['cached_image_tokens']) ?? 0));
  return Math.ceil(tokens.textIn * text + tokens.imageIn * image + tokens.imageOut * out - off);
}

function count(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}
