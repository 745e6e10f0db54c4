/**
 * Names an answer whose status is not 2xx, in the words of the provider contract: one table decides whether a paid
 * request may have been accepted. When in doubt it may have.
 */
import { ProviderError, type Failure } from '../errors.ts';
import { errorOf } from './error-body.ts';
import { retryAfterMs } from './retry-after.ts';

/** What was being asked: decides what a broken answer means. */
export type Asked =
  /** Free and repeatable: status, list, download, cancel. */
  | 'read'
  /** Paid, answered with the picture itself: a 500 in the service's own words was not billed. */
  | 'sync-submit'
  /** Paid, answered with an id: any 5xx may hide an accepted job. */
  | 'queue-submit';

/** A bad answer, as it came. */
export interface BadAnswer {
  service: string;
  status: number;
  headers: Headers;
  bodyText: string;
  asked: Asked;
  nowMs: number;
}

/**
 * Names an answer whose status is not 2xx. The message is the service's own, one line, cut at 500
 * characters.
 */
export function statusFailure(answer: BadAnswer): ProviderError {
  const { service, status, headers, bodyText, asked, nowMs } = answer;
  const said = errorOf(bodyText);
  const isOthers = status === 500 && asked === 'sync-submit' && !tellsError(bodyText);
  const failure = isOthers ? 'unknown' : failureOf(status, asked, said.code);
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

/** True for an error in the service's own form; a proxy between us says nothing of what became of the request. */
function tellsError(bodyText: string): boolean {
  try {
    const body: unknown = JSON.parse(bodyText);
    return typeof body === 'object' && body !== null && 'error' in body;
  } catch {
    return false;
  }
}

/** Codes by which services say that the account can't pay. */
const NO_CREDIT = /^(?:insufficient_quota|billing_hard_limit_reached|billing_not_active|insufficient_credit)$/;

/** The table: status, and what was asked → kind of failure. */
export function failureOf(status: number, asked: Asked, code?: string): Failure {
  if (code !== undefined && NO_CREDIT.test(code)) return 'no-credit';
  if (status === 401 || status === 403) return 'unauthorized';
  if (status === 402) return 'no-credit';
  if (status === 429) return 'rate-limited';
  // What a gateway gave up may have been taken (408), and a conflict may be with our own work (409).
  if (asked === 'queue-submit' && (status === 408 || status === 409)) return 'unknown';
  if (status === 408) return 'rate-limited';
  // 425: not processed, by its definition (RFC 8470).
  if (status === 409 || status === 425) return 'unavailable';

  if (status < 500) return 'rejected';
  if (asked === 'read' || (asked === 'sync-submit' && status === 500)) return 'unavailable';
  return 'unknown';
}
