import module from '../../src/providers/comfyui.ts';
import { stage } from '../support/providers/comfyui-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('comfyui', {
  module,
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      service: { refuses: badKey === true },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [],
  }),
});
