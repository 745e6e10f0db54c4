import module from '../../src/providers/gemini.ts';
import { asBatches } from '../support/providers/batch-provider.ts';
import { KEY, stage } from '../support/providers/gemini-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('gemini (batches)', {
  module,
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => {
    const started = await stage({
      service: { apiKey: badKey ? 'another' : KEY },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { ...started, provider: asBatches(started.provider), secrets: [KEY] };
  },
});
