/** A service that speaks JSON, asked by plain fetch: one request a call, and every failure named. */
import type { z } from 'zod';
import { type Failure, ProviderError } from '../errors.ts';
import { timeLimit } from '../time-limit.ts';
import { withoutSecrets } from './access.ts';
import { readJson } from './answer.ts';
import { confined, waitingUpTo, singleUse } from './http.ts';
import { networkFailure } from './network-failure.ts';
import { type Asked, statusFailure } from './status-failure.ts';

/** Where and as whom. */
export interface JsonService {
  /** What messages call it. */
  name: string;
  /** Without a slash at the end; no request goes to another host. */
  baseUrl: string;
  /** Sent with every request: the credential, as the service takes it. */
  headers: Readonly<Record<string, string>>;
  /** Taken out of the service's own words. */
  secrets: readonly string[];
  /**
   * The kind of failure that the service tells in the body of an answer that is not 2xx; undefined: the status decides.
   * Where it names a kind that costs nothing, the service's documents must say so.
   */
  toldFailure?: (status: number, bodyText: string) => Failure | undefined;
  fetch: typeof fetch;
  now: () => number;
}

/** One request. */
export interface JsonQuestion {
  asked: Asked;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** From the base URL on, with its slash. */
  path: string;
  /** Sent as JSON, or as it is when it is a form. */
  body?: unknown;
  signal: AbortSignal;
  timeoutMs: number;
  /** Headers besides those of the service. */
  headers?: Readonly<Record<string, string>>;
  /** Told of every answer, before it is read: headers of the service's own. */
  onAnswer?: ((headers: Headers) => void) | undefined;
  /** Of the answer. Default: of one with a picture. */
  maxBytes?: number | undefined;
  /** For a paid request: that of the `SubmitContext`. */
  onSending?: (() => void) | undefined;
}

/**
 * Sends one request and reads the answer.
 * @throws {ProviderError} For a paid request everything that leaves it open whether it was accepted is `unknown`, also
 *   an answer with an id that can't be read.
 */
export function askJson<T>(service: JsonService, question: JsonQuestion, schema: z.ZodType<T>): Promise<T> {
  const { asked, maxBytes } = question;
  const reading = { service: service.name, paid: asked !== 'read', ...(maxBytes === undefined ? {} : { maxBytes }) };
  return ask(service, question, (response) => readJson(response, schema, reading));
}

/** Sends one free request whose answer holds nothing but that it was taken. @throws {ProviderError} */
export function tellJson(service: JsonService, question: JsonQuestion): Promise<void> {
  return ask(service, question, async ({ body }) => body?.cancel());
}

async function ask<T>(
  service: JsonService,
  question: JsonQuestion,
  read: (response: Response) => Promise<T>,
): Promise<T> {
  const { asked, timeoutMs, signal } = question;
  if (signal.aborted) throw new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
  const late = timeLimit(timeoutMs);
  const send = singleUse(confined(service.fetch, service.baseUrl, waitingUpTo(timeoutMs)), question.onSending);
  const paid = asked !== 'read';
  try {
    const response = await send(`${service.baseUrl}${question.path}`, {
      ...requestOf(service, question),
      signal: AbortSignal.any([signal, late]),
    });
    question.onAnswer?.(response.headers);
    if (!response.ok) throw await refusal(service, asked, response);
    return await read(response);
  } catch (error) {
    if (error instanceof ProviderError) throw asked === 'queue-submit' ? doubtful(error) : error;
    const ended = signal.aborted ? 'stopped' : late.aborted ? 'late' : undefined;
    throw networkFailure(error, { service: service.name, sent: send.sent(), paid, ended });
  }
}

function requestOf(service: JsonService, { method, body, headers: more }: JsonQuestion): RequestInit {
  const headers = { ...service.headers, ...more };
  if (body === undefined) return { method, headers };
  if (body instanceof FormData) return { method, headers, body };
  return { method, headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

async function refusal(service: JsonService, asked: Asked, response: Response): Promise<ProviderError> {
  const bodyText = withoutSecrets(await response.text(), service.secrets);
  const { status, headers } = response;
  const failure = statusFailure({ service: service.name, status, headers, bodyText, asked, nowMs: service.now() });
  const told = service.toldFailure?.(status, bodyText);
  if (told === undefined) return failure;
  const { message, code, retryAfterMs } = failure;
  return new ProviderError(message, { failure: told, status, code, retryAfterMs });
}

/** The answer to a queue's submit holds an id and no picture: one that can't be read leaves accepted work behind. */
function doubtful(error: ProviderError): ProviderError {
  if (error.failure !== 'unusable') return error;
  return new ProviderError(`${error.message}; whether the request was accepted is not known`, {
    failure: 'unknown',
    ...(error.status === undefined ? {} : { status: error.status }),
  });
}
