/** The space for weights is looked at before anybody pays for them. */
import { expect, it } from 'vitest';
import { spaceMissing } from '../../src/training/run.ts';

it('is enough for the weights and a rest, or told with what is needed', () => {
  const [free, weights] = [100, 200].map((mib) => mib * 1024 * 1024) as [number, number];
  expect(spaceMissing(free, '/images', weights)).toBe('100 MiB free for /images, 264 MiB needed');
  expect(spaceMissing(264 * 1024 * 1024, '/images', weights)).toBeUndefined();
});
