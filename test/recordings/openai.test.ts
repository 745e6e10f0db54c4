/** Recorded answers of OpenAI, replayed to the provider: each leads to the right picture, id or failure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import openai from '../../src/providers/openai.ts';
import type { SubmitContext, ImageRequest, Provider } from '../../src/providers/provider.ts';
import { makePicture } from '../emulators/picture.ts';
import { plainRequest } from '../support/providers/request.ts';
import { type Outcome, outcomeOf, PIXEL } from './outcome.ts';
import { recording, recordingNames } from './recording.ts';
import { type Answers, closeReplays, startReplay } from './replay.ts';

const folder = mkdtempSync(join(tmpdir(), 'imggen-recordings-'));
writeFileSync(join(folder, 'face.png'), makePicture(16, 16, 'face'));
const face = { path: join(folder, 'face.png'), mime: 'image/png', sha256: 'face', sizeBytes: 1 } as const;
afterAll(() => rmSync(folder, { recursive: true }));
afterEach(closeReplays);

/** How the provider asks: for a picture, as events, with a reference, for work in the background or about it. */
type Way = 'generate' | 'stream' | 'edit' | 'stream-edit' | 'start' | 'collect' | 'cancel' | 'check';

interface Case {
  way: Way;
  outcome: Outcome;
  model?: string;
  /** The answer to the next look, where the recorded one says that the work goes on. */
  next?: string;
}

const picture = { kind: 'bytes', bytes: PIXEL };
const made = (more: Outcome): Outcome => ({ state: 'generated', image: picture, ...more });
const failed = (failure: string, more: Outcome): Outcome => ({ failure, charged: 'no', ...more });
const usage = (name: string): unknown => (recording('openai', name).body as Record<string, unknown>)['usage'];
const documentedUsage = {
  total_tokens: 100,
  input_tokens: 50,
  output_tokens: 50,
  input_tokens_details: { text_tokens: 10, image_tokens: 40 },
};
const streamed = made({ usage: documentedUsage, costMicros: 10 * 5 + 40 * 8 + 50 * 30 });
const collected = (name: string): Outcome => ({ image: picture, usage: { text_model: usage(name) } });

const CASES: Record<string, readonly Case[]> = {
  'image-generated': [
    { way: 'generate', outcome: made({ usage: usage('image-generated'), costMicros: 10 * 5 + 4160 * 30 }) },
  ],
  'image-edited': [
    {
      way: 'edit',
      model: 'gpt-image-2',
      outcome: made({ usage: usage('image-edited'), costMicros: 12 * 5 + 64 * 8 + 120 * 30 }),
    },
  ],
  'image-edited-two-references': [
    { way: 'edit', model: 'gpt-image-1.5', outcome: made({ usage: usage('image-edited-two-references') }) },
  ],
  'image-edited-without-usage': [{ way: 'edit', outcome: made({}) }],
  'stream-generated': [{ way: 'stream', outcome: streamed }],
  'stream-generated-short': [{ way: 'stream', outcome: streamed }],
  'stream-edited': [{ way: 'stream-edit', outcome: streamed }],
  'image-invalid': [{ way: 'edit', outcome: failed('rejected', { status: 400, code: 'invalid_image_file' }) }],
  'parameter-unknown': [{ way: 'generate', outcome: failed('rejected', { status: 400, code: 'unknown_parameter' }) }],
  'moderation-blocked': [{ way: 'generate', outcome: failed('refused', { status: 400, code: 'moderation_blocked' }) }],
  'key-refused': [
    { way: 'generate', outcome: failed('unauthorized', { status: 401, code: 'invalid_api_key' }) },
    { way: 'start', outcome: failed('unauthorized', { status: 401, code: 'invalid_api_key' }) },
    { way: 'check', outcome: { ok: false } },
  ],
  'organization-unverified': [
    { way: 'generate', outcome: failed('unauthorized', { status: 403, code: 'invalid_request_error' }) },
  ],
  'model-not-found': [{ way: 'start', outcome: failed('rejected', { status: 400, code: 'model_not_found' }) }],
  'quota-exceeded': [
    { way: 'generate', outcome: failed('no-credit', { status: 429, code: 'insufficient_quota' }) },
    { way: 'start', outcome: failed('no-credit', { status: 429, code: 'insufficient_quota' }) },
  ],
  'billing-limit': [
    { way: 'generate', outcome: failed('no-credit', { status: 400, code: 'billing_hard_limit_reached' }) },
  ],
  'billing-limit-as-user-error': [
    { way: 'generate', outcome: failed('no-credit', { status: 400, code: 'billing_hard_limit_reached' }) },
  ],
  'rate-limited': [{ way: 'edit', outcome: failed('rate-limited', { status: 429, retryAfterMs: 467 }) }],
  'background-queued': [
    {
      way: 'start',
      outcome: {
        state: 'accepted',
        remoteId: 'resp_06a562f31ab7703300698b9df109c481979ebf760b2ff5fc75',
        sent: { skewMs: expect.any(Number) as number, doubtMs: expect.any(Number) as number },
      },
    },
    { way: 'collect', next: 'response-completed', outcome: collected('response-completed') },
  ],
  'background-in-progress': [
    { way: 'collect', next: 'response-completed-png', outcome: collected('response-completed-png') },
  ],
  'background-completed-text': [{ way: 'collect', outcome: { failure: 'unusable', charged: 'yes' } }],
  'response-completed': [{ way: 'collect', outcome: collected('response-completed') }],
  'response-completed-png': [{ way: 'collect', outcome: collected('response-completed-png') }],
  'response-failed': [{ way: 'collect', outcome: failed('unavailable', { code: 'server_error' }) }],
  'response-failed-quota': [{ way: 'collect', outcome: failed('no-credit', { code: 'insufficient_quota' }) }],
  'response-incomplete': [{ way: 'collect', outcome: { failure: 'unusable', charged: 'yes' } }],
  'response-cancelled': [
    { way: 'cancel', outcome: { unbilled: false } },
    { way: 'collect', outcome: { failure: 'timeout', charged: 'maybe', code: 'cancelled' } },
  ],
  models: [{ way: 'check', outcome: { ok: true } }],
};

