/** A provider's batches as a provider of their own: each request is a batch of one. */
import { randomUUID } from 'node:crypto';
import type { Provider } from '../../../src/providers/provider.ts';

/** What `submit` of a run would do with a single request. */
export function asBatches({ batch }: Provider): Provider {
  if (!batch) throw new Error('it takes no batches');
  return {
    ...batch,
    submit: async (request, call) => {
      const line = await batch.lineFor(request, call);
      const { batchId } = await batch.send([line], randomUUID(), call);
      return { state: 'accepted', remoteId: `${batchId}/${request.attemptKey}` };
    },
  };
}
