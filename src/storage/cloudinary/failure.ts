/**
 * From what the SDK throws to what imggen says. The SDK's Admin errors hold `request_options.auth`, that is key and
 * secret in clear: only its words, its status and the answer's headers are taken over.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { StorageError, type StorageFailure } from '../../errors.ts';
import { printable } from '../../sanitize.ts';
import type { Account } from './account.ts';

const RETRY_AFTER_MAX_MS = 3_600_000;
/** Cloudinary counts by the hour and does not always say when it counts anew. */
const RATE_LIMIT_DEFAULT_MS = 60_000;
const MESSAGE_LENGTH_MAX = 300;

/** A failed call, stripped to what may be known of it. */
export interface Refusal {
  message: string;
  /** HTTP status; undefined when no answer came. */
  status: number | undefined;
}

/**
 * Reads a failure of the SDK in any of its shapes: `{message, http_code}`, `{error: {…}, request_options}`, an `Error`.
 * @param answer what came back, if anything did: its status beats what the SDK makes of it.
 */
export function refusalOf(
  thrown: unknown,
  answer: { status: number | undefined; headers: IncomingHttpHeaders | undefined },
): Refusal {
  const outer = asRecord(thrown);
  const inner = 'error' in outer ? asRecord(outer['error']) : outer;
  const code = typeof inner['http_code'] === 'number' ? inner['http_code'] : undefined;
  const told = answer.headers?.['x-cld-error'];
  // The header says what the SDK did not read: it gives up on some statuses, and on an answer that came before the body
  // had left.
  const unread = code === undefined || /unexpected status code|invalid JSON/.test(textOf(inner['message']));
  const words = unread && typeof told === 'string' ? told : textOf(inner['message']);
  return { message: words === '' ? textOf(inner['code']) || 'no reason given' : words, status: answer.status ?? code };
}

/**
 * Names the kind of a refusal and says it without the account's credentials.
 * @param what what was tried, as `upload of x`; begins the message.
 * @param nowMs for the reset time in the headers.
 */
export function storageError(
  what: string,
  refusal: Refusal,
  answer: { account: Account; headers?: IncomingHttpHeaders | undefined; nowMs: number },
): StorageError {
  const { status } = refusal;
  const failure = kindOf(status);
  const because = status === undefined || status < 300 ? refusal.message : `${refusal.message} (${status})`;
  const message = clean(`Cloudinary, ${what}: ${because}`, answer.account);
  return new StorageError(
    message,
    failure,
    failure === 'rate-limited' ? retryAfterMs(answer.headers ?? {}, refusal.message, answer.nowMs) : undefined,
  );
}

/**
 * 420 is Cloudinary's own "rate limited", 423 "still processing", 499 the SDK's word for its own time-out.
 */
function kindOf(status: number | undefined): StorageFailure {
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 409) return 'conflict';
  if (status === 420 || status === 429) return 'rate-limited';
  if (status === undefined || status < 400 || status === 408 || status === 423 || status === 499 || status >= 500)
    return 'unavailable';
  return 'rejected';
}

/**
 * How long to wait, 0…1 h: the reset date (RFC 9110) of the limit, `Retry-After`, the date in the message, a minute.
 */
function retryAfterMs(headers: IncomingHttpHeaders, message: string, nowMs: number): number {
  const reset = headers['x-featureratelimit-reset'];
  const after = headers['retry-after'] ?? '';
  const waits = [
    Date.parse(String(reset)) - nowMs,
    /^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - nowMs,
    Date.parse(/try again on (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC)/i.exec(message)?.[1] ?? '') - nowMs,
  ];
  const waitMs = waits.find((value) => Number.isFinite(value)) ?? RATE_LIMIT_DEFAULT_MS;
  return Math.min(RETRY_AFTER_MAX_MS, Math.max(0, Math.round(waitMs)));
}

/** One line without control characters and without credentials, cut to a readable length. */
function clean(text: string, account: Account): string {
  const bare = [account.apiSecret, account.apiKey].reduce((rest, secret) => rest.replaceAll(secret, '…'), text);
  return printable(bare, MESSAGE_LENGTH_MAX).trim();
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : { message: value };
}

function textOf(value: unknown): string {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : '';
}
