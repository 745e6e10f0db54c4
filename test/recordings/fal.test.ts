/** Recorded answers of fal, replayed to the provider: each leads to the right picture, id or failure. */
import { afterEach, describe, expect, it } from 'vitest';
import fal from '../../src/providers/fal.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest } from '../support/providers/request.ts';
import { type Outcome, outcomeOf } from './outcome.ts';
import { recordingNames } from './recording.ts';
import { queueReplay } from './queue-replay.ts';
import { closeReplays, startReplay } from './replay.ts';

afterEach(closeReplays);

const request = plainRequest({ model: 'fal-ai/flux-2' });
const WORK = 'fal-ai/fast-sdxl/requests/80e732af-660e-45cd-bd63-580e4f2a94cc';
const { of, providerAt, submitted, read } = queueReplay(fal, 'fal', { key: 'an-id:a-secret', request, remoteId: WORK });

/** The answer to a request to stop. */
async function stopped(name: string): Promise<Outcome> {
  const server = await startReplay({ PUT: [of(name)] });
  const provider = await providerAt(server.url);
  return outcomeOf((async () => ({ free: await provider.cancel?.(WORK, call) }))());
}

const picture = (url: string, more: Outcome = {}): Outcome => ({
  state: 'generated',
  image: { kind: 'url', url },
  ...more,
});
const running = { state: 'running', why: expect.any(String) as string };
const EXAMPLE = 'https://api.example.com/image.png';
const OUTPUT = 'https://storage.googleapis.com/falserverless/example_outputs/flux2_pro_edit_output.png';

const CASES: Record<string, [got: () => Promise<Outcome>, outcome: Outcome]> = {
  submitted: [() => submitted('submitted'), { state: 'accepted', remoteId: WORK }],
  'submitted-with-status': [
    () => submitted('submitted-with-status'),
    { state: 'accepted', remoteId: 'x/y/requests/req_123' },
  ],
  'key-refused': [() => submitted('key-refused'), { failure: 'unauthorized', charged: 'no', status: 401 }],
  'balance-exhausted': [() => submitted('balance-exhausted'), { failure: 'no-credit', charged: 'no', status: 403 }],
  'status-in-queue': [() => read('status-in-queue'), running],
  'status-in-progress': [() => read('status-in-progress', 'status-completed', 'result'), picture(EXAMPLE)],
  'status-completed': [() => read('status-completed', 'result'), picture(EXAMPLE)],
  result: [() => read('status-completed', 'result'), picture(EXAMPLE)],
  'result-with-seed': [
    () => read('status-completed', 'result-with-seed'),
    picture(OUTPUT, { seedUsed: 42, costMicros: 36_000, usage: { billable_units: 3, inference_time: undefined } }),
  ],
  'result-flagged': [() => read('status-completed', 'result-flagged'), { failure: 'refused', charged: 'yes' }],
  'result-flagged-other-name': [
    () => read('status-completed', 'result-flagged-other-name'),
    { failure: 'refused', charged: 'yes' },
  ],
  'content-policy': [
    () => read('status-completed', 'content-policy'),
    { failure: 'refused', charged: 'maybe', status: 422, code: 'content_policy_violation' },
  ],
  'input-invalid': [
    () => read('status-completed', 'input-invalid'),
    { failure: 'rejected', charged: 'maybe', status: 400, code: 'value_error' },
  ],
  'path-not-found': [
    () => read('status-completed', 'path-not-found'),
    { failure: 'rejected', charged: 'no', status: 404 },
  ],
  'result-timed-out': [() => read('status-completed', 'result-timed-out'), running],
  'status-runner-disconnected': [
    () => read('status-runner-disconnected'),
    { failure: 'unavailable', charged: 'no', code: 'runner_disconnected' },
  ],
  'status-request-timeout': [
    () => read('status-request-timeout'),
    { failure: 'timeout', charged: 'no', code: 'request_timeout' },
  ],
  'not-found': [() => read('not-found'), running],
  'removed-from-queue': [() => stopped('removed-from-queue'), { free: true }],
  'cancellation-requested': [() => stopped('cancellation-requested'), { free: false }],
  'already-completed': [() => stopped('already-completed'), { free: false }],
};

describe('an answer of fal', () => {
  it.each(Object.entries(CASES))('%s is understood', async (_name, [got, outcome]) => {
    expect(await got()).toEqual(outcome);
  });

  it('is tried for every recording', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('fal'));
  });
});
