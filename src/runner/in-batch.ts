/** A provider as it is asked in batches: the same service at another price, with work that can be collected later. */
import type { JobSettings } from '../ledger/records.ts';
import type { BatchMode, Provider } from '../providers/provider.ts';
import type { ShotKind } from '../shot.ts';
import type { ReadyProvider } from './context.ts';

/** True for shots that go in a batch. The avatar never does: all others wait for it. */
export function isBatched({ batch }: Pick<JobSettings, 'batch'>, kind: ShotKind = 'gallery'): boolean {
  return batch === true && kind !== 'avatar';
}

/** Sends one request of a batch. */
export type SendInBatch = (batch: BatchMode) => Provider['submit'];

const nobodySends: SendInBatch = () => () => {
  throw new Error('a batch is sent by a run');
};

/** The provider as it is asked in batches; undefined: it takes none. */
export function inBatch(ready: ReadyProvider, sendWith: SendInBatch = nobodySends): ReadyProvider | undefined {
  const { batch } = ready.provider;
  if (!batch) return undefined;
  // What is learned of one way of asking says nothing of the other: another account for limits.
  return {
    ...ready,
    provider: { ...batch, submit: sendWith(batch) },
    scope: `${ready.scope}/batch`,
    intervalMs: 0,
  };
}

/** Who is asked for a shot of such a job: the provider, or its batches. */
export function makerOf(ready: ReadyProvider, settings: Pick<JobSettings, 'batch'>, kind?: ShotKind): ReadyProvider {
  return (isBatched(settings, kind) ? inBatch(ready) : undefined) ?? ready;
}
