/** Recorded answers of Imagen, replayed to the provider, and the emulated ones held against them. */
import { afterEach, describe, expect, it } from 'vitest';
import imagen from '../../src/providers/imagen.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { FILTERED, gemini } from '../emulators/gemini.ts';
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
  'image-generated': { state: 'generated', image: { kind: 'bytes', bytes: PIXEL } },
  // It says itself that it does not charge.
  'image-filtered': { failure: 'refused', charged: 'no', code: 'filtered' },
  'not-billed': { failure: 'no-credit', charged: 'no', status: 400, code: 'INVALID_ARGUMENT' },
  'model-gone': { failure: 'rejected', charged: 'no', status: 404, code: 'NOT_FOUND' },
};

/** The emulator's answers in the same situations; it has no accounts without billing. */
const EMULATED: Record<string, { model?: string; prompt?: string }> = {
  'image-generated': {},
  'image-filtered': { prompt: FILTERED },
  'model-gone': { model: 'imagen-3.0-generate-002' },
};

async function emulated({ model = 'imagen-4.0-generate-001', prompt = 'A cat.' }): Promise<Response> {
  const emulator = await startEmulator(gemini({ imagen: true }));
  running.push(emulator);
  return fetch(`${emulator.url}/v1beta/models/${model}:predict`, {
    method: 'POST',
    headers: { 'x-goog-api-key': 'any', 'content-type': 'application/json' },
    body: JSON.stringify({ instances: [{ prompt }], parameters: { sampleCount: 1 } }),
  });
}

describe('an answer that Imagen gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, outcome) => {
    const server = await startReplay({ POST: [recording('imagen', name)] });
    const provider = await imagen.create({
      options: { baseUrl: server.url },
      keyVariables: ['GEMINI_API_KEY'],
      env: { GEMINI_API_KEY: 'canary-gemini-key-0123456789' },
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 10_000,
    });
    const request = plainRequest({ model: provider.defaultModel });
    expect(await outcomeOf(provider.submit(request, call))).toEqual(outcome);
  });

  it.each(Object.entries(EMULATED))('%s has the form that the emulator gives it', async (name, asked) => {
    expect(await unlike('imagen', name, { produce: () => emulated(asked) })).toEqual([]);
  });

  it('is replayed, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('imagen'));
  });
});
