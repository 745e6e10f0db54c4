/** What a batch of OpenAI's and the lines of its files mean for attempts. Pure. */
import { z } from 'zod';
import { ProviderError } from '../../errors.ts';
import { atBatchPrice } from '../batch/price.ts';
import type { Generated } from '../provider.ts';
import { statusFailure } from '../status-failure.ts';
import { toldKind } from './error-codes.ts';
import { pictureIn } from './images.ts';
import type { TokenPrices } from './models.ts';
import { record } from '../error-body.ts';
import { SERVICE } from './session.ts';

const problemSchema = z.looseObject({ code: z.string().nullish(), message: z.string().nullish() });
const count = z.number().nullish();
const fileId = z
  .string()
  .regex(/^[\w-]{1,200}$/)
  .nullish();

/** The fields that are used, from the types of the openai package 7.55.0 (`Batch`). */
export const batchSchema = z.object({
  id: z.string().regex(/^[\w-]{1,100}$/),
  status: z.string().transform((text) => text.slice(0, 40)),
  /** Seconds since 1970; what is no time of a batch counts as not told. */
  expires_at: z.number().min(1e9).max(1e11).nullish().catch(undefined),
  output_file_id: fileId,
  error_file_id: fileId,
  errors: z.object({ data: z.array(problemSchema).nullish() }).nullish(),
  request_counts: z.object({ total: count, completed: count, failed: count }).nullish().catch(undefined),
});
/** A batch. */
export type OpenAIBatch = z.infer<typeof batchSchema>;

/** The code of a request that was not made as its batch was canceled. */
const CANCELED = 'batch_cancelled';
const ENDED = ['completed', 'failed', 'expired', 'cancelled'];

/** How far a batch is that has not ended; undefined: it has. */
export function stillRunning({ id, status, request_counts: counts, expires_at: until }: OpenAIBatch) {
  if (ENDED.includes(status)) return undefined;
  const done = counts?.total ? `, ${counts.completed ?? 0} of ${counts.total} requests are done` : '';
  const end = until ? `, it ends by ${new Date(until * 1000).toISOString().slice(0, 16)}Z` : '';
  return `batch ${id} is ${status.replace('_', ' ')}${done}${end}`;
}

/** A line of the output or the error file. */
const lineSchema = z.object({
  response: z.object({ status_code: z.number(), body: z.unknown() }).nullish(),
  error: problemSchema.nullish(),
});

/**
 * The picture in a line, at the price of a batch.
 * @throws {ProviderError} why it holds none. What a batch says that it failed is not charged (Batch API FAQ: "charged
 *   for any completed work").
 */
export function pictureInLine(text: string, tokens: TokenPrices | undefined, nowMs: number): Generated {
  const line = lineSchema.safeParse(JSON.parse(text)).data;
  if (!line)
    throw new ProviderError(`${SERVICE}: the answer has an unexpected form`, { failure: 'unusable', charged: 'maybe' });
  const { response, error } = line;
  if (response && response.status_code < 400)
    return atBatchPrice(pictureIn({ document: record(response.body) }, tokens));
  // It says neither what was made nor that nothing was: perhaps charged.
  if (!response && !error)
    throw new ProviderError(`${SERVICE}: the answer says nothing`, { failure: 'unusable', charged: 'maybe' });
  if (!response) throw unmade(error?.code ?? undefined, error?.message ?? 'it gave no reason');
  const told = record(record(response.body)['error']);
  const failure = statusFailure({
    service: SERVICE,
    status: response.status_code,
    headers: new Headers(),
    bodyText: JSON.stringify(response.body ?? {}),
    asked: 'read',
    nowMs,
  });
  const { message, status, code } = failure;
  const kind = toldKind(told) ?? failure.failure;
  // A line was tried for a day: it counts as an attempt.
  throw new ProviderError(message, {
    failure: kind === 'rate-limited' ? 'unavailable' : kind,
    charged: 'no',
    status,
    code,
  });
}

/**
 * Why a request of an ended batch that has no line was not made; undefined: a line must be there. `lines`: of made
 * requests that were read. Where the batch tells of more, this request may be one of them.
 */
export function unmadeIn(
  { id, status, errors, request_counts: counts }: OpenAIBatch,
  lines: number,
): ProviderError | undefined {
  if (status !== 'failed' && (counts?.completed ?? 0) > lines) return undefined;
  if (status === 'expired') return unmade('batch_expired', `batch ${id} expired before it was made`);
  if (status === 'cancelled') return unmade(CANCELED, `batch ${id} was cancelled before it was made`);
  if (status !== 'failed') return undefined;
  const [first] = errors?.data ?? [];
  const kind = toldKind(record(first));
  const isAccount = kind === 'unauthorized' || kind === 'no-credit' || kind === 'refused';
  const why = first?.message ?? 'it gave no reason';
  return new ProviderError(`${SERVICE} did not take batch ${id}: ${why.slice(0, 500)}`, {
    // The same batch would not be taken a second time: a person decides.
    failure: isAccount ? kind : 'rejected',
    charged: 'no',
    code: first?.code ?? undefined,
  });
}

function unmade(code: string | undefined, message: string): ProviderError {
  return new ProviderError(`${SERVICE}: ${message.slice(0, 500)}`, {
    canceled: code === CANCELED,
    failure: code === CANCELED ? 'rejected' : code === 'batch_expired' ? 'timeout' : 'unavailable',
    charged: 'no',
    code,
  });
}
