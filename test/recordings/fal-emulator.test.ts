/** The emulated fal answers in the form of the real one. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { startEmulator } from '../emulators/emulator.ts';
import { fal, type FalOptions } from '../emulators/fal.ts';
import { FLAGGED_WORD, REFUSED_WORD } from '../emulators/fal/request.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recordingNames } from './recording.ts';

type Ask = (method: string, path: string, body?: object) => Promise<Response>;

async function open(options: FalOptions = {}, { latencyMs = 0, key = 'good:key' } = {}): Promise<Ask> {
  const emulator = await startEmulator(fal({ key: 'good:key', ...options }), { latencyMs });
  onTestFinished(emulator.close);
  return (method, path, body) =>
    fetch(path.startsWith('http') ? path : `${emulator.url}${path}`, {
      method,
      headers: { authorization: `Key ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
}

const MODEL = '/fal-ai/flux-2';
const LATER = { latencyMs: 60_000 };

/** The answer at one of the addresses of a request. */
async function at(
  name: 'status_url' | 'response_url' | 'cancel_url',
  how: { prompt?: string; path?: string; options?: FalOptions; latencyMs?: number } = {},
): Promise<Response> {
  const { prompt = 'A cat.', path = MODEL, options, latencyMs = 0 } = how;
  const ask = await open(options, { latencyMs });
  const addresses = (await (await ask('POST', path, { prompt })).json()) as Record<string, string>;
  return ask(name === 'cancel_url' ? 'PUT' : 'GET', addresses[name] ?? '');
}

const STATUS = { seen: ['submitted-with-status', 'status-in-queue', 'status-in-progress'] };
const RESULTS = { seen: ['result', 'result-with-seed', 'result-flagged'] };
const TYPED = [{ timings: { inference: 1 }, metrics: { inference_time: 1 }, logs: null }];

const COUNTERPARTS: Record<string, Counterpart> = {
  submitted: { produce: async () => (await open())('POST', MODEL, { prompt: 'A cat.' }), ...STATUS, typed: TYPED },
  'submitted-with-status': {
    produce: async () => (await open())('POST', MODEL, { prompt: 'A cat.' }),
    ...STATUS,
    typed: TYPED,
    same: ['status'],
  },
  'status-in-queue': {
    produce: () => at('status_url', { options: { queueMs: 60_000 } }),
    seen: ['submitted'],
    same: ['status'],
  },
  'status-completed': { produce: () => at('status_url'), seen: ['submitted'], typed: TYPED, same: ['status'] },
  'status-runner-disconnected': {
    produce: () => at('status_url', { prompt: 'BROKEN(runner_disconnected)' }),
    seen: ['submitted'],
    typed: TYPED,
    same: ['status', 'error_type'],
  },
  'status-request-timeout': {
    produce: () => at('status_url', { prompt: 'BROKEN(request_timeout)' }),
    seen: ['submitted'],
    same: ['status', 'error_type'],
  },
  result: { produce: () => at('response_url'), ...RESULTS, typed: TYPED },
  'result-with-seed': { produce: () => at('response_url', { path: '/fal-ai/flux-2-pro' }), ...RESULTS },
  'result-flagged': {
    produce: () => at('response_url', { prompt: FLAGGED_WORD }),
    ...RESULTS,
    typed: TYPED,
    omits: ['images[].file_size', 'images[].file_name'],
  },
  'content-policy': {
    produce: () => at('response_url', { prompt: REFUSED_WORD }),
    omits: ['detail[].input.image_url'],
    same: ['detail.0.type', 'detail.0.msg'],
  },
  'path-not-found': { produce: () => at('response_url', { path: '/fal-ai/flux-2-pro/other' }) },
  'not-found': {
    produce: async () => (await open())('PUT', `${MODEL}/requests/nobodys/cancel`),
    same: ['status'],
  },
  'removed-from-queue': { produce: () => at('cancel_url', { options: { queueMs: 60_000 } }), same: ['status'] },
  'cancellation-requested': { produce: () => at('cancel_url', LATER), same: ['status'] },
  'already-completed': { produce: () => at('cancel_url'), same: ['status'] },
  'key-refused': {
    produce: async () => (await open({}, { key: 'bad:key' }))('POST', MODEL, { prompt: 'A cat.' }),
    same: ['detail'],
  },
  'balance-exhausted': {
    produce: async () => (await open({ exhausted: true }))('POST', MODEL, { prompt: 'A cat.' }),
    same: ['detail'],
  },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = {
  'status-in-progress': 'it writes no logs',
  'input-invalid': 'its models list what is wrong under 422, as FastAPI does',
  'result-flagged-other-name': 'its models have the newer name',
  'result-timed-out': 'its status says it, so nobody asks for the result',
};

describe('the emulated fal', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('fal', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('fal'));
  });
});
