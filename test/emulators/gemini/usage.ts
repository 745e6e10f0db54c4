/** Tokens as Gemini tells them. */
import type { Asked } from './rules.ts';

const REFERENCE_TOKENS = 1120;

/** What went in, and what came out. */
export function usageOf({ prompt, references }: Asked, out: { image: number; said: number; thoughts: number }) {
  const text = Math.ceil(prompt.length / 4);
  const pictures = references * REFERENCE_TOKENS;
  const candidates = out.image + out.said;
  return {
    promptTokenCount: text + pictures,
    ...(candidates > 0 ? { candidatesTokenCount: candidates } : {}),
    totalTokenCount: text + pictures + candidates + out.thoughts,
    promptTokensDetails: [
      { modality: 'TEXT', tokenCount: text },
      ...(pictures > 0 ? [{ modality: 'IMAGE', tokenCount: pictures }] : []),
    ],
    ...(out.image > 0 ? { candidatesTokensDetails: [{ modality: 'IMAGE', tokenCount: out.image }] } : {}),
    ...(out.thoughts > 0 ? { thoughtsTokenCount: out.thoughts } : {}),
    serviceTier: 'standard',
  };
}
