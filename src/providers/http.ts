/**
 * What every provider that speaks HTTP shares: a fetch that can't be tricked into paying twice or into leaking a key,
 * answers read with a byte cap, and addresses checked before use. How failures are named is in `http-failures.ts`.
 */
import type { z } from 'zod';
import { EXIT, ProviderError, UserError } from '../errors.ts';
import { networkFailure } from './http-failures.ts';

/** Bytes of an answer that may hold a picture. */
export const ANSWER_MAX_BYTES = 64 * 1024 * 1024;
/** Room for an answer whose length is not told, to begin with. */
const FIRST_BYTES = 64 * 1024;
/** More is not set aside on a service's word. */
const PROMISED_MAX_BYTES = 8 * 1024 * 1024;
/** Bytes of an answer that is only read for its error message. */
export const ERROR_MAX_BYTES = 256 * 1024;

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
 */
export function singleUse(fetch: typeof globalThis.fetch): SingleUseFetch {
  let used = false;
  const guarded = async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    if (!isRead(input, init)) {
      if (used) throw new HiddenRetryError(urlOf(input));
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
const patientDispatchers = new Map<number, object>();

/**
 * Options for a fetch that may wait longer than the 300 s after which Node's own gives up: a picture that takes longer is
 * billed all the same. Half a minute more than `timeoutMs`, so that the caller's own deadline comes first. Node exposes
 * its dispatcher under this symbol only; where it can't be had, Node's limit stays.
 */
export function patient(timeoutMs: number): RequestInit {
  if (timeoutMs < 270_000) return {};
  let dispatcher = patientDispatchers.get(timeoutMs);
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
    patientDispatchers.set(timeoutMs, dispatcher);
  }
  return { dispatcher } as RequestInit;
}

/**
 * Reads a body with a cap.
 * @param over what happens past the cap: `fail` throws, `cut` keeps what came first.
 * @throws {ProviderError} `unusable` past the cap (charge unknown: it was an answer); what the stream throws otherwise.
 */
export async function readBytes(response: Response, maxBytes: number, over: 'fail' | 'cut' = 'fail'): Promise<Buffer> {
  // Chunks are copied at once: kept until the end of a large answer they would grow old, and cost a look through the whole heap.
  const promised = Number(response.headers.get('content-length') ?? 0);
  let bytes = Buffer.allocUnsafe(Math.min(promised > 0 ? promised : FIRST_BYTES, PROMISED_MAX_BYTES, maxBytes));
  let size = 0;
  if (response.body) {
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      const fits = Math.min(chunk.length, maxBytes - size);
      if (size + fits > bytes.length)
        bytes = Buffer.concat([bytes.subarray(0, size)], Math.min(maxBytes, Math.max(2 * bytes.length, size + fits)));
      bytes.set(chunk.subarray(0, fits), size);
      size += fits;
      if (fits === chunk.length) continue;
      if (over === 'cut') break;
      throw new ProviderError(`the answer is larger than ${Math.round(maxBytes / 1024 / 1024)} MiB`, {
        failure: 'unusable',
        charged: 'maybe',
        code: 'answer_too_large',
      });
    }
  }
  return bytes.subarray(0, size);
}

/**
 * Reads a JSON answer: capped, parsed, and checked by a schema that asks only for the fields that are used.
 * @param reading what to make of a broken answer: `paid` → `unknown` when the connection broke, `unusable` when it is not
 *   what was promised; otherwise `unavailable`, so that it is simply asked again.
 * @throws {ProviderError}
 */
export async function readJson<T>(
  response: Response,
  schema: z.ZodType<T>,
  reading: { service: string; paid: boolean; maxBytes?: number },
): Promise<T> {
  const { service, paid, maxBytes = ANSWER_MAX_BYTES } = reading;
  const broken = (what: string): ProviderError =>
    new ProviderError(
      `${service} ${what}`,
      paid
        ? { failure: 'unusable', charged: 'maybe', status: response.status }
        : { failure: 'unavailable', status: response.status },
    );
  let bytes: Buffer;
  try {
    bytes = await readBytes(response, maxBytes);
  } catch (error) {
    if (error instanceof ProviderError) throw paid ? error : broken(error.message);
    throw networkFailure(error, { service, paid, sent: true });
  }
  if (bytes.length === 0) throw broken('answered with nothing');
  let json: unknown;
  try {
    json = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw broken(
      `answered with something that is not JSON (${response.headers.get('content-type') ?? 'no content type'})`,
    );
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw broken(
      `answered in an unexpected form: ${parsed.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`).join('; ')}`,
    );
  return parsed.data;
}

/**
 * The service's address without a slash at its end: the first of the candidates that is set.
 * @throws {UserError} exit 2 when it is no http(s) address or holds a user name or password.
 */
export function baseUrlOf(candidates: readonly (string | undefined)[], where: string): string {
  const text = candidates.find((candidate) => candidate !== undefined && candidate !== '') ?? '';
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol))
    throw new UserError(`${where}: the base URL is not an http or https address`, { exitCode: EXIT.usage });
  if (url.username || url.password)
    throw new UserError(`${where}: the base URL must not hold a user name or password`, { exitCode: EXIT.usage });
  return text.replace(/\/+$/, '');
}

/**
 * The key from the environment, first found wins.
 * @throws {UserError} exit 5 when none is set, saying which variable to set; or when it can't be sent in a header.
 */
export function keyOf(
  env: Readonly<Record<string, string | undefined>>,
  variables: readonly string[],
  service: string,
): string {
  for (const name of variables) {
    const key = env[name]?.trim();
    if (!key) continue;
    if (/[^\x21-\x7e]/.test(key))
      throw new UserError(`${name} holds characters that no key has`, {
        exitCode: EXIT.auth,
        hint: `Copy the key for ${service} again, without spaces or line breaks.`,
      });
    return key;
  }
  throw new UserError(`no key for ${service}: ${variables.join(' or ')} is not set`, {
    exitCode: EXIT.auth,
    hint: `Set ${variables[0] ?? 'its key'} in the environment or in a .env file in this folder, or use --provider local, which needs none.`,
  });
}

/** Replaces every occurrence of a secret by `[redacted]`: services do echo keys in their errors. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  return secrets.reduce((clean, secret) => (secret.length >= 4 ? clean.replaceAll(secret, '[redacted]') : clean), text);
}

function isRead(input: string | URL | Request, init?: RequestInit): boolean {
  const method = init?.method ?? (input instanceof Request ? input.method : 'GET');
  return /^(?:get|head)$/i.test(method);
}

function urlOf(input: string | URL | Request): string {
  return input instanceof Request ? input.url : String(input);
}

function hostOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'an unreadable address';
}
