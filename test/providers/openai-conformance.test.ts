import module from '../../src/providers/openai.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';
import { KEY, stage } from '../support/providers/openai-stage.ts';

function starter(options: Record<string, unknown>): (how: StartOptions) => Promise<Started> {
  return async ({ faults, latencyMs, timeoutMs, badKey }) => ({
    ...(await stage({
      options,
      service: { apiKey: badKey ? 'another' : KEY },
      emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
      ...(timeoutMs !== undefined && { timeoutMs }),
    })),
    secrets: [KEY],
  });
}

describeProvider('openai', { module, start: starter({}), retiredModel: 'dall-e-3' });
describeProvider('openai (streaming)', {
  module,
  start: starter({ stream: true, partialImages: 2 }),
  retiredModel: 'gpt-image-1',
});
describeProvider('openai (background)', { module, start: starter({ background: true }), retiredModel: 'dall-e-2' });
