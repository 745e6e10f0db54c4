/**
 * The moment that `--since` names, epoch milliseconds: `2026-11-21`, an ISO time, or an age (`30m`, `2h`, `3d`); NaN
 * when it is none of these. Pure.
 */
export function sinceOf(text: string | undefined, nowMs: number): number | undefined {
  if (text === undefined) return undefined;
  const age = /^(\d+)\s*([mhd])$/.exec(text);
  if (!age) return Date.parse(text);
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] ?? 'd'] ?? 0;
  return nowMs - Number(age[1]) * unit;
}
