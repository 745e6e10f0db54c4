/** What a picture costs at a public endpoint. Pure. */
import { microsOf } from '../../money.ts';
import type { Price } from '../capabilities.ts';
import type { ImageRequest } from '../provider.ts';
import { PRICES_FROM, type RunpodPrice } from './models.ts';

type Sized = Pick<ImageRequest, 'width' | 'height'>;

/** The resolution that a size falls into, for models that take one. */
export function resolutionOf({ width, height }: Sized): '1k' | '2k' | '4k' {
  const megapixels = (width * height) / 2 ** 20;
  return megapixels > 4 ? '4k' : megapixels > 1.5 ? '2k' : '1k';
}

/** The price of the page; the worst case is what answers of the same page tell. */
export function priceOf(price: RunpodPrice, size: Sized): Price {
  const { expected, worst } = usdOf(price, size);
  return { expectedMicros: microsOf(expected), worstMicros: microsOf(worst), ...PRICES_FROM };
}

function usdOf(price: RunpodPrice, size: Sized): { expected: number; worst: number } {
  // RunPod's own formula: width × height / 1,000,000.
  const megapixels = (size.width * size.height) / 1e6;
  switch (price.per) {
    case 'megapixel':
      return { expected: price.usd * megapixels, worst: price.usd * megapixels };
    case 'image':
      return { expected: price.usd, worst: Math.max(price.usd, price.megapixelUsd * megapixels) };
    case 'resolution': {
      const usd = price.usd[resolutionOf(size)];
      return { expected: usd, worst: usd };
    }
  }
}
