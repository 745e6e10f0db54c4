import module from '../../src/providers/a1111.ts';
import { LOGIN, stage } from '../support/providers/a1111-stage.ts';
import { describeProvider } from './conformance.ts';

describeProvider('a1111', {
  module,
  start: async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      options: { reference: 'repaint' },
      service: badKey ? { login: 'another:one' } : {},
      env: badKey ? { A1111_API_AUTH: LOGIN } : {},
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [LOGIN, Buffer.from(LOGIN).toString('base64')],
  }),
});
