import module from '../../src/providers/gemini.ts';
import { KEY, stage } from '../support/providers/gemini-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('gemini', {
  module,
  retiredModel: 'gemini-2.5-flash-image',
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      service: { apiKey: badKey ? 'another' : KEY },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [KEY],
  }),
});
