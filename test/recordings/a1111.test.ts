/** Recorded answers of AUTOMATIC1111, replayed to the provider, and the emulated ones held against them. */
import { afterEach, describe, expect, it } from 'vitest';
import { a1111, type A1111Options, TOO_LARGE } from '../emulators/a1111.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { providerAt } from '../support/providers/a1111-stage.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest } from '../support/providers/request.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const running: Emulator[] = [];
afterEach(closeReplays);
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

const CASES: Record<string, Outcome> = {
  'image-generated': { state: 'generated', image: { kind: 'bytes', bytes: PIXEL }, seedUsed: 3_183_299_004 },
  'out-of-memory': { failure: 'rejected', charged: 'no', status: 500 },
  'login-refused': { failure: 'unauthorized', charged: 'no', status: 401 },
  'model-unknown': { failure: 'rejected', charged: 'no', status: 404 },
};

async function emulated(fields: object, options: A1111Options = {}, path = '/txt2img'): Promise<Response> {
  const emulator = await startEmulator(a1111(options));
  running.push(emulator);
  if (path === '/progress') return fetch(`${emulator.url}/sdapi/v1/progress`);
  const sides = { width: 64, height: 64, seed: 1, batch_size: 1, n_iter: 1 };
  return fetch(`${emulator.url}/sdapi/v1${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ prompt: 'A cat.', ...sides, ...fields }),
  });
}

const EMULATED: Record<string, Counterpart> = {
  'image-generated': { produce: () => emulated({}), opaque: ['parameters'] },
  progress: { produce: () => emulated({}, {}, '/progress'), typed: [{ current_task: null }] },
  'out-of-memory': { produce: () => emulated({ prompt: TOO_LARGE }), same: ['error'] },
  'login-refused': { produce: () => emulated({}, { login: 'a:b' }), same: ['error'] },
  'model-unknown': { produce: () => emulated({ override_settings: { sd_model_checkpoint: 'x' } }), same: ['detail'] },
};

describe('an answer that AUTOMATIC1111 gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, outcome) => {
    const server = await startReplay({ POST: [recording('a1111', name)] });
    const provider = await providerAt(server.url);
    const request = plainRequest({ model: provider.defaultModel });
    expect(await outcomeOf(provider.submit(request, call))).toEqual(outcome);
  });

  it.each(Object.entries(EMULATED))('%s has the form that the emulator gives it', async (name, counterpart) => {
    expect(await unlike('a1111', name, counterpart)).toEqual([]);
  });

  it('is replayed or compared, every one of them', () => {
    expect(Object.keys(EMULATED).sort()).toEqual(recordingNames('a1111'));
  });
});
