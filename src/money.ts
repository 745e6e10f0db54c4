/** Money in integer micro-dollars (1 US dollar = 1,000,000). Pure, imports nothing. */

/** Micro-dollars in one US dollar. */
const MICROS_PER_USD = 1_000_000;

/** US dollars of micro-dollars, for public events and JSON. */
export function usdOf(micros: number): number {
  return micros / MICROS_PER_USD;
}

/** Whole micro-dollars of US dollars, rounded up; noise of floating-point numbers does not count. */
export function microsOf(usd: number): number {
  return Math.ceil(Math.round(usd * 1e9) / 1e3);
}

/** `$0.0193` of 19,239: an amount that was computed, for messages. Rounded up to 4 decimals; below a cent exact. */
export function usdText(micros: number): string {
  return exactUsdText(micros < 10_000 ? micros : Math.ceil(micros / 100) * 100);
}

/** `$0.025`: an amount that somebody chose or was charged. At least 2 decimals, as many as it has, at most 6. */
export function exactUsdText(micros: number): string {
  const [whole = '0', fraction = ''] = usdOf(micros).toFixed(6).split('.');
  return `$${whole.replace(/\B(?=(\d{3})+$)/g, ',')}.${fraction.replace(/0+$/, '').padEnd(2, '0')}`;
}
