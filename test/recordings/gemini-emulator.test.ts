/** The emulated Gemini answers in the form of the real one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { FILTERED, FORBIDDEN, gemini, type GeminiOptions, NOTHING } from '../emulators/gemini.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recordingNames } from './recording.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Response>;

async function open(options: GeminiOptions = {}, key = 'good'): Promise<Ask> {
  const emulator = await startEmulator(gemini({ apiKey: 'good', ...options }));
  running.push(emulator);
  return (method, path, body) =>
    fetch(`${emulator.url}/v1beta${path}`, {
      method,
      headers: { 'x-goog-api-key': key, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

const PATH = '/models/gemini-nano-banana-2.1:generateContent';
const asked = (text: string): object => ({
  contents: [{ role: 'user', parts: [{ text }] }],
  generationConfig: { responseModalities: ['IMAGE'] },
});
const made = (text: string) => async (): Promise<Response> => (await open())('POST', PATH, asked(text));

const ERROR = ['error.code', 'error.status'];
const PICTURES = ['image-generated', 'image-with-words', 'image-prohibited', 'no-image'];

const COUNTERPARTS: Record<string, Counterpart> = {
  'image-generated': { produce: made('A cat.'), seen: PICTURES },
  'image-with-words': { produce: made('A cat.'), seen: PICTURES },
  'image-prohibited': {
    produce: made(FILTERED),
    seen: PICTURES,
    omits: ['createTime', 'usageMetadata.trafficType'],
  },
  'prompt-blocked': {
    produce: made(FORBIDDEN),
    seen: PICTURES,
    same: ['promptFeedback.blockReason'],
  },
  'no-image': { produce: made(NOTHING), seen: PICTURES },
  'key-refused': {
    produce: async () => (await open({}, 'bad'))('POST', PATH, asked('A cat.')),
    typed: [{ error: { details: [{ detail: 'as https://github.com/google/timesketch/pull/3703 tells it' }] } }],
    same: [...ERROR, 'error.message'],
  },
  'rate-limited': {
    produce: async () => {
      const ask = await open({ perMinute: 1 });
      await ask('POST', PATH, asked('A cat.'));
      return ask('POST', PATH, asked('A cat.'));
    },
    same: ERROR,
  },
  'model-not-found': {
    produce: async () => (await open())('POST', '/models/gemini-2.5-flash-image:generateContent', asked('A cat.')),
    same: ERROR,
  },
  models: {
    produce: async () => (await open({ imagen: true }))('GET', '/models'),
  },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = {
  'words-only': 'the emulated models never answer in words',
  'key-leaked': 'a key is good or not',
  'location-refused': 'the emulator is where we are',
  'quota-of-day': 'quotas are by the minute',
  overloaded: 'faults tell of it',
};

describe('the emulated Gemini', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('gemini', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('gemini'));
  });
});
