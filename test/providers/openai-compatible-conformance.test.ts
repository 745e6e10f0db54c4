import module from '../../src/providers/openai-compatible.ts';
import { KEY, stage } from '../support/providers/localai-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('openai-compatible', {
  module,
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      options: { takes: ['seed', 'ref_images'] },
      service: badKey ? { apiKey: 'another' } : {},
      env: badKey ? { OPENAI_COMPATIBLE_API_KEY: KEY } : {},
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [KEY],
  }),
});
