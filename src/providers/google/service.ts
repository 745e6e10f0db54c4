/** Google's Gemini API: where and as whom it is asked, what its errors mean, and which models an account has. */
import { z } from 'zod';
import { type Failure, ProviderError } from '../../errors.ts';
import { baseUrlOf, keyOf } from '../access.ts';
import type { ModelRecord } from '../capabilities.ts';
import type { ProviderSettings } from '../definition.ts';
import { askJson, type JsonQuestion, type JsonService } from '../json-service.ts';
import type { CallContext, Health, SubmitContext } from '../provider.ts';

const OFFICIAL_URL = 'https://generativelanguage.googleapis.com';
const READ_TIMEOUT_MS = 15_000;

/**
 * The service as a provider asks it. The key goes in a header, never in the address.
 * @throws {UserError} `auth` when the key is missing, `usage` when the base URL is malformed.
 */
export function googleService(name: string, provider: 'gemini' | 'imagen', settings: ProviderSettings): JsonService {
  const { options, env, keyVariables, fetch, now } = settings;
  const key = keyOf(env, keyVariables, name);
  return {
    name,
    baseUrl: baseUrlOf([options.baseUrl, env['GOOGLE_GEMINI_BASE_URL'], OFFICIAL_URL], `providers.${provider}.baseUrl`),
    headers: { 'x-goog-api-key': key },
    secrets: [key],
    toldFailure,
    fetch,
    now,
  };
}

/** The paid request: answered with the picture itself. */
export function paidQuestion(path: string, body: object, call: SubmitContext, timeoutMs: number): JsonQuestion {
  const onSending = (): void => {
    call.onSending();
    call.onPhase?.('waiting');
  };
  return { asked: 'sync-submit', method: 'POST', path, body, signal: call.signal, timeoutMs, onSending };
}

const modelSchema = z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).nullish() });
const listSchema = z.object({ models: z.array(modelSchema).nullish() });

/** Ids of the models that the account has and that answer to this method. @throws {ProviderError} */
async function accountModels(
  service: JsonService,
  method: 'generateContent' | 'predict',
  { signal }: CallContext,
): Promise<string[]> {
  const question = { asked: 'read', method: 'GET', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  const { models } = await askJson(service, { ...question, path: '/v1beta/models?pageSize=1000' }, listSchema);
  return (models ?? [])
    .filter(({ supportedGenerationMethods: methods }) => methods?.includes(method) ?? true)
    .map(({ name }) => name.replace(/^models\//, ''));
}

/** Whether the account has a model; free. @throws {ProviderError} when that can't be asked now. */
export async function hasModel(service: JsonService, id: string, { signal }: CallContext): Promise<boolean> {
  const question = { asked: 'read', method: 'GET', signal, timeoutMs: READ_TIMEOUT_MS } as const;
  try {
    await askJson(service, { ...question, path: `/v1beta/models/${id}` }, modelSchema);
    return true;
  } catch (error) {
    if (error instanceof ProviderError && error.status === 404) return false;
    throw error;
  }
}

/** What of these models the account really has; needs a good key and costs nothing. */
export async function checkModels(
  service: JsonService,
  asked: { method: 'generateContent' | 'predict'; model: string; known: readonly ModelRecord[] },
  call: CallContext,
): Promise<Health> {
  let has: string[];
  try {
    has = await accountModels(service, asked.method, call);
  } catch (error) {
    if (!(error instanceof ProviderError)) throw error;
    return { ok: false, message: error.message };
  }
  const found = asked.known.filter(({ id }) => has.includes(id)).map(({ id }) => id);
  const missing = has.includes(asked.model) ? '' : `, and not ${asked.model}`;
  const list = found.length > 0 ? found.join(', ') : 'none of the models that imggen knows';
  return { ok: true, message: `${service.name} answers; this account has ${list}${missing}` };
}

/** One odd detail hides nothing of the others. */
const text = z.string().optional().catch(undefined);
const detailSchema = z.looseObject({
  reason: text,
  violations: z
    .array(z.looseObject({ quotaId: text }))
    .optional()
    .catch(undefined),
});
const errorSchema = z.object({
  error: z.object({
    message: z.string().default(''),
    status: z.string().default(''),
    details: z.array(detailSchema).default([]).catch([]),
  }),
});

/** The service's own words on a picture that it does not show. */
export const SAID_FREE = /will not be charged/i;

/** A prompt that was refused before anything was made, told as a bad request. */
const REFUSING = /Responsible AI practices|safety filter|violat\w+[^.]*(?:polic|guidelines)/i;
/** Imagen's words for an account without billing. */
const BILLED = /only accessible to billed users/i;
/** The account has nothing left, or nothing at all, for this model: waiting does not help. */
const SPENT = /credits are depleted|spend(?:ing)? (?:cap|limit)|\blimit: 0\b/i;

/**
 * What Google's errors mean, by `google.rpc` status and details. 503 with the status UNAVAILABLE is the service's own
 * word that it did not do the work, and errors are not charged (ai.google.dev/gemini-api/docs/billing, "Am I charged
 * for failed requests?", read 2026-11-22); a 500 or 503 of anybody between us says nothing.
 */
export function toldFailure(status: number, bodyText: string): Failure | undefined {
  const error = errorIn(bodyText);
  if (error === undefined) return status === 500 ? 'unknown' : undefined;
  const { message, details } = error;
  if (details.some(({ reason }) => reason === 'API_KEY_INVALID')) return 'unauthorized';
  if (error.status === 'FAILED_PRECONDITION') return /enable billing/i.test(message) ? 'no-credit' : 'unauthorized';
  if (status === 400 && REFUSING.test(message)) return 'refused';
  if (status === 400 && BILLED.test(message)) return 'no-credit';
  if (status === 429) {
    const perDay = details.some(({ violations }) => violations?.some(({ quotaId }) => quotaId?.includes('PerDay')));
    return perDay || SPENT.test(message) ? 'no-credit' : undefined;
  }
  return status === 503 && error.status === 'UNAVAILABLE' ? 'unavailable' : undefined;
}

/** Google answers some errors in a list of one. */
function errorIn(bodyText: string): z.infer<typeof errorSchema>['error'] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(bodyText);
  } catch {
    return undefined;
  }
  return errorSchema.safeParse(Array.isArray(json) ? json[0] : json).data?.error;
}
