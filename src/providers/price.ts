/** Prices: a price together with where it is from. Pure. */
import { microsOf } from '../money.ts';
import type { Price } from './capabilities.ts';
import type { CommonOptions } from './options.ts';

/** Where a price is from: a page or a person, and the day it was read (ISO date). */
export type PriceSource = Pick<Price, 'source' | 'asOf'>;

/** The ISO date of a moment, in UTC. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}

/** A price that is the same for every picture: what is expected is also the worst. */
export function priceOfEach(usd: number, from: PriceSource): Price {
  const micros = microsOf(usd);
  return { worstMicros: micros, expectedMicros: micros, source: from.source, asOf: from.asOf };
}

/**
 * The price that the user set in the config, which overrides every other; undefined when none is set, or it was set
 * beside another model: a job of an earlier config keeps its own.
 */
export function configuredPrice(
  { priceUsd, model: priced }: Pick<CommonOptions, 'priceUsd' | 'model'>,
  { model, nowMs }: { model: string; nowMs: number },
): Price | undefined {
  if (priceUsd === undefined || (priced !== undefined && priced !== model)) return undefined;
  return priceOfEach(priceUsd, { source: 'config', asOf: dayOf(nowMs) });
}
