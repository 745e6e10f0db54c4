/** Every model of fal: its endpoints take what they are sent, with and without references, within the price. */
import { expect, it } from 'vitest';
import { MODEL_LIST } from '../../../src/providers/fal/models.ts';
import type { SizeSupport } from '../../../src/providers/capabilities.ts';
import { stage } from '../../support/providers/fal-stage.ts';
import { makeReferences } from '../../support/providers/openai-request.ts';
import { makeOne, plainRequest } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };

function sizesOf(sizes: SizeSupport): [number, number][] {
  if (sizes.kind === 'ratio')
    return sizes.ratios.map((ratio) => ratio.split(':').map((side) => 160 * Number(side)) as [number, number]);
  if (sizes.kind !== 'free') return [[1024, 1024]];
  const { minPx, maxPx, areaMinPx = 0 } = sizes;
  const all: [number, number][] = [
    [1024, 1024],
    [832, 1216],
    [1920, 2560],
    [maxPx, maxPx],
    [minPx, Math.min(maxPx, 16 * minPx)],
  ];
  return all.filter(([w, h]) => Math.min(w, h) >= minPx && Math.max(w, h) <= maxPx && w * h >= areaMinPx);
}

it.each(MODEL_LIST.models.map((model) => [model.id, model] as const))('%s', async (id, { capabilities }) => {
  const { provider, emulator } = await stage();
  const { sizes, referencesMax, referencesMin = 0 } = capabilities;
  const [face] = await makeReferences();
  const counts = new Set([referencesMin, Math.min(1, referencesMax), referencesMax]);
  for (const [width, height] of sizesOf(sizes))
    for (const count of counts) {
      const references = Array.from({ length: count }, () => face!);
      const request = plainRequest({ model: id, width, height, references, negativePrompt: 'text' });
      const { seedUsed } = await makeOne(provider, request, call);
      const paid = emulator.charges().at(-1)?.amountMicros ?? Infinity;
      expect(paid, `${width}x${height}, ${count}`).toBeLessThanOrEqual(provider.price(request)?.worstMicros ?? 0);
      if (capabilities.seed !== 'none') expect(seedUsed).toBe(request.seed);
    }
});
