/**
 * Accepted work of fal as a queue: its status is asked, then its result, which carries the model's own status.
 */
import { z } from 'zod';
import { type Charged, type Failure, ProviderError } from '../../errors.ts';
import { microsOf } from '../../money.ts';
import { askJson, type JsonQuestion, type JsonService } from '../json-service.ts';
import type { CallContext, ProviderImage } from '../provider.ts';
import type { Queue, Reading } from '../queue.ts';
import { addressesOf } from './addresses.ts';

/** A reading may take this long. */
const READ_TIMEOUT_MS = 30_000;
/** The distance between two readings grows to this many times the first. */
const POLL_SLOWEST = 10;

const statusSchema = z.object({
  status: z.string(),
  error: z.unknown().optional(),
  error_type: z.string().nullish(),
  metrics: z.object({ inference_time: z.number().nullish() }).nullish().catch(undefined),
});

const picture = z.object({ url: z.string() });
/** What is told beside the picture may have any form: a paid picture does not depend on it. */
const flags = z.array(z.boolean().nullable()).nullish().catch(undefined);
const resultSchema = z.object({
  images: z.array(picture).nullish(),
  image: picture.nullish(),
  seed: z.number().nullish().catch(undefined),
  has_nsfw_concepts: flags,
  nsfw_content_detected: flags,
});

/** Failures of the queue and its runners, not of the model (fal.ai/docs, "Request errors"). */
const INFRASTRUCTURE =
  /^(request_timeout|startup_timeout|runner_\w+|client_disconnected|client_cancelled|bad_request|internal_error)$/;
const POLICY = 'content_policy_violation';
/** Failures that only a model tells with 5xx (fal.ai/docs/errors). */
const OF_MODEL = /^(internal_server_error|generation_timeout|downstream_service_(error|unavailable))$/;
/** Never a model's own, but for a path that it has not: the key, the credit, no such request, one too many. */
const PASSING = new Set([401, 402, 403, 404, 408, 409, 410, 425, 429]);

/** What one reading found. */
export type Work<Result = z.infer<typeof resultSchema>> =
  | { state: 'open' }
  | { state: 'done'; result: Result; units: number | undefined; seconds: number | undefined }
  | { state: 'failed'; error: ProviderError };

/** How finished work is read. */
export interface WorkOptions {
  pollMs: number;
  retentionMs: number;
  /** US dollars of a billable unit; undefined: they tell nothing of the cost. */
  unitUsd: number | undefined;
}

/** Work at fal as a queue. */
export function workQueue(service: JsonService, { pollMs, retentionMs, unitUsd }: WorkOptions): Queue<Work> {
  return {
    service: service.name,
    retentionMs,
    pollMs,
    pollMaxMs: POLL_SLOWEST * pollMs,
    read: (remoteId, call) => readWork(service, { remoteId, schema: resultSchema }, call),
    resultOf: (work) => resultOf(work, unitUsd),
  };
}

/** A question that costs nothing. */
export function reading({ signal }: CallContext, path: string): JsonQuestion {
  return { asked: 'read', method: 'GET', path, signal, timeoutMs: READ_TIMEOUT_MS };
}

/** One reading of accepted work: its status, and once that says so, its result. @throws {ProviderError} */
export async function readWork<Result>(
  service: JsonService,
  { remoteId, schema }: { remoteId: string; schema: z.ZodType<Result> },
  call: CallContext,
): Promise<Work<Result>> {
  const at = addressesOf(remoteId);
  const told = await askJson(service, reading(call, at.status), statusSchema);
  if (told.status !== 'COMPLETED') return { state: 'open' };
  const { error: said, error_type: type } = told;
  if (type && INFRASTRUCTURE.test(type))
    return { state: 'failed', error: infrastructureError(service.name, type, said) };
  let units: number | undefined;
  const question: JsonQuestion = {
    ...reading(call, at.result),
    onAnswer: (headers) => (units = unitsOf(headers.get('x-fal-billable-units'))),
  };
  try {
    const result = await askJson(service, question, schema);
    return { state: 'done', result, units, seconds: told.metrics?.inference_time ?? undefined };
  } catch (error) {
    if (error instanceof ProviderError && error.status === 400 && /in progress/i.test(error.message))
      return { state: 'open' };
    if (!(error instanceof ProviderError) || !isModels(error, { units, hasFailed: Boolean(said) })) throw error;
    return { state: 'failed', error: modelError(error, units) };
  }
}

