/**
 * What went wrong on the wire, in the words of the provider contract: one place that decides whether a paid request may
 * have been accepted (contracts.md §11, ledger.md). When in doubt it may have.
 */
import diagnostics from 'node:diagnostics_channel';
import { ProviderError, type Failure } from '../errors.ts';

/** The longest wait a service may ask for: one hour. */
const RETRY_AFTER_MAX_MS = 3_600_000;
/** The longest message taken over from a service, in characters. */
const MESSAGE_MAX = 500;

/** What was being asked: decides what a broken answer means. */
export type Asked =
  /** Free and repeatable: status, list, download, cancel. */
  | 'read'
  /** Paid, answered with the picture itself: a plain 500 was not billed. */
  | 'sync-submit'
  /** Paid, answered with an id: any 5xx may hide an accepted job. */
  | 'queue-submit';

/**
 * Errors of connections that never came up, told by undici itself: nothing of the request can have left. Without it a
 * reset during the TLS handshake looks like one in the middle of an answer.
 */
const neverConnected = new WeakSet<object>();
diagnostics.subscribe('undici:client:connectError', (message) => {
  const { error } = message as { error?: unknown };
  if (typeof error === 'object' && error !== null) neverConnected.add(error);
});

/** Codes that only a connection which never came up has. */
const NOT_SENT = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'EAI_FAIL',
  'EAI_NODATA',
  'EAI_NONAME',
  'ECONNREFUSED',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ENETDOWN',
  'EHOSTDOWN',
  'EADDRNOTAVAIL',
  'EMFILE',
  'ENFILE',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_INVALID_ARG',
  'ERR_INVALID_URL',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'ERR_TLS_HANDSHAKE_TIMEOUT',
  'ERR_SSL_WRONG_VERSION_NUMBER',
  'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
  'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
]);

/** True when the error proves that no byte of the request reached the service. Looks through causes and aggregates. */
export function surelyNotSent(error: unknown): boolean {
  return chain(error).some((link) => {
    if (neverConnected.has(link) || NOT_SENT.has(codeOf(link) ?? '')) return true;
    if ('syscall' in link && link.syscall === 'connect') return true;
    // Node's fetch refuses such an address itself (fetch.spec.whatwg.org, "port blocking"); it gives no code.
    if ('message' in link && (link.message === 'bad port' || link.message === 'unknown scheme')) return true;
    const socket = 'socket' in link ? (link.socket as { bytesWritten?: unknown } | null) : null;
    return socket?.bytesWritten === 0;
  });
}

/**
 * Names an error that is not an answer: DNS, refused, reset, TLS, time-out, abort.
 * @param what.sent the paid request had been handed to the network (see `singleUse`).
 * @param what.paid it was the request that costs money; false for reads.
 * @param what.ended who ended it, where the caller knows better than the error (a signal aborted with its own reason).
 */
export function networkFailure(
  error: unknown,
  what: { service: string; sent: boolean; paid: boolean; ended?: 'stopped' | 'late' | undefined },
): ProviderError {
  const links = chain(error);
  const code = links.map(codeOf).findLast((found) => found !== undefined);
  const names = links.map((link) => ('name' in link ? String(link.name) : ''));
  const stopped = what.ended === 'stopped' || (what.ended === undefined && names.includes('AbortError'));
  const late = what.ended === 'late' || (what.ended === undefined && names.includes('TimeoutError'));
  const detail = late
    ? 'did not answer in time'
    : stopped
      ? 'was not waited for any longer'
      : `could not be reached or broke off (${code ?? reasonOf(links)})`;
  const message = `${what.service} ${detail}`;
  if (what.paid && what.sent && !surelyNotSent(error))
    return new ProviderError(`${message}; whether the request was accepted is not known`, { failure: 'unknown', code });
  if (stopped) return new ProviderError('stopped before anything was sent', { failure: 'interrupted', code });
  return new ProviderError(message, { failure: 'unavailable', code });
}

/** A bad answer, as it came. */
export interface BadAnswer {
  service: string;
  status: number;
  headers: Headers;
  bodyText: string;
  asked: Asked;
  nowMs: number;
}

/** Names an answer whose status is not 2xx (contracts.md §11). The message is the service's own, one line, cut at 500 characters. */
export function statusFailure(answer: BadAnswer): ProviderError {
  const { service, status, headers, bodyText, asked, nowMs } = answer;
  const said = errorOf(bodyText);
  const failure = failureOf(status, asked, said.code);
  const words =
    said.message ||
    (status >= 300 && status < 400
      ? 'it answered with a redirect, which is not followed: check the base URL'
      : 'no explanation');
  return new ProviderError(`${service} (${status}): ${words}`, {
    failure,
    status,
    code: said.code,
    retryAfterMs: retryAfterMs(headers, nowMs, bodyText),
  });
}

