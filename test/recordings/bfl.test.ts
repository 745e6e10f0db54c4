/** Recorded answers of Black Forest Labs, replayed to the provider: each leads to the right picture, id or failure. */
import { afterEach, describe, expect, it } from 'vitest';
import bfl from '../../src/providers/bfl.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest } from '../support/providers/request.ts';
import type { Outcome } from './outcome.ts';
import { recordingNames } from './recording.ts';
import { queueReplay } from './queue-replay.ts';
import { closeReplays, startReplay } from './replay.ts';

afterEach(closeReplays);

const request = plainRequest({ model: 'flux-2-pro' });
const { of, providerAt, submitted, read } = queueReplay(bfl, 'bfl', { key: 'a-key', request, remoteId: 'an-id' });

async function checked(name: string): Promise<Outcome> {
  const server = await startReplay({ GET: [of(name)] });
  return { ...(await (await providerAt(server.url)).check(call)) };
}

const accepted = (remoteId: string, sent: Outcome = {}): Outcome => ({ state: 'accepted', remoteId, sent });
const picture = (name: string, more: Outcome): Outcome => ({
  state: 'generated',
  image: { kind: 'url', url: (of(name).body as { result: { sample: string } }).result.sample },
  ...more,
});
const running = { state: 'running', why: expect.any(String) as string };
const REGIONAL = 'b5b6d620-798f-4eee-b782-c7be269692f1';

/** The base URL is a loopback address here, so that no region is asked. */
const CASES: Record<string, [got: () => Promise<Outcome>, outcome: Outcome]> = {
  submitted: [() => submitted('submitted'), accepted('gen_abc123xyz')],
  'submitted-in-region': [() => submitted('submitted-in-region'), accepted(REGIONAL)],
  'submitted-with-cost': [
    () => submitted('submitted-with-cost'),
    accepted('req-123', { cost: 0.08, input_mp: 1.5, output_mp: 2 }),
  ],
  'submitted-without-cost': [() => submitted('submitted-without-cost'), accepted('7b32ef80')],
  pending: [() => read('pending'), running],
  'pending-short': [() => read('pending-short'), running],
  ready: [
    () => read('pending', 'ready'),
    picture('ready', { seedUsed: 1_752_479_754_028, usage: { duration: 6.528994798660278 } }),
  ],
  'ready-with-cost': [
    () => read('ready-with-cost'),
    picture('ready-with-cost', {
      seedUsed: 3_744_260_447,
      costMicros: 740_000,
      usage: { cost: 74, duration: 45.17 },
    }),
  ],
  'ready-as-state': [() => read('ready-as-state'), picture('ready-as-state', { usage: { duration: null } })],
  'ready-without-picture': [() => read('ready-without-picture'), running],
  'content-moderated': [
    () => read('content-moderated'),
    { failure: 'refused', charged: 'maybe', code: 'Content Moderated' },
  ],
  'request-moderated': [
    () => read('request-moderated'),
    { failure: 'refused', charged: 'maybe', code: 'Request Moderated' },
  ],
  'task-error': [() => read('task-error'), { failure: 'unavailable', charged: 'maybe', code: 'Error' }],
  'task-not-found': [() => read('task-not-found'), running],
  'input-invalid': [
    () => submitted('input-invalid'),
    { failure: 'rejected', charged: 'no', status: 422, code: 'less_than_equal' },
  ],
  'key-malformed': [() => submitted('key-malformed'), { failure: 'unauthorized', charged: 'no', status: 422 }],
  'key-refused': [() => submitted('key-refused'), { failure: 'unauthorized', charged: 'no', status: 403 }],
  'model-unknown': [() => submitted('model-unknown'), { failure: 'rejected', charged: 'no', status: 404 }],
  credits: [() => checked('credits'), { ok: true, message: 'the key is good (120.5 credits left)' }],
  'credits-insufficient': [
    () => submitted('credits-insufficient'),
    { failure: 'no-credit', charged: 'no', status: 402 },
  ],
  'rate-limited': [() => submitted('rate-limited'), { failure: 'rate-limited', charged: 'no', status: 429 }],
};

describe('an answer of Black Forest Labs', () => {
  it.each(Object.entries(CASES))('%s is understood', async (_name, [got, outcome]) => {
    expect(await got()).toEqual(outcome);
  });

  it('is tried for every recording', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('bfl'));
  });
});
