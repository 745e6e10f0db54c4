/** What of a provider's answer may be kept: no key, nothing that drives a terminal, no absurd number. Pure. */

/** Takes secrets and terminal control out of text, and cuts it. */
export type Clean = (text: string, lengthMax?: number) => string;

const ID_LENGTH_MAX = 200;
const URL_LENGTH_MAX = 4_000;
/** $10,000: nobody charges that for a picture. */
const COST_MAX_MICROS = 10_000_000_000;
const USAGE_TEXT_MAX = 200;
const USAGE_DEPTH_MAX = 6;
const USAGE_ENTRIES_MAX = 50;

/** True for a remote id that can be kept as it was told: printable ASCII, no secret in it. */
export function isStorableId(remoteId: string, clean: Clean): boolean {
  return /^[!-~]+$/.test(remoteId) && isAsTold(remoteId, clean, ID_LENGTH_MAX);
}

/** True for an address that can be kept as it was told. */
export function isStorableUrl(url: string, clean: Clean): boolean {
  return isAsTold(url, clean, URL_LENGTH_MAX);
}

function isAsTold(text: string, clean: Clean, lengthMax: number): boolean {
  return text.length <= lengthMax && clean(text, lengthMax) === text;
}

/** True for a cost in micro-dollars that a picture may have. */
export function isBelievableCost(micros: number): boolean {
  return Number.isFinite(micros) && micros >= 0 && micros <= COST_MAX_MICROS;
}

/** A usage record as it may be kept: texts cleaned, numbers finite, neither deep nor long. */
export function storableUsage(usage: unknown, clean: Clean, depth = 0): unknown {
  if (typeof usage === 'string') return clean(usage, USAGE_TEXT_MAX);
  if (typeof usage === 'number') return Number.isFinite(usage) && clean(String(usage)) === String(usage) ? usage : null;
  if (typeof usage !== 'object' || usage === null) return typeof usage === 'boolean' ? usage : null;
  if (depth >= USAGE_DEPTH_MAX) return null;
  const kept = (value: unknown) => storableUsage(value, clean, depth + 1);
  if (Array.isArray(usage)) return usage.slice(0, USAGE_ENTRIES_MAX).map(kept);
  const entries = Object.entries(usage).slice(0, USAGE_ENTRIES_MAX);
  return Object.fromEntries(entries.map(([name, value]) => [clean(name, USAGE_TEXT_MAX), kept(value)]));
}
