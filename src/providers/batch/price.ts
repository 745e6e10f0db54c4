/** What a request costs in a batch. Pure. */
import type { Price } from '../capabilities.ts';
import type { Generated } from '../provider.ts';

/** Half of the price (OpenAI: help.openai.com, Batch API FAQ; Gemini: ai.google.dev/gemini-api/docs/batch-api). */
const SHARE = 0.5;

/** The price of the same request in a batch. */
export function inBatchPrice(price: Price | undefined): Price | undefined {
  if (price === undefined) return undefined;
  return {
    ...price,
    worstMicros: Math.ceil(price.worstMicros * SHARE),
    expectedMicros: Math.ceil(price.expectedMicros * SHARE),
  };
}

/** The same answer at what it cost in a batch. */
export function atBatchPrice(answer: Generated): Generated {
  const { costMicros } = answer;
  return costMicros === undefined ? answer : { ...answer, costMicros: Math.ceil(costMicros * SHARE) };
}
