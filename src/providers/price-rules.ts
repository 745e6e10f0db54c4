/** How the prices of services are made up that do not tell them themselves: they are from their pages. Pure. */
import { microsOf } from '../money.ts';
import type { Price } from './capabilities.ts';
import type { CommonOptions } from './options.ts';
import { configuredPrice, type PriceSource } from './price.ts';
import type { ImageRequest } from './provider.ts';

/** What a price depends on. `extra`: the user's own inputs, as `providers.replicate.input`. */
export interface Priced {
  request: Pick<ImageRequest, 'width' | 'height' | 'quality' | 'references'>;
  extra: Readonly<Record<string, unknown>>;
}

/** The price of one picture in US dollars, as it is expected, which is also the worst. */
export type PriceRule = ((priced: Priced) => number) & {
  /** References are billed by the megapixel, or taken up to a size: they are sent with at most this many pixels. */
  pixelsMax?: number;
};

/** Pixels of a megapixel as image services bill it. */
const MEGAPIXEL = 1024 * 1024;

/** The same for every picture. */
export function each(usd: number): PriceRule {
  return () => usd;
}

/**
 * By the megapixel, begun ones as whole: for the run, what comes out and what goes in. References are made smaller
 * before they are sent, so that each is one megapixel.
 */
export function byMegapixel(usd: { run?: number; in: number; out: number }): PriceRule {
  const price = ({ request, extra }: Priced): number => {
    const asked = Math.ceil((request.width * request.height) / MEGAPIXEL);
    const told = Math.ceil(Number.parseFloat(String(extra['resolution'] ?? extra['megapixels'] ?? 0)) || 0);
    return (usd.run ?? 0) + usd.out * Math.max(asked, told) + usd.in * request.references.length;
  };
  return Object.assign(price, { pixelsMax: MEGAPIXEL });
}

/** A named resolution: from so many megapixels on, and the price of a picture in US dollars. */
export type ResolutionStep = readonly [name: string, fromMp: number, usd: number];

/** The resolution that a size falls into. @param steps least first. */
export function resolutionOf(
  steps: readonly ResolutionStep[],
  { width, height }: Pick<ImageRequest, 'width' | 'height'>,
): ResolutionStep | undefined {
  const mp = (width * height) / MEGAPIXEL;
  return steps.findLast(([, fromMp]) => mp >= fromMp) ?? steps[0];
}

/**
 * By a resolution: the least megapixels of each step, and its price. What the user set for the input counts, too.
 */
export function byResolution(input: string, steps: readonly ResolutionStep[]): PriceRule {
  return ({ request, extra }) => {
    const told = extra[input] === undefined ? undefined : steps.find(([name]) => name === extra[input]);
    if (extra[input] !== undefined && told === undefined) return Math.max(...steps.map(([, , usd]) => usd));
    return (told ?? resolutionOf(steps, request))?.[2] ?? 0;
  };
}

/** By the value of an input, which is the user's or the request's quality or this default. */
export function byInput(input: string, usd: Readonly<Record<string, number>>, standard: string): PriceRule {
  return ({ request, extra }) => {
    const value = extra[input] ?? (input === 'quality' ? request.quality : undefined) ?? standard;
    return usd[String(value)] ?? Math.max(...Object.values(usd));
  };
}

/** A rule with what an input costs besides, where the user sets it to this value. */
export function withExtra(rule: PriceRule, input: string, [value, usd]: readonly [unknown, number]): PriceRule {
  const price = (priced: Priced): number => rule(priced) + (priced.extra[input] === value ? usd : 0);
  return Object.assign(price, rule.pixelsMax === undefined ? {} : { pixelsMax: rule.pixelsMax });
}

/** A rule for a model that takes references of at most so many pixels. */
export function upToPixels(rule: PriceRule, pixelsMax: number): PriceRule {
  return Object.assign((priced: Priced) => rule(priced), { pixelsMax });
}

/** A rule's price with where it is from. */
export function priceBy(rule: PriceRule, priced: Priced, { source, asOf }: PriceSource): Price {
  const micros = microsOf(Math.round(rule(priced) * 1e6) / 1e6);
  return { worstMicros: micros, expectedMicros: micros, source, asOf };
}

/** The price that the user set, else that of a model's line in a table. */
export function listedPrice(
  { rule, from }: { rule: PriceRule; from: PriceSource },
  options: Pick<CommonOptions, 'priceUsd' | 'model'> & { input?: Priced['extra'] | undefined },
  { request, nowMs }: { request: Priced['request'] & Pick<ImageRequest, 'model'>; nowMs: number },
): Price {
  const configured = configuredPrice(options, { model: request.model, nowMs });
  return configured ?? priceBy(rule, { request, extra: options.input ?? {} }, from);
}
