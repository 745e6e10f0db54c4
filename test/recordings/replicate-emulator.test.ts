/** The emulated Replicate answers in the form of the real one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { REFUSED_WORD } from '../emulators/replicate/create.ts';
import { replicate } from '../emulators/replicate.ts';
import type { ReplicateOptions } from '../emulators/replicate/options.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recordingNames } from './recording.ts';

const running: Emulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

type Ask = (method: 'GET' | 'POST', path: string, body?: object, headers?: Record<string, string>) => Promise<Response>;

/** An emulator whose clock goes on by what `wait` says. */
interface Opened {
  ask: Ask;
  wait: (ms: number) => void;
}

async function open(options: ReplicateOptions = {}, token = 'good', latencyMs = 0): Promise<Opened> {
  let nowMs = Date.now();
  const emulator = await startEmulator(replicate({ token: 'good', ...options }), { now: () => nowMs, latencyMs });
  running.push(emulator);
  const ask: Ask = (method, path, body, headers = {}) =>
    fetch(path.startsWith('http') ? path : `${emulator.url}/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined || body instanceof FormData ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: body instanceof FormData ? body : JSON.stringify(body) }),
    });
  return { ask, wait: (ms) => (nowMs += ms) };
}

const [FLUX, ONE_PICTURE, OTHERS] = [
  '/models/black-forest-labs/flux-dev',
  '/models/black-forest-labs/flux-1.1-pro',
  '/models/someone/portrait-lora',
];
const VERSION = 'a'.repeat(64);
const input = { prompt: 'a cat' };

const get = (path: string, token?: string) => async (): Promise<Response> => (await open({}, token)).ask('GET', path);

const post = (path: string, body: object, options?: ReplicateOptions) => async (): Promise<Response> =>
  (await open(options)).ask('POST', path, body);

/** How a prediction is made and when it is looked at. */
interface Look {
  model?: string;
  prompt?: string;
  options?: ReplicateOptions;
  latencyMs?: number;
  afterMs?: number;
  headers?: Record<string, string>;
  /** Stop it rather than look at it. */
  cancel?: boolean;
}

const look =
  ({ model = FLUX, prompt = 'a cat', options, latencyMs, afterMs = 0, headers, cancel }: Look = {}) =>
  async (): Promise<Response> => {
    const { ask, wait } = await open(options, 'good', latencyMs);
    const made = await ask('POST', `${model}/predictions`, { input: { prompt } }, headers);
    const { id } = (await made.json()) as { id: string };
    wait(afterMs);
    return cancel ? ask('POST', `/predictions/${id}/cancel`) : ask('GET', `/predictions/${id}`);
  };

const file = (suffix: (id: string) => string | undefined) => async (): Promise<Response> => {
  const { ask } = await open();
  const form = new FormData();
  form.append('content', new File(['bytes'], 'face.png', { type: 'image/png' }));
  const made = await ask('POST', '/files', form);
  const path = suffix(((await made.clone().json()) as { id: string }).id);
  return path === undefined ? made : ask('GET', path);
};

const listOf = (count: number, pageSize: number) => async (): Promise<Response> => {
  const { ask } = await open({ pageSize });
  for (let made = 0; made < count; made++) await ask('POST', `${ONE_PICTURE}/predictions`, { input });
  return ask('GET', '/predictions');
};

/** Recordings of predictions are years apart: what any of them tells is told. */
const SEEN = ['prediction-succeeded-text', 'prediction-succeeded', 'prediction-succeeded-one-picture'];
/** What the API description says besides, and no recording shows. */
const DEADLINE = { deadline: '2026-01-01T00:00:00Z' };
const METRICS = { results: [{ metrics: { total_time: 1 } }] };
const prediction = (produce: Counterpart['produce'], omits: readonly string[] = []): Counterpart => ({
  produce,
  seen: [...SEEN, 'prediction-failed-nsfw'],
  typed: [DEADLINE],
  omits,
  opaque: ['input'],
});
const schema = 'latest_version.openapi_schema.components.schemas';
const model = (path: string): Counterpart => ({
  produce: get(path),
  seen: ['model', 'model-without-version', 'model-flux-kontext'],
  opaque: [schema, 'default_example'],
});
const throttled: Counterpart = {
  produce: async () => {
    const { ask } = await open({ limit: { perMinute: 6, burst: 1 } });
    await ask('POST', `${FLUX}/predictions`, { input });
    return ask('POST', `${FLUX}/predictions`, { input });
  },
};
const invalid = (body: object): Counterpart => ({ produce: post(`${FLUX}/predictions`, body), same: ['title'] });

const COUNTERPARTS: Record<string, Counterpart> = {
  account: { produce: get('/account') },
  model: model(OTHERS),
  'model-nano-banana': model(FLUX),
  'model-flux-kontext': model(FLUX),
  version: { produce: get(`${OTHERS}/versions/${VERSION}`), opaque: ['openapi_schema.components.schemas'] },
  'file-created': { produce: file(() => undefined), opaque: ['metadata'] },
  file: { produce: file((id) => `/files/${id}`), opaque: ['metadata'] },
  files: { produce: file(() => '/files'), opaque: ['results[].metadata'] },
  'prediction-starting': prediction(post('/predictions', { version: VERSION, input }, { queueMs: 60_000 })),
  'prediction-starting-by-model': prediction(post(`${FLUX}/predictions`, { input }, { queueMs: 60_000 })),
  'prediction-processing': prediction(look({ latencyMs: 60_000 })),
  'prediction-processing-with-logs': prediction(look({ latencyMs: 60_000 })),
  'prediction-succeeded': prediction(look()),
  'prediction-succeeded-one-picture': prediction(look({ model: ONE_PICTURE }), ['metrics.image_count', 'urls.stream']),
  'prediction-succeeded-without-seed': prediction(look({ model: ONE_PICTURE }), ['urls.stream']),
  'prediction-succeeded-text': prediction(look({ model: ONE_PICTURE })),
  'prediction-data-removed': prediction(look({ options: { expireMs: 1000 }, afterMs: 2000 })),
  'prediction-failed-nsfw': prediction(look({ prompt: REFUSED_WORD })),
  'prediction-failed-sensitive': prediction(look({ prompt: 'FAIL(flagged as sensitive (E005)' })),
  'prediction-failed-memory': prediction(look({ prompt: 'FAIL(E1001)' })),
  'prediction-failed-in-passing': prediction(look({ prompt: "FAIL(KeyError: 'sample')" })),
  'prediction-canceled': prediction(look({ latencyMs: 60_000, cancel: true }), ['webhook_completed']),
  'prediction-aborted': prediction(
    look({ options: { queueMs: 60_000 }, headers: { 'cancel-after': '5s' }, afterMs: 6000 }),
  ),
  predictions: { produce: listOf(1, 100), typed: [METRICS], opaque: ['results[].input'] },
  'predictions-with-cursor': {
    produce: listOf(3, 2),
    seen: ['predictions'],
    typed: [METRICS],
    opaque: ['results[].input'],
  },
  'key-refused': { produce: get('/account', 'bad'), same: ['title', 'detail', 'status'] },
  'credit-exhausted': {
    produce: post(`${FLUX}/predictions`, { input }, { creditMicros: 0 }),
    same: ['title', 'status'],
  },
  'not-found': { produce: get('/predictions/none'), seen: ['key-refused'] },
  'input-invalid': invalid({ input: { ...input, output_format: 'gif' } }),
  'input-incomplete': invalid({ input: { num_inference_steps: 51 } }),
  'body-invalid': invalid({ input, model: 'someone/portrait-lora' }),
  'version-not-permitted': {
    produce: post('/predictions', { version: 'f'.repeat(64), input }),
    same: ['title', 'detail', 'status'],
  },
  throttled,
  'throttled-low-credit': throttled,
  'throttled-with-header': { ...throttled, seen: ['throttled'] },
  'server-error': {
    produce: async () => {
      const faults = [{ on: 'submit', kind: 'status' as const, status: 500 }];
      const emulator = await startEmulator(replicate(), { faults });
      running.push(emulator);
      return fetch(`${emulator.url}/v1${FLUX}/predictions`, { method: 'POST' });
    },
  },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = {
  'model-without-version': 'every emulated model has a version',
  'prediction-blocking': 'asked to wait, the emulator holds its answer until the work has ended',
};

describe('the emulated Replicate', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('replicate', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('replicate'));
  });

  it('is found out when it answers in another situation', async () => {
    const found = await unlike('replicate', 'prediction-failed-nsfw', { produce: look(), opaque: ['input'] });
    expect(found).toContain('error: emulated as null, really string');
    expect(await unlike('replicate', 'file', prediction(look()))).not.toEqual([]);
  });
});
