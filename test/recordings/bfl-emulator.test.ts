/** The emulated Black Forest Labs answers in the form of the real one. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { bfl, type BflOptions, FAILED_WORD, FLAGGED_WORD, REFUSED_WORD } from '../emulators/bfl.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recordingNames } from './recording.ts';

interface How {
  options?: BflOptions;
  latencyMs?: number;
  key?: string;
  path?: string;
  body?: object;
}

/** The answer to a request. */
async function submitted(how: How = {}): Promise<Response> {
  return (await open(how)).submit();
}

async function open({ options, latencyMs = 0, key = 'good', path = '/v1/flux-2-pro', body }: How) {
  const emulator = await startEmulator(bfl({ key: 'good', ...options }), { latencyMs });
  onTestFinished(emulator.close);
  const headers = { 'x-key': key, 'content-type': 'application/json' };
  const get = (url: string): Promise<Response> => fetch(url.replace(/^\//, `${emulator.url}/`), { headers });
  const submit = (): Promise<Response> =>
    fetch(`${emulator.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body ?? { prompt: 'A cat.' }) });
  return { get, submit };
}

/** The answer of the address that a request was given. */
async function polled(how: How = {}): Promise<Response> {
  const { get, submit } = await open(how);
  return get(((await (await submit()).json()) as { polling_url: string }).polling_url);
}

const SUBMITTED = { seen: ['submitted-with-cost'] };
const TASK = { seen: ['pending', 'ready', 'ready-with-cost'] };
const prompt = (text: string): How => ({ body: { prompt: text } });
const LATER = { latencyMs: 60_000 };

const COUNTERPARTS: Record<string, Counterpart> = {
  submitted: { produce: () => submitted(), ...SUBMITTED },
  'submitted-in-region': { produce: () => submitted(), ...SUBMITTED },
  'submitted-with-cost': { produce: () => submitted() },
  'submitted-without-cost': { produce: () => submitted({ options: { hidesCost: true } }) },
  pending: { produce: () => polled(LATER), same: ['status'] },
  'pending-short': { produce: () => polled(LATER), ...TASK, same: ['status'] },
  ready: { produce: () => polled(), same: ['status'] },
  'ready-with-cost': { produce: () => polled({ options: { hidesCost: true } }), ...TASK, same: ['status'] },
  'content-moderated': {
    produce: () => polled(prompt(FLAGGED_WORD)),
    ...TASK,
    same: ['status', 'details.Moderation Reasons.0'],
  },
  'request-moderated': { produce: () => polled(prompt(REFUSED_WORD)), ...TASK, same: ['status'] },
  'task-not-found': {
    produce: async () => (await open({})).get('/v1/get_result?id=nobodys'),
    ...TASK,
    same: ['status'],
  },
  'input-invalid': {
    produce: () => submitted({ body: { prompt: 'A cat.', width: 5 } }),
    omits: ['detail[].ctx'],
  },
  'key-refused': { produce: () => submitted({ key: 'bad' }), same: ['detail'] },
  'model-unknown': { produce: () => submitted({ path: '/v1/bad-model' }), same: ['detail'] },
  credits: { produce: async () => (await open({})).get('/v1/credits') },
  'credits-insufficient': { produce: () => submitted({ options: { creditMicros: 1 } }), same: ['detail'] },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = {
  'ready-as-state': 'it has the newer name of the field',
  'ready-without-picture': 'its pictures are there when they are ready',
  'task-error': `its details are an object (${FAILED_WORD})`,
  'key-malformed': 'a key is good or not',
  'rate-limited': 'the words are those of a guide; it answers 429 as the API answers its other errors',
};

describe('the emulated Black Forest Labs', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('bfl', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('bfl'));
  });
});
