/**
 * One call to Replicate through its official client, which retries on its own up to six times with no switch to stop
 * it: the fetch it is given lets the first request of a call through and no other.
 */
import type Replicate from 'replicate';
import { ProviderError } from '../../errors.ts';
import { timeLimit } from '../../time-limit.ts';
import { withoutSecrets } from '../access.ts';
import { ANSWER_MAX_BYTES, formProblems, readBytes } from '../answer.ts';
import { confined, HiddenRetryError } from '../http.ts';
import { networkFailure } from '../network-failure.ts';
import type { ServiceClock } from '../service-clock.ts';
import { type Asked, statusFailure } from '../status-failure.ts';
import type { z } from 'zod';

/** How the service is called in messages. */
export const SERVICE = 'Replicate';
/** A reading may take this long. */
export const READ_TIMEOUT_MS = 30_000;

/** Where and as whom. */
export interface ReplicateConnection {
  /** With `/v1`, without a slash at the end. */
  baseUrl: string;
  token: string;
  fetch: typeof fetch;
  now: () => number;
  /** Set by `ask`. */
  clock: ServiceClock;
}

/** What a call is for. */
export interface Question {
  asked: Asked;
  signal: AbortSignal;
  /** One request may take this long, in ms. */
  timeoutMs: number;
  /** Called right before a paid request is handed to the network; when it throws, nothing is sent. */
  onSending?: () => void;
  /** More headers, for what the client has no option for. */
  headers?: Record<string, string>;
}

/** The one request that was let through: what was answered, or why nothing was. */
interface Exchange {
  error?: unknown;
  status?: number;
  headers?: Headers;
  bodyText?: string;
}

/**
 * Makes one call: `use` is given a client for it, and what it returns is checked by `schema`.
 * @throws {ProviderError} naming what went wrong. For a paid call everything that leaves it open whether a prediction
 *   was made is `unknown`, also an answer that can't be read: a prediction can be looked up.
 */
export async function ask<T>(
  connection: ReplicateConnection,
  question: Question,
  schema: z.ZodType<T>,
  use: (client: Replicate) => Promise<unknown>,
): Promise<T> {
  const { default: Client } = await import('replicate');
  const exchange: Exchange = {};
  let giveUp: (error: unknown) => void = () => {};
  // A failed request is reported at once, whatever the client then does about it.
  const failed = new Promise<never>((_, reject) => (giveUp = reject));
  failed.catch(() => {});
  const fetch = onlyOnce(connection, question, { exchange, giveUp });
  const client = new Client({
    auth: connection.token,
    baseUrl: connection.baseUrl,
    fetch: fetch as Replicate['fetch'],
    useFileOutput: false,
  });
  let answer: unknown;
  try {
    answer = await Promise.race([use(client), failed]);
  } catch (error) {
    throw clean(failureOf(error, exchange, { question, now: connection.now }), connection.token);
  }
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  throw unreadable(question, `in an unexpected form (${formProblems(parsed.error)})`);
}

function onlyOnce(
  connection: ReplicateConnection,
  question: Question,
  { exchange, giveUp }: { exchange: Exchange; giveUp: (error: unknown) => void },
): typeof globalThis.fetch {
  const send = confined(connection.fetch, connection.baseUrl);
  let used = false;
  return async (input, init = {}) => {
    if (used) throw new HiddenRetryError(String(input));
    used = true;
    const headers = { ...(init.headers as Record<string, string>), ...question.headers };
    const signal = AbortSignal.any([question.signal, timeLimit(question.timeoutMs)]);
    try {
      signal.throwIfAborted();
      question.onSending?.();
    } catch (error) {
      // Nothing was sent: said in a way that `networkFailure` can't take for a request under way.
      exchange.error = new ProviderError('stopped before anything was sent', { failure: 'interrupted' });
      giveUp(error);
      throw error;
    }
    try {
      const response = await send(input, { ...init, headers, signal });
      exchange.status = response.status;
      exchange.headers = response.headers;
      connection.clock.hear(response.headers);
      const body = await readBytes(response, ANSWER_MAX_BYTES);
      if (!response.ok) {
        exchange.bodyText = body.toString('utf8');
        giveUp(new Error(`status ${response.status}`));
      }
      return new Response(new Uint8Array(body), {
        status: response.status,
        statusText: response.statusText,
        headers: response.headers,
      });
    } catch (error) {
      exchange.error = error;
      giveUp(error);
      throw error;
    }
  };
}

function failureOf(
  thrown: unknown,
  exchange: Exchange,
  { question, now }: { question: Question; now: () => number },
): ProviderError {
  const paid = question.asked !== 'read';
  if (exchange.error instanceof ProviderError && exchange.error.failure === 'interrupted') return exchange.error;
  if (exchange.error instanceof ProviderError) return unreadable(question, 'with too much');
  if (exchange.error !== undefined) return networkFailure(exchange.error, { service: SERVICE, paid, sent: true });
  const { status, headers, bodyText } = exchange;
  if (status === undefined || headers === undefined) throw thrown;
  if (bodyText === undefined)
    return unreadable(
      question,
      `with something that is not JSON (${headers.get('content-type') ?? 'no content type'})`,
    );
  return statusFailure({ service: SERVICE, status, headers, bodyText, asked: question.asked, nowMs: now() });
}

function unreadable(question: Question, how: string): ProviderError {
  if (question.asked === 'read') return new ProviderError(`${SERVICE} answered ${how}`, { failure: 'unavailable' });
  return new ProviderError(`${SERVICE} answered ${how}; whether the request was accepted is not known`, {
    failure: 'unknown',
  });
}

/** The service may echo the token; the client's own error holds it, so no cause is kept. */
function clean(error: ProviderError, token: string): ProviderError {
  const { failure, charged, retryAfterMs, code, status, expired } = error;
  return new ProviderError(withoutSecrets(error.message, [token]), {
    failure,
    charged,
    retryAfterMs,
    code,
    status,
    expired,
  });
}
