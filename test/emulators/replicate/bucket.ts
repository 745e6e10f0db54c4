/** So many at once, and so many a minute. */

/** A token bucket: seconds to wait for the next token, 0 when one was taken. */
export function bucket(limit: { perMinute: number; burst: number }): (now: number) => number {
  let tokens = limit.burst;
  let lastMs: number | undefined;
  return (now) => {
    tokens = Math.min(limit.burst, tokens + ((now - (lastMs ?? now)) / 60_000) * limit.perMinute);
    lastMs = now;
    if (tokens < 1) return Math.ceil(((1 - tokens) / limit.perMinute) * 60);
    tokens -= 1;
    return 0;
  };
}
