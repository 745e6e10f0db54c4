import { expect, test } from 'vitest';
import { exactUsdText, usdText } from '../src/money.ts';

test.each([
  [0, '$0.00', '$0.00'],
  [1, '$0.000001', '$0.000001'],
  [9_999, '$0.009999', '$0.009999'],
  [19_239, '$0.0193', '$0.019239'],
  [60_001, '$0.0601', '$0.060001'],
  [45_000, '$0.045', '$0.045'],
  [999_999, '$1.00', '$0.999999'],
  [1_234_500_000, '$1,234.50', '$1,234.50'],
])('%i micro-dollars are at most %s to people, and %s where it is exact', (micros, rounded, exact) => {
  expect([usdText(micros), exactUsdText(micros)]).toEqual([rounded, exact]);
});
