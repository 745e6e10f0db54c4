import module from '../../src/providers/replicate.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';
import { stage, TOKEN } from '../support/providers/replicate-stage.ts';

function starter(options: Record<string, unknown>): (how: StartOptions) => Promise<Started> {
  return async ({ faults, latencyMs, timeoutMs, badKey }) => {
    const { provider, emulator } = await stage({
      provider: options,
      service: { token: badKey ? 'another' : TOKEN },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { provider, emulator, secrets: [TOKEN], close: emulator.close };
  };
}

describeProvider('replicate', { module, start: starter({}) });
describeProvider('replicate (references in a list, price from the config)', {
  module,
  start: starter({ priceUsd: 0.05 }),
  request: { model: 'black-forest-labs/flux-2-pro' },
});
describeProvider('replicate (a model of others)', {
  module,
  start: starter({ priceUsd: 0.05 }),
  request: { model: 'someone/portrait-lora' },
});
