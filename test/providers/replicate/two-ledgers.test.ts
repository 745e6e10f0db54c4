/** The same picture asked for by two ledgers on one account: a look-up takes the prediction of its own request. */
import { afterEach, expect, it } from 'vitest';
import { accepted, call, clearStage, lost, stage } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

const SENT_MS = Date.now() - 60_000;

it.each([
  ['a later one of another ledger', [200, 9_000], 0],
  ['an earlier one of another ledger', [-9_000, 300], 1],
  ['earlier and later ones', [-20_000, 150, 20_000], 1],
  ['two before, by a clock that was wrong', [-40_000, -30_000], 1],
])('beside %s', async (_, offsets, ours) => {
  const { provider, service } = await stage();
  const ids: string[] = [];
  for (const offsetMs of offsets) {
    const id = await accepted(provider);
    const prediction = service.predictions.get(id);
    if (prediction) prediction.createdMs = SENT_MS + offsetMs;
    ids.push(id);
  }
  const finding = await provider.find?.(lost({ sentAtMs: SENT_MS }), call());
  expect(finding).toEqual({ state: 'found', remoteId: ids[ours], fitting: offsets.length });
});