/** Codes by which services say that the account can't pay. */
const NO_CREDIT = /^(?:insufficient_quota|billing_hard_limit_reached|billing_not_active|insufficient_credit)$/;

/** The table: status, and what was asked → kind of failure. */
export function failureOf(status: number, asked: Asked, code?: string): Failure {
  if (code !== undefined && NO_CREDIT.test(code)) return 'no-credit';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'no-credit';
  if (status === 429 || status === 408) return 'rate-limited';
  if (status === 409 || status === 425) return 'unavailable';
  if (status < 500) return 'rejected';
  if (asked === 'read' || (asked === 'sync-submit' && status === 500)) return 'unavailable';
  return 'unknown';
}

/**
 * How long the service asks us to wait, in milliseconds, clamped to 0 … 1 h; undefined when it does not say.
 * Reads `retry-after-ms`, `Retry-After` (seconds or HTTP date), Google's `RetryInfo` and texts like "resets in ~30s".
 */
export function retryAfterMs(headers: Headers, nowMs: number, bodyText = ''): number | undefined {
  const exact = numberOf(headers.get('retry-after-ms'));
  if (exact !== undefined) return clamp(exact);
  const header = headers.get('retry-after');
  const seconds = numberOf(header);
  if (seconds !== undefined) return clamp(seconds * 1000);
  const date = header ? Date.parse(header) : NaN;
  if (!Number.isNaN(date)) return clamp(date - nowMs);
  const text = bodyText.slice(0, 20_000);
  const google = /"retryDelay"\s*:\s*"(\d[\d.]*)s"/.exec(text)?.[1];
  if (google !== undefined) return clamp(Number(google) * 1000);
  const spoken = /(?:try again|retry|resets?|wait)\D{0,24}((?:\d+(?:\.\d+)?\s?(?:ms|h|m|s)[a-z]*\s?){1,3})/i.exec(
    text,
  )?.[1];
  return spoken === undefined ? undefined : clamp(durationMs(spoken));
}

/** The message and code in the error bodies of the services: JSON of the usual forms, or the words of a page. */
export function errorOf(bodyText: string): { message: string; code: string | undefined } {
  let json: unknown;
  try {
    json = JSON.parse(bodyText);
  } catch {
    return {
      message: oneLine(bodyText.replace(/<(style|script)[\s\S]*?<\/\1>/gi, ' ').replace(/<[^>]*>/g, ' ')),
      code: undefined,
    };
  }
  const body = record(json);
  const inner = typeof body['error'] === 'object' ? record(body['error']) : body;
  const message = [inner['message'], inner['detail'], body['error'], body['title']].find(
    (text) => typeof text === 'string',
  );
  const code = [inner['code'], inner['type'], inner['status']].find((text) => typeof text === 'string');
  return {
    message: oneLine(typeof message === 'string' ? message : ''),
    code: typeof code === 'string' ? code.slice(0, 80) : undefined,
  };
}

function oneLine(text: string): string {
  const line = text.slice(0, 20_000).replace(/\s+/g, ' ').trim();
  return line.length > MESSAGE_MAX ? `${line.slice(0, MESSAGE_MAX)}…` : line;
}

function durationMs(text: string): number {
  const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
  let sum = 0;
  for (const [, amount = '0', unit = 's'] of text.matchAll(/(\d+(?:\.\d+)?)\s?(ms|h|m|s)/gi))
    sum += Number(amount) * (unitMs[unit.toLowerCase()] ?? 0);
  return sum;
}

function numberOf(text: string | null): number | undefined {
  return text !== null && /^\s*[+-]?\d+(?:\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}

function clamp(ms: number): number {
  return Math.ceil(Math.min(Math.max(ms, 0), RETRY_AFTER_MAX_MS));
}

/** The error, its causes and the members of aggregates, outermost first; at most 20. */
function chain(error: unknown): object[] {
  const links: object[] = [];
  const open: unknown[] = [error];
  while (open.length > 0 && links.length < 20) {
    const link = open.shift();
    if (typeof link !== 'object' || link === null || links.includes(link)) continue;
    links.push(link);
    if ('cause' in link) open.push(link.cause);
    if (link instanceof AggregateError) open.push(...link.errors);
  }
  return links;
}

function codeOf(link: object): string | undefined {
  return 'code' in link && typeof link.code === 'string' ? link.code : undefined;
}

function reasonOf(links: readonly object[]): string {
  const last = links.at(-1);
  return last && 'message' in last ? oneLine(String(last.message)) : 'no reason given';
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
