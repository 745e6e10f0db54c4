/** Recorded answers of Gemini, replayed to the provider: each leads to the right picture or failure. */
import { afterEach, describe, expect, it } from 'vitest';
import gemini from '../../src/providers/gemini.ts';
import type { Provider } from '../../src/providers/provider.ts';
import { call } from '../support/providers/openai-request.ts';
import { plainRequest } from '../support/providers/request.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

afterEach(closeReplays);

interface Case {
  outcome: Outcome;
  model?: string;
}

const usage = (name: string): unknown => (recording('gemini', name).body as Record<string, unknown>)['usageMetadata'];
const made = (name: string, costMicros: number): Outcome => ({
  state: 'generated',
  image: { kind: 'bytes', bytes: PIXEL },
  usage: usage(name),
  costMicros,
});
const failed = (failure: string, more: Outcome): Outcome => ({ failure, charged: 'no', ...more });

const CASES: Record<string, Case> = {
  'image-generated': {
    model: 'gemini-3.1-flash-lite-image',
    outcome: made('image-generated', Math.ceil(5 * 0.25 + 1120 * 30 + 398 * 1.5)),
  },
  'image-with-words': {
    model: 'gemini-3-pro-image',
    outcome: made('image-with-words', 14 * 2 + 1120 * 120 + (163 + 174) * 12),
  },
  'words-only': { outcome: { failure: 'unusable', charged: 'maybe', code: 'STOP' } },
  'image-prohibited': { outcome: { failure: 'refused', charged: 'maybe', code: 'IMAGE_PROHIBITED_CONTENT' } },
  'prompt-blocked': { outcome: failed('refused', { code: 'PROHIBITED_CONTENT' }) },
  'no-image': { outcome: failed('unavailable', { code: 'NO_IMAGE' }) },
  'key-refused': { outcome: failed('unauthorized', { status: 400, code: 'INVALID_ARGUMENT' }) },
  'key-leaked': { outcome: failed('unauthorized', { status: 403, code: 'PERMISSION_DENIED' }) },
  'location-refused': { outcome: failed('unauthorized', { status: 400, code: 'FAILED_PRECONDITION' }) },
  'rate-limited': {
    outcome: failed('rate-limited', { status: 429, code: 'RESOURCE_EXHAUSTED', retryAfterMs: 48_000 }),
  },
  'quota-of-day': { outcome: failed('no-credit', { status: 429, code: 'RESOURCE_EXHAUSTED' }) },
  overloaded: { outcome: failed('unavailable', { status: 503, code: 'UNAVAILABLE' }) },
  'model-not-found': { outcome: failed('rejected', { status: 404, code: 'NOT_FOUND' }) },
};

async function providerFor(name: string): Promise<Provider> {
  const answer = recording('gemini', name);
  const server = await startReplay({ POST: [answer], GET: [answer] });
  return gemini.create({
    options: { baseUrl: server.url },
    keyVariables: ['GEMINI_API_KEY'],
    env: { GEMINI_API_KEY: 'canary-gemini-key-0123456789' },
    fetch,
    now: () => Date.parse('2026-11-22T12:00:00Z'),
    elapsed: () => performance.now(),
    sleep: async () => {},
    timeoutMs: 10_000,
  });
}

describe('an answer that Gemini gave', () => {
  it.each(Object.entries(CASES))('%s is understood', async (name, { model, outcome }) => {
    const provider = await providerFor(name);
    const request = plainRequest({ model: model ?? provider.defaultModel });
    expect(await outcomeOf(provider.submit(request, call))).toEqual(outcome);
  });

  it('models tells what the account has, also where that is no longer to be had', async () => {
    const { ok, message } = await (await providerFor('models')).check(call);
    expect({ ok, message }).toEqual({
      ok: true,
      message:
        'Gemini answers; this account has gemini-3-pro-image, gemini-3.1-flash-image, gemini-2.5-flash-image, ' +
        'and not gemini-nano-banana-2.1',
    });
  });

  it('is replayed, every one of them', () => {
    expect([...Object.keys(CASES), 'models'].sort()).toEqual(recordingNames('gemini'));
  });
});