interface Replayed {
  outcome: Outcome;
  asked: string[];
  progress: (number | undefined)[];
}

async function replay(name: string, { way, model, next }: Case): Promise<Replayed> {
  const first = recording('openai', name);
  const answers: Answers = { POST: [first], GET: next === undefined ? [first] : [first, recording('openai', next)] };
  const server = await startReplay(answers);
  const provider = await openai.create({
    options: {
      baseUrl: `${server.url}/v1`,
      ...(way.startsWith('stream') ? { partialImages: 1 } : {}),
      ...(/^(?:start|collect|cancel)$/.test(way) ? { background: true } : {}),
    },
    keyVariables: ['OPENAI_API_KEY'],
    env: { OPENAI_API_KEY: 'canary-openai-key-0123456789' },
    fetch,
    now: () => Date.parse('2026-11-21T12:00:00Z'),
    elapsed: () => performance.now(),
    sleep: async () => void (await sleep(1)),
    timeoutMs: 10_000,
  });
  const progress: (number | undefined)[] = [];
  const call: SubmitContext = {
    signal: new AbortController().signal,
    onPhase: (_, share) => progress.push(share),
    onSending: () => {},
  };
  const request = plainRequest({
    model: model ?? provider.defaultModel,
    references: way.endsWith('edit') ? [face] : [],
  });
  const outcome = await outcomeOf(ask(provider, way, request, call));
  return { outcome, asked: server.requests.map((asked) => `${asked.method} ${asked.path}`), progress };
}

async function ask(provider: Provider, way: Way, request: ImageRequest, call: SubmitContext): Promise<Outcome> {
  if (way === 'check') return { ok: (await provider.check(call)).ok };
  if (way === 'cancel') return { unbilled: await provider.cancel?.('resp_1', call) };
  if (way === 'collect')
    return { ...(await provider.collect?.({ remoteId: 'resp_1', acceptedAtMs: 0, sent: {} }, request, call)) };
  return { ...(await provider.submit(request, call)) };
}

/** What a collected picture leads to is told by its state, too. */
function expected({ way, outcome }: Case): Outcome {
  return way === 'collect' && 'image' in outcome ? { state: 'generated', ...outcome } : outcome;
}

describe('an answer that OpenAI gave', () => {
  const rows = Object.entries(CASES).flatMap(([name, cases]) => cases.map((each) => ({ name, ...each })));
  it.each(rows)('$name is understood when asked by $way', async ({ name, ...each }) => {
    expect((await replay(name, each)).outcome).toEqual(expected(each));
  });

  it('is replayed, every one of them', () => {
    expect(Object.keys(CASES).sort()).toEqual(recordingNames('openai'));
  });

  it('tells the previews of a stream as progress', async () => {
    const { progress } = await replay('stream-generated', { way: 'stream', outcome: {} });
    expect(progress.at(-1)).toBe(0.5);
  });

  it('that says the work goes on leads to another look, and to no second request that costs', async () => {
    const { asked } = await replay('background-queued', { way: 'collect', next: 'response-completed', outcome: {} });
    expect(asked).toEqual(['GET /v1/responses/resp_1', 'GET /v1/responses/resp_1']);
  });
});
