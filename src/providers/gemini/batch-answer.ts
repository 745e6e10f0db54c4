/** What a batch of Gemini's and the answers in it mean for attempts. Pure. */
import { z } from 'zod';
import { type Failure, ProviderError } from '../../errors.ts';
import { atBatchPrice } from '../batch/price.ts';
import type { Generated, SentRecord } from '../provider.ts';
import { answerSchema, pictureIn, SERVICE } from './answer.ts';
import type { GeminiPrices } from './models.ts';

const statusSchema = z.looseObject({ code: z.number().nullish(), message: z.string().nullish() });
/** An answer; the key is not always told (googleapis/python-genai issue 2008). */
const itemSchema = z.object({
  metadata: z.object({ key: z.string().nullish() }).nullish().catch(undefined),
  response: z.unknown(),
  error: statusSchema.nullish(),
});
/** One of the answers of a batch. */
export type GeminiItem = z.infer<typeof itemSchema>;

const itemsSchema = z.array(itemSchema);
/** Told as a list, or as a list in an object of the same name. */
const inlinedSchema = z.union([itemsSchema, z.object({ inlinedResponses: itemsSchema.nullish() })]).nullish();
const outputSchema = z.object({ inlinedResponses: inlinedSchema }).nullish();
const count = z.coerce.number().nullish().catch(undefined);

/** The operation that a batch is; ai.google.dev/api/batch-api, and what is really told of it. */
export const operationSchema = z.object({
  name: z.string(),
  done: z.boolean().nullish(),
  error: statusSchema.nullish(),
  metadata: z
    .object({
      state: z.string().nullish(),
      displayName: z.string().nullish(),
      createTime: z.string().nullish(),
      batchStats: z
        .object({ requestCount: count, successfulRequestCount: count, failedRequestCount: count })
        .nullish()
        .catch(undefined),
      output: outputSchema.catch(undefined),
    })
    .nullish(),
  response: outputSchema,
});
/** A batch. */
export type GeminiBatch = z.infer<typeof operationSchema>;

/** How far a batch is that has not ended; undefined: it has. States begin with BATCH_STATE_ or JOB_STATE_. */
export function stillRunning({ name, done, metadata }: GeminiBatch): string | undefined {
  const state = stateOf(metadata?.state);
  if (done || /^(?:SUCCEEDED|PARTIALLY_SUCCEEDED|FAILED|CANCELLED|EXPIRED)$/.test(state)) return undefined;
  const { requestCount: all, successfulRequestCount: made } = metadata?.batchStats ?? {};
  const far = all ? `, ${made ?? 0} of ${all} requests are done` : '';
  return `${name.replace('batches/', 'batch ')} is ${state.toLowerCase() || 'running'}${far}`;
}

/** The answers of a batch that has ended; they were seen in both places, and in one of them. */
export function itemsOf({ response, metadata }: GeminiBatch): GeminiItem[] {
  const inlined = response?.inlinedResponses ?? metadata?.output?.inlinedResponses;
  return (Array.isArray(inlined) ? inlined : inlined?.inlinedResponses) ?? [];
}

/**
 * The answer to one request: by its key, or where no answer tells a key, by its place, as answers have the order of
 * their requests (ai.google.dev/api/batch-api, InlinedResponses).
 */
export function itemFor(items: readonly GeminiItem[], key: string, { place, of }: SentRecord): GeminiItem | undefined {
  const own = items.find(({ metadata }) => metadata?.key === key);
  const isKeyless = items.every(({ metadata }) => !metadata?.key);
  return own ?? (isKeyless && items.length === of && typeof place === 'number' ? items[place] : undefined);
}

/** What `google.rpc` codes of one request mean; others may pass. */
const KINDS: Readonly<Record<number, Failure>> = {
  3: 'rejected',
  5: 'rejected',
  7: 'unauthorized',
  16: 'unauthorized',
};

/** The picture in an answer, at the price of a batch. @throws {ProviderError} why it holds none. */
export function pictureInItem({ response, error }: GeminiItem, prices: GeminiPrices | undefined): Generated {
  if (error) {
    const failure = KINDS[error.code ?? 0] ?? 'unavailable';
    // Google bills no failed requests (ai.google.dev/gemini-api/docs/billing).
    throw new ProviderError(`${SERVICE}: ${(error.message ?? 'it gave no reason').slice(0, 500)}`, {
      failure,
      charged: 'no',
      code: String(error.code ?? ''),
    });
  }
  const answer = answerSchema.safeParse(response);
  if (answer.success) return atBatchPrice(pictureIn(answer.data, prices));
  throw new ProviderError(`${SERVICE}: the answer has an unexpected form`, { failure: 'unusable', charged: 'maybe' });
}

/**
 * Why a request of an ended batch that has no answer was not made; undefined: an answer must be there. Where the batch
 * tells of more that were made than answers came, this one may be among them.
 */
export function unmadeIn({ name, error, metadata }: GeminiBatch, answers: number): ProviderError | undefined {
  const state = stateOf(metadata?.state);
  const batch = name.replace('batches/', 'batch ');
  if (state === 'EXPIRED' || state === 'CANCELLED') {
    if ((metadata?.batchStats?.successfulRequestCount ?? 0) > answers) return undefined;
    const message = `${SERVICE}: ${batch} was ${state === 'EXPIRED' ? 'expired' : 'canceled'} before it was made`;
    return state === 'EXPIRED'
      ? new ProviderError(message, { failure: 'timeout', charged: 'no', code: 'batch_expired' })
      : new ProviderError(message, { failure: 'rejected', charged: 'no', canceled: true, code: 'batch_cancelled' });
  }
  if (state !== 'FAILED' && !error) return undefined;
  const why = error?.message ?? 'it gave no reason';
  const kind = KINDS[error?.code ?? 0];
  return new ProviderError(`${SERVICE} did not make ${batch}: ${why.slice(0, 500)}`, {
    failure: kind === 'unauthorized' ? kind : 'rejected',
    charged: 'no',
    code: String(error?.code ?? ''),
  });
}

function stateOf(state: string | null | undefined): string {
  return (state ?? '').replace(/^(?:BATCH|JOB)_STATE_/, '');
}
