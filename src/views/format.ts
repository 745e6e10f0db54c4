/** How numbers, times and money are said to people. Pure; no locale, so that logs of two machines compare. */

/**
 * US dollars: `$0.00`, `$0.025`, `$1.20`. Up to 4 decimals below a dollar, up to 3 above, at least 2;
 * an amount too small for that is `<$0.0001`, never a zero that hides money.
 */
export function usd(dollars: number): string {
  if (!Number.isFinite(dollars)) return '$?';
  if (dollars < 0) return `-${usd(-dollars)}`;
  if (dollars > 0 && dollars < 0.0001) return '<$0.0001';
  const decimals = dollars < 1 ? 4 : 3;
  const [whole = '0', fraction = ''] = dollars.toFixed(decimals).split('.');
  return `$${grouped(whole)}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}

/** A time span: `340 ms`, `1.2 s`, `42 s`, `2 min 05 s`, `1 h 02 min`, `3 d 4 h`. Negative spans are zero. */
export function duration(spanMs: number): string {
  const ms = Math.max(0, Number.isFinite(spanMs) ? spanMs : 0);
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9950) return `${(ms / 1000).toFixed(1)} s`;
  return longDuration(Math.round(ms / 1000));
}

/** A time span without fractions, for clocks that tick: `0 s`, `7 s`, `2 min 05 s`. */
export function clock(spanMs: number): string {
  return longDuration(Math.max(0, Math.floor((Number.isFinite(spanMs) ? spanMs : 0) / 1000)));
}

function longDuration(seconds: number): string {
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
  return `${Math.floor(seconds / 86_400)} d ${Math.floor((seconds % 86_400) / 3600)} h`;
}

/** A likeness of 0 … 1: `0.96`; rounded down, so that it never seems to pass a gate that it does not pass. */
export function likeness(value: number): string {
  return (Math.floor(value * 100 + 1e-9) / 100).toFixed(2);
}

/** A size in decimal units, as file managers say it: `812 B`, `34 kB`, `1.2 MB`. */
export function bytes(size: number): string {
  if (!Number.isFinite(size) || size < 0) return '?';
  if (size < 1000) return `${Math.round(size)} B`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = size / 1000;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${value < 9.95 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ''}`;
}

/** How long ago an ISO time was: `just now`, `5 min ago`, `3 h ago`, `2 d ago`; the date itself after a month. */
export function ago(iso: string, nowMs: number): string {
  const then = Date.parse(iso);
  if (Number.isNaN(then)) return '';
  const seconds = Math.floor((nowMs - then) / 1000);
  if (seconds < 60) return 'just now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)} h ago`;
  if (seconds < 31 * 86_400) return `${Math.floor(seconds / 86_400)} d ago`;
  return new Date(then).toISOString().slice(0, 10);
}

/** A number with its noun: `1 image`, `11 images`, `10,000 images`. */
export function count(howMany: number, noun: string, plural = `${noun}s`): string {
  return `${number(howMany)} ${howMany === 1 ? noun : plural}`;
}

/** A whole number with separators: `10,000`. */
export function number(value: number): string {
  return grouped(String(Math.round(value)));
}

/** Time of day of this machine's zone: `12:01:07`. */
export function timeOfDay(atMs: number): string {
  const date = new Date(atMs);
  return `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
}

function grouped(digits: string): string {
  return digits.replace(/\B(?=(\d{3})+$)/g, ',');
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