/** What a reading means. @throws {ProviderError} how the work ended without a picture. */
function resultOf(work: Work, unitUsd: number | undefined): Reading {
  if (work.state === 'open') return { state: 'running' };
  if (work.state === 'failed') throw work.error;
  const { result, units, seconds } = work;
  // A flagged picture comes as a black one, and is billed (schema of flux/schnell, `enable_safety_checker`).
  if (result.has_nsfw_concepts?.[0] || result.nsfw_content_detected?.[0])
    throw new ProviderError("fal's safety checker blacked the picture out", { failure: 'refused', charged: 'yes' });
  // Neither a picture nor a bill: it is not what the model made (an error in JSON, a status in its place).
  if (!result.images && !result.image && units === undefined)
    return { state: 'missing', why: 'it is completed, and its result holds no picture yet' };
  const [url] = [...(result.images ?? []), ...(result.image ? [result.image] : [])].map((image) => image.url);
  const cost = units === undefined || unitUsd === undefined ? undefined : microsOf(roundedUsd(units * unitUsd));
  const usage = { billable_units: units, inference_time: seconds };
  return {
    state: 'generated',
    image: imageOf(url),
    ...(Number.isSafeInteger(result.seed) ? { seedUsed: Number(result.seed) } : {}),
    ...(cost === undefined ? {} : { costMicros: cost }),
    ...(units === undefined && seconds === undefined ? {} : { usage }),
  };
}

function imageOf(url: string | undefined): ProviderImage {
  const base64 = /^data:image\/[\w.+-]+;base64,(.+)$/s.exec(url ?? '')?.[1];
  if (base64 !== undefined) return { kind: 'bytes', bytes: Buffer.from(base64, 'base64') };
  if (url !== undefined && /^https?:/.test(url) && URL.canParse(url)) return { kind: 'url', url };
  throw new ProviderError("fal's answer holds no picture", { failure: 'unusable' });
}

/**
 * Said by the model, and so the end of the work, or by the queue or a gateway in passing: only what is surely the
 * model's is an end, since what is taken for one is lost, or paid for again.
 */
function isModels(
  { status = 0, code }: ProviderError,
  { units, hasFailed }: { units: number | undefined; hasFailed: boolean },
): boolean {
  if (status < 400) return false;
  if (PASSING.has(status)) return status === 404 && units !== undefined;
  if (units !== undefined || status === 422) return true;
  if (status >= 500) return OF_MODEL.test(code ?? '') || (status === 500 && hasFailed);
  return hasFailed || (status === 400 && code !== undefined && !INFRASTRUCTURE.test(code));
}

/**
 * How a model refused. Failures of the server are not billed; others are by the units they tell, and where they tell
 * none the platform bills its default (fal, `api.py`, the handler of 404).
 */
function modelError(error: ProviderError, units: number | undefined): ProviderError {
  const { status = 0 } = error;
  // An error that repeats a large input is cut before its end: its type was seen, though it can't be parsed.
  const code = error.failure === 'refused' ? POLICY : error.code;
  const charged: Charged = units === undefined ? (status >= 500 ? 'no' : 'maybe') : units > 0 ? 'yes' : 'no';
  return new ProviderError(error.message, { failure: failureOf(status, code), charged, status, code });
}

/** By the type of the first problem, never by its words (fal.ai/docs/errors). */
function failureOf(status: number, code: string | undefined): Failure {
  if (code === POLICY) return 'refused';
  if (code === 'generation_timeout') return 'timeout';
  return status >= 500 || code === 'downstream_service_error' ? 'unavailable' : 'rejected';
}

/** A request that the queue could not bring to its end: not billed, but for one that was canceled on its way. */
function infrastructureError(service: string, type: string, said: unknown): ProviderError {
  const words = typeof said === 'string' && said !== '' ? said : 'the request failed without a reason';
  const failure: Failure = /timeout|cancelled/.test(type)
    ? 'timeout'
    : type === 'bad_request'
      ? 'rejected'
      : 'unavailable';
  return new ProviderError(`${service} (${type}): ${words.slice(0, 500)}`, {
    failure,
    charged: type === 'client_cancelled' ? 'maybe' : 'no',
    code: type,
  });
}

function unitsOf(header: string | null): number | undefined {
  const units = header === null || header.trim() === '' ? Number.NaN : Number(header);
  return Number.isFinite(units) && units >= 0 ? units : undefined;
}

function roundedUsd(usd: number): number {
  return Math.round(usd * 1e6) / 1e6;
}
