import module from '../../src/providers/bfl.ts';
import { KEY, startBfl } from '../support/providers/bfl-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('bfl', {
  module,
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => {
    const { provider, emulator } = await startBfl({
      service: { key: badKey ? 'another' : KEY },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    });
    return { provider, emulator, secrets: [KEY], close: emulator.close };
  },
});
