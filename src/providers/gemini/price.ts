/** What a picture of Gemini's costs: guessed before, counted after from the tokens it tells. Pure. */
import { z } from 'zod';
import type { Price } from '../capabilities.ts';
import type { ImageRequest } from '../provider.ts';
import { type GeminiModel, type GeminiPrices, wantedSize } from './models.ts';

/** Tokens of one reference picture (1,120 in Google's table of input resolutions). */
const REFERENCE_TOKENS = 1120;
/** Tokens that the model thinks or says beside the picture: as a rule (398 in a recorded answer), and at worst. */
const SAID_TOKENS = { expected: 400, worst: 4000 };

/** The price of a request before it is sent; undefined when nobody knows it. */
export function priceBefore(
  { prices }: GeminiModel,
  request: Pick<ImageRequest, 'width' | 'height' | 'references' | 'prompt'>,
): Price | undefined {
  if (prices === undefined) return undefined;
  const picture = prices.picture[wantedSize(request)] ?? prices.picture['1K'] ?? 0;
  const pictures = request.references.length * REFERENCE_TOKENS;
  const { expected, worst } = promptTokens(request.prompt);
  return {
    worstMicros: Math.ceil(picture + (worst + pictures) * prices.in + SAID_TOKENS.worst * prices.textOut),
    expectedMicros: Math.ceil(picture + (expected + pictures) * prices.in + SAID_TOKENS.expected * prices.textOut),
    source: prices.source,
    asOf: prices.asOf,
  };
}

/**
 * Tokens of a text. As a rule four characters of English are one (ai.google.dev/gemini-api/docs/tokens), and each sign
 * of Chinese; a text has never more of them than bytes.
 */
function promptTokens(prompt: string): { expected: number; worst: number } {
  const bytes = Buffer.byteLength(prompt);
  const others = prompt.match(/[^\u0000-\u007f]/gu)?.length ?? 0;
  return { expected: Math.ceil((prompt.length - others) / 4) + others, worst: bytes };
}

const count = z.number().int().min(0).nullish();

/** The token counts of an answer that are used. */
export const usageSchema = z.looseObject({
  promptTokenCount: count,
  toolUsePromptTokenCount: count,
  candidatesTokenCount: count,
  thoughtsTokenCount: count,
  totalTokenCount: count,
  candidatesTokensDetails: z.array(z.looseObject({ modality: z.string(), tokenCount: count })).nullish(),
});
/** Token counts as Gemini tells them. */
export type Usage = z.infer<typeof usageSchema>;

/** Tokens that came out, of all kinds: those that are told one by one, or what the sum has more than went in. */
export function tokensOut(usage: Usage): number {
  const { promptTokenCount, toolUsePromptTokenCount, candidatesTokenCount, thoughtsTokenCount, totalTokenCount } =
    usage;
  const told = Math.max(candidatesTokenCount ?? 0, imageTokens(usage)) + (thoughtsTokenCount ?? 0);
  return Math.max(told, (totalTokenCount ?? 0) - (promptTokenCount ?? 0) - (toolUsePromptTokenCount ?? 0));
}

/**
 * What the tokens of a picture come to, in micro-dollars; undefined when they are not told (a picture of no token is
 * none) or the model's prices are not known. Where the answer does not say which of them are the picture, all are.
 */
export function costOf(prices: GeminiPrices | undefined, usage: Usage | undefined): number | undefined {
  const { promptTokenCount: prompt, candidatesTokenCount: made, toolUsePromptTokenCount: tools } = usage ?? {};
  if (!prices || !usage || typeof prompt !== 'number' || typeof made !== 'number') return undefined;
  const image = imageTokens(usage) || made;
  if (image === 0) return undefined;
  const said = tokensOut(usage) - image;
  return Math.ceil(prices.in * (prompt + (tools ?? 0)) + prices.imageOut * image + prices.textOut * said);
}

function imageTokens({ candidatesTokensDetails: details }: Usage): number {
  const image = (details ?? []).filter(({ modality }) => modality === 'IMAGE');
  return image.reduce((sum, { tokenCount }) => sum + (tokenCount ?? 0), 0);
}
