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
  /** Paid, answered with the picture itself: a plain 500 was not billed. */
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
