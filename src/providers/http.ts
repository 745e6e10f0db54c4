/**
 * What every provider that speaks HTTP shares: a fetch that sends one paid request at most, and a key to one host only.
 * Reading answers is in `answer.ts`, naming failures in `network-failure.ts` and `status-failure.ts`.
 */
import { readBytes } from './answer.ts';
import { hostOf } from '../images/follow.ts';

/** Bytes of an answer that is only read for its error message. */
const ERROR_MAX_BYTES = 256 * 1024;

/** Thrown by a single-use fetch when something below the runner tries to send a second paid request. */
export class HiddenRetryError extends Error {
  constructor(url: string) {
    super(`a second paid request to ${hostOf(url)} was stopped: an attempt sends one request`);
    this.name = 'HiddenRetryError';
  }
}

/** A fetch for one attempt. */
export interface SingleUseFetch {
  (input: string | URL | Request, init?: RequestInit): Promise<Response>;
  /** True once a request other than GET or HEAD was handed to the network: from then on it may have been accepted. */
  readonly sent: () => boolean;
}

/**
 * Lets exactly one request other than GET or HEAD pass; any further throws `HiddenRetryError` before anything is sent.
 * So no retry of an SDK, present or future, can buy a second picture. Make one per attempt.
 * @param onSending called right before that request is handed to the network; when it throws, nothing is sent.
 */
export function singleUse(fetch: typeof globalThis.fetch, onSending: () => void = () => {}): SingleUseFetch {
  let used = false;
  const guarded = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (!isRead(input, init)) {
      if (used) throw new HiddenRetryError(urlOf(input));
      init?.signal?.throwIfAborted();
      onSending();
      used = true;
    }
    return fetch(input, init);
  };
  return Object.assign(guarded, { sent: () => used });
}

/**
 * A fetch that only ever talks to the origin of `baseUrl` and follows no redirect, so that a credential in the headers
 * reaches no other host. The body of an answer that is not 2xx is cut off after `ERROR_MAX_BYTES`; that of any other
 * fails after `ANSWER_MAX_BYTES` (a gzip bomb, a wrong address).
 * @throws {Error} when asked for another origin: a bug in the caller.
 */
export function confined(
  fetch: typeof globalThis.fetch,
  baseUrl: string,
  init: RequestInit = {},
): typeof globalThis.fetch {
  const { origin } = new URL(baseUrl);
  return async (input, request) => {
    const url = urlOf(input);
    if (new URL(url).origin !== origin)
      throw new Error(`a request to ${hostOf(url)} was stopped: credentials go to ${hostOf(baseUrl)} only`);
    const response = await fetch(input, { ...init, ...request, redirect: 'manual' });
    if (response.ok) return response;
    const body = await readBytes(response, ERROR_MAX_BYTES, 'cut').catch(() => Buffer.alloc(0));
    const bodyless = response.status === 204 || response.status === 205 || response.status === 304;
    return new Response(bodyless ? null : body, {
      status: response.status,
      statusText: response.statusText,
      headers: response.headers,
    });
  };
}

/** Dispatchers by how long they wait: one each, so that their connections are shared. */
const dispatchers = new Map<number, object>();

/**
 * Options for a fetch that may wait longer than the 300 s after which Node's own gives up: a picture that takes longer
 * is billed all the same. Half a minute more than `timeoutMs`, so that the caller's own deadline comes first. Node
 * exposes its dispatcher under this symbol only; where it can't be had, Node's limit stays.
 */
export function waitingUpTo(timeoutMs: number): RequestInit {
  if (timeoutMs < 270_000) return {};
  let dispatcher = dispatchers.get(timeoutMs);
  if (!dispatcher) {
    // Reading `Response` makes Node load its fetch, which puts the dispatcher there.
    const current =
      typeof Response === 'function'
        ? (globalThis as Record<symbol, unknown>)[Symbol.for('undici.globalDispatcher.1')]
        : undefined;
    if (typeof current !== 'object' || !/^(?:Agent|EnvHttpProxyAgent)$/.test(current?.constructor.name ?? ''))
      return {};
    const Dispatcher = (current as object).constructor as new (options: object) => object;
    dispatcher = new Dispatcher({ headersTimeout: timeoutMs + 30_000, bodyTimeout: timeoutMs + 30_000 });
    dispatchers.set(timeoutMs, dispatcher);
  }
  return { dispatcher } as RequestInit;
}

function isRead(input: string | URL | Request, init?: RequestInit): boolean {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  return /^(?:get|head)$/i.test(method);
}

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : String(input);
}
