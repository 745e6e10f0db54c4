/** The emulated OpenAI answers in the form of the real one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { FORBIDDEN, openai, type OpenAIOptions } from '../emulators/openai.ts';
import { makePicture } from '../emulators/picture.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { bodyOf, recordingNames } from './recording.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

type Ask = (method: 'GET' | 'POST', path: string, body?: object) => Promise<Response>;

async function open(options: OpenAIOptions = {}, key = 'good'): Promise<Ask> {
  const emulator = await startEmulator(openai({ apiKey: 'good', ...options }));
  running.push(emulator);
  return (method, path, body) =>
    fetch(`${emulator.url}/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

const plain = { model: 'gpt-image-2', prompt: 'A cat.', n: 1, size: '1024x1024', quality: 'low' };
const face = { image_url: `data:image/png;base64,${makePicture(16, 16, 'face').toString('base64')}` };
const background = {
  model: 'gpt-5.5',
  input: 'A cat.',
  background: true,
  store: true,
  tools: [{ type: 'image_generation', model: 'gpt-image-2', size: '1024x1024', quality: 'low' }],
};

const post = (path: string, body: object, options?: OpenAIOptions) => async (): Promise<Response> =>
  (await open(options))('POST', path, body);

/** Starts work in the background and does something with it. */
const later =
  (method: 'GET' | 'POST', suffix: string, options: OpenAIOptions = {}, body: object = background) =>
  async (): Promise<Response> => {
    const ask = await open(options);
    const { id } = (await (await ask('POST', '/responses', body)).json()) as { id: string };
    return ask(method, `/responses/${id}${suffix}`);
  };

const ERROR = ['error.type', 'error.code'];
const RESPONSES = ['response-completed', 'response-completed-png', 'background-completed-text', 'response-failed'];
/** What the package (openai 7.55, responses.d.ts) says besides, and no recording shows yet. */
const typed = [
  {
    tool_usage: {
      image_gen: (bodyOf('openai', 'image-generated') as Record<string, unknown>)['usage'],
      web_search: { num_requests: 0 },
    },
  },
];
const response = (produce: Counterpart['produce'], omits: readonly string[] = []): Counterpart => ({
  produce,
  seen: [...RESPONSES, 'background-queued'],
  typed,
  omits,
  opaque: ['metadata', 'tools'],
});

const COUNTERPARTS: Record<string, Counterpart> = {
  'image-generated': { produce: post('/images/generations', plain) },
  'image-edited': { produce: post('/images/edits', { ...plain, images: [face] }) },
  'image-edited-two-references': { produce: post('/images/edits', { ...plain, images: [face, face] }) },
  'image-edited-without-usage': {
    produce: post('/images/edits', { ...plain, images: [face] }),
    seen: ['image-edited'],
  },
  'stream-generated': { produce: post('/images/generations', { ...plain, stream: true, partial_images: 1 }) },
  'stream-generated-short': {
    produce: post('/images/generations', { ...plain, stream: true, partial_images: 1 }),
    seen: ['stream-generated'],
  },
  'stream-edited': {
    produce: post('/images/edits', { ...plain, stream: true, partial_images: 1, images: [face] }),
  },
  'image-invalid': {
    produce: post('/images/edits', { ...plain, images: [{ image_url: 'data:image/png;base64,AAAA' }] }),
    same: ERROR,
  },
  'parameter-unknown': { produce: post('/images/generations', { ...plain, response_format: 'url' }), same: ERROR },
  'moderation-blocked': { produce: post('/images/generations', { ...plain, prompt: FORBIDDEN }), same: ERROR },
  'key-refused': { produce: async () => (await open({}, 'bad'))('POST', '/responses', background), same: ERROR },
  'model-not-found': {
    produce: post('/responses', { ...background, model: 'gpt-image-2' }),
    same: [...ERROR, 'error.param'],
  },
  'quota-exceeded': { produce: post('/responses', background, { creditMicros: 0 }), same: ERROR },
  'rate-limited': {
    produce: async () => {
      const ask = await open({ perMinute: 1 });
      await ask('POST', '/images/generations', plain);
      return ask('POST', '/images/generations', plain);
    },
    seen: ['quota-exceeded'],
  },
  'background-queued': response(post('/responses', background, { queueMs: 60_000 })),
  'background-in-progress': response(later('GET', '', { queueMs: 60_000 })),
  'response-completed': response(later('GET', '')),
  'response-completed-png': response(later('GET', ''), ['billing']),
  'response-failed': response(later('GET', '', {}, { ...background, input: FORBIDDEN }), ['reasoning_effort']),
  'response-failed-quota': response(later('GET', '', {}, { ...background, input: FORBIDDEN })),
  'response-cancelled': response(later('POST', '/cancel', { queueMs: 60_000 })),
  models: { produce: async () => (await open())('GET', '/models') },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = {
  'organization-unverified': 'every account is verified',
  'billing-limit': 'credit ends as a quota',
  'billing-limit-as-user-error': 'credit ends as a quota',
  'background-completed-text': 'the emulated text model always calls the tool',
  'response-incomplete': 'the emulated text model always comes to its end',
};

describe('the emulated OpenAI', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('openai', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('openai'));
  });

  it('is found out when it answers in another situation', async () => {
    const wrong = { ...COUNTERPARTS['image-generated'], produce: post('/images/generations', { ...plain, n: 0 }) };
    expect(await unlike('openai', 'image-generated', wrong)).toContain('status: emulated 400, really 200');
    const other = {
      ...COUNTERPARTS['image-invalid'],
      produce: post('/images/edits', { ...plain, images: [] }),
      same: ERROR,
    };
    expect(await unlike('openai', 'image-invalid', other)).toContain(
      'error.code: emulated missing_required_parameter, really invalid_image_file',
    );
  });
});
