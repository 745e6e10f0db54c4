/** How long a service asks us to wait. Pure. */

/** The longest wait a service may ask for: one hour. */
const RETRY_AFTER_MAX_MS = 3_600_000;

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
