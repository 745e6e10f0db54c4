/** Recorded answers of LocalAI, replayed to the provider, and the emulated ones held against them. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { BREAKING, localai } from '../emulators/localai.ts';
import { providerAt } from '../support/providers/localai-stage.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest } from '../support/providers/request.ts';
import { unlike } from './counterpart.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const running: Emulator[] = [];
afterEach(closeReplays);
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

const CASES: Record<string, Outcome> = {
  'image-as-text': { state: 'generated', image: { kind: 'bytes', bytes: PIXEL } },
  'image-as-url': {
    state: 'generated',
    image: { kind: 'url', url: 'http://localai.local:8080/generated-images/b64431666173.png' },
    // What the answer's clock said.
    sent: { answeredMs: 1_762_267_810_000 },
  },
  'backend-failed': { failure: 'unavailable', charged: 'no', status: 500 },
  'field-refused': { failure: 'unavailable', charged: 'no', status: 500 },
  'key-refused': { failure: 'unauthorized', charged: 'no', status: 401 },
};

async function emulated(fields: object, service: Parameters<typeof localai>[0] = {}): Promise<Response> {
  const emulator = await startEmulator(localai(service));
  running.push(emulator);
  return fetch(`${emulator.url}/v1/images/generations`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model: 'stablediffusion', prompt: 'A cat.', size: '64x64', ...fields }),
  });
}

const EMULATED: Record<string, () => Promise<Response>> = {
  'image-as-text': () => emulated({ response_format: 'b64_json' }),
  'image-as-url': () => emulated({}),
  'backend-failed': () => emulated({ prompt: BREAKING }),
  'field-refused': () => emulated({ size: 'large' }),
  'key-refused': () => emulated({}, { apiKey: 'good' }),
};

describe('an answer that LocalAI gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, outcome) => {
    const server = await startReplay({ POST: [recording('openai-compatible', name)] });
    const provider = await providerAt(`${server.url}/v1`);
    const request = plainRequest({ model: provider.defaultModel });
    expect(await outcomeOf(provider.submit(request, call))).toEqual(outcome);
  });

  it.each(Object.entries(EMULATED))('%s has the form that the emulator gives it', async (name, produce) => {
    expect(await unlike('openai-compatible', name, { produce })).toEqual([]);
  });

  it('is replayed, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('openai-compatible'));
  });
});
