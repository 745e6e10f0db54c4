import module from '../../src/providers/imagen.ts';
import { KEY, stage } from '../support/providers/gemini-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('imagen', {
  module,
  retiredModel: 'imagen-3.0-generate-002',
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      module,
      service: { apiKey: badKey ? 'another' : KEY, imagen: true },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [KEY],
  }),
});
