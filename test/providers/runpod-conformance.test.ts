import module from '../../src/providers/runpod.ts';
import { clearStage, KEY, stage } from '../support/providers/runpod-stage.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';

const start = async ({ faults, latencyMs, timeoutMs, badKey }: StartOptions): Promise<Started> => {
  const { provider, emulator } = await stage({
    service: { apiKey: badKey ? 'another' : KEY },
    emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { provider, emulator, secrets: [KEY], close: clearStage };
};

describeProvider('runpod', { module, start });
