import module from '../../src/providers/fal.ts';
import { KEY, startFal } from '../support/providers/fal-stage.ts';
import { describeProvider } from './conformance.ts';
import type { StartOptions, Started } from './conformance/subject.ts';

async function start({ faults, latencyMs, timeoutMs, badKey }: StartOptions): Promise<Started> {
  const { provider, emulator } = await startFal({
    service: { key: badKey ? 'another:key' : KEY },
    emulator: { ...(faults && { faults }), ...(latencyMs !== undefined && { latencyMs }) },
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
  return { provider, emulator, secrets: [KEY, ...KEY.split(':')], close: emulator.close };
}

describeProvider('fal', { module, start });
