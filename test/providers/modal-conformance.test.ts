import module from '../../src/providers/modal.ts';
import { clearStage, stage, TOKEN } from '../support/providers/modal-stage.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';

function starter(pattern: 'job' | 'plain'): (how: StartOptions) => Promise<Started> {
  return async ({ faults, latencyMs, timeoutMs, badKey }) => {
    const { provider, emulator } = await stage({
      pattern,
      provider: { referencesMax: 1 },
      service: { token: badKey ? { key: 'another', secret: 'another' } : TOKEN },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { provider, emulator, secrets: [TOKEN.key, TOKEN.secret], close: clearStage };
  };
}

describeProvider('modal (jobs)', { module, start: starter('job') });
describeProvider('modal (one request)', { module, start: starter('plain') });
