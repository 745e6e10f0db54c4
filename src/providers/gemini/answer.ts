/** What Gemini answers, and what it means for an attempt. A refusal comes with HTTP 200. Pure. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { oneLine } from '../error-body.ts';
import { SAID_FREE } from '../google/service.ts';
import type { Generated } from '../provider.ts';
import type { GeminiPrices } from './models.ts';
import { costOf, tokensOut, type Usage, usageSchema } from './price.ts';

/** What messages call the service. */
export const SERVICE = 'Gemini';

/** What is told beside the picture may have any form: a paid picture does not depend on it. */
const words = z.string().nullish().catch(undefined);
const partSchema = z.object({
  text: words,
  /** A draft on the way, which is no picture. */
  thought: z.boolean().nullish(),
  inlineData: z.object({ data: words }).nullish(),
});
const candidateSchema = z.object({
  content: z.object({ parts: z.array(partSchema).nullish() }).nullish(),
  finishReason: words,
  finishMessage: words,
});
/** The fields that are used. */
export const answerSchema = z.object({
  candidates: z.array(candidateSchema).nullish(),
  promptFeedback: z.object({ blockReason: words, blockReasonMessage: words }).nullish().catch(undefined),
  usageMetadata: usageSchema.nullish().catch(undefined),
});
/** An answer. */
export type GeminiAnswer = z.infer<typeof answerSchema>;

/** Reasons that say no, from the types of @google/genai 3.1.0; a new one with such a name is taken for one, too. */
const REFUSALS = /SAFETY|PROHIBITED|RECITATION|BLOCKLIST|SPII|^JAILBREAK$|^MODEL_ARMOR$/;
/** Reasons that mean that the model made nothing this time. */
const NOTHING_MADE = /^(?:NO_IMAGE|IMAGE_OTHER|OTHER)$/;

/**
 * The picture in an answer, with what it cost.
 * @throws {ProviderError} `refused`, `unavailable` when nothing was made nor charged, else `unusable`.
 */
export function pictureIn(answer: GeminiAnswer, prices: GeminiPrices | undefined): Generated {
  const usage = answer.usageMetadata ?? undefined;
  const pictures = (answer.candidates ?? [])
    .flatMap(({ content }) => content?.parts ?? [])
    .flatMap(({ thought, inlineData }) => (thought || !inlineData?.data ? [] : [inlineData.data]));
  const [data] = pictures;
  if (data === undefined) throw noPicture(answer, usage);
  const costMicros = costOf(prices, usage);
  return {
    image: { kind: 'bytes', bytes: Buffer.from(data, 'base64') },
    ...(costMicros === undefined ? {} : { costMicros }),
    ...(usage === undefined ? {} : { usage }),
    ...(pictures.length > 1
      ? { warnings: [`${SERVICE} made ${pictures.length} pictures for one request; the first is kept`] }
      : {}),
  };
}

/** Tokens that came out are billed, also when they are no picture: the charge is ruled out where none is told. */
function noPicture({ promptFeedback, candidates }: GeminiAnswer, usage: Usage | undefined): ProviderError {
  // Counts that leave out zeros are believed where what went in is counted.
  const out = usage?.promptTokenCount ? tokensOut(usage) : undefined;
  const blocked = promptFeedback?.blockReason ?? undefined;
  const [candidate] = candidates ?? [];
  const code = blocked ?? candidate?.finishReason ?? undefined;
  const told = promptFeedback?.blockReasonMessage ?? candidate?.finishMessage;
  const because = `${code ? ` (${code})` : ''}: ${oneLine(told ?? wordsOf(candidate) ?? '') || 'it gave no reason'}`;
  if (blocked !== undefined || REFUSALS.test(code ?? '')) {
    // A prompt that is blocked never reaches the model.
    const free = out === 0 || SAID_FREE.test(told ?? '') || (blocked !== undefined && out === undefined);
    const charged = free ? 'no' : 'maybe';
    return new ProviderError(`${SERVICE} refused${because}`, { failure: 'refused', code, charged });
  }
  const again = out === 0 && NOTHING_MADE.test(code ?? '');
  return new ProviderError(`${SERVICE} made no picture${because}`, {
    failure: again ? 'unavailable' : 'unusable',
    charged: out === 0 ? 'no' : 'maybe',
    code,
  });
}

function wordsOf(candidate: z.infer<typeof candidateSchema> | undefined): string | undefined {
  return candidate?.content?.parts?.find(({ text, thought }) => text && !thought)?.text ?? undefined;
}
