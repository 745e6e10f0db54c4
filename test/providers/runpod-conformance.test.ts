import module from '../../src/providers/runpod.ts';
import { clearStage, COMFYUI, KEY, stage } from '../support/providers/runpod-stage.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';

const start =
  ({ service, provider: options }: { service?: object; provider?: object } = {}) =>
  async ({ faults, latencyMs, timeoutMs, badKey }: StartOptions): Promise<Started> => {
    const { provider, emulator } = await stage({
      service: { apiKey: badKey ? 'another' : KEY, ...service },
      provider: { ...options },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { provider, emulator, secrets: [KEY], close: clearStage };
  };

describeProvider('runpod', { module, start: start() });
const priced = { ...COMFYUI, provider: { ...COMFYUI.provider, priceUsd: 0.01 } };
describeProvider('runpod with worker-comfyui', { module, start: start(priced) });
