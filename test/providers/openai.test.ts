/** OpenAI beyond the contract: what exactly is sent, what its answers mean, what a picture costs. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ProviderError, UserError } from '../../src/errors.ts';
import { sizeProblem } from '../../src/providers/capabilities.ts';
import module from '../../src/providers/openai.ts';
import { MODELS } from '../../src/providers/openai/models.ts';
import { costOf } from '../../src/providers/openai/price.ts';
import type { CallContext, ImageRequest, Provider, Reference } from '../../src/providers/provider.ts';
import { FORBIDDEN, NOTHING } from '../emulators/openai.ts';
import { makePicture, pictureKey } from '../emulators/picture.ts';
import { collectOne, makeOne, plainRequest, thrownBy } from './conformance.ts';
import { clearStage, KEY, stage } from '../support/providers/openai-stage.ts';
import { ticking } from '../support/providers/time.ts';

afterEach(clearStage);

let folder = '';
const references: Reference[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'imggen-openai-'));
  for (const name of ['face.png', 'side.png']) {
    const bytes = makePicture(32, 32, name);
    await writeFile(join(folder, name), bytes);
    references.push({ path: join(folder, name), mime: 'image/png', sha256: name, sizeBytes: bytes.length });
  }
});
afterAll(() => rm(folder, { recursive: true }));

const call: CallContext = { signal: new AbortController().signal };
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'gpt-image-2.5-flare', prompt: 'A portrait.', ...more });
const accepted = async (provider: Provider): Promise<string> => {
  const submission = await provider.submit(request(), call);
  if (submission.state !== 'accepted') throw new Error('expected an accepted attempt');
  return submission.remoteId;
};

describe('a picture from words', () => {
  it('is asked for with these fields and no others', async () => {
    const { provider, sent, emulator } = await stage();
    await provider.submit(request({ quality: 'low', width: 1024, height: 1536 }), call);
    expect(emulator.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(['POST /v1/images/generations']);
    expect(sent()).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'A portrait.',
      n: 1,
      size: '1024x1536',
      quality: 'low',
      output_format: 'png',
    });
  });

  it('says in the prompt what to leave out, and asks for medium quality when none is named', async () => {
    const { provider, sent } = await stage({ options: { moderation: 'low' } });
    await provider.submit(request({ negativePrompt: 'watermark, text.' }), call);
    expect(sent()).toMatchObject({
      prompt: 'A portrait.\nAvoid: watermark, text.',
      quality: 'medium',
      moderation: 'low',
    });
  });

  it('carries the key, the organisation and the project, and asks for one attempt', async () => {
    const { provider, emulator } = await stage({ env: { OPENAI_ORG_ID: 'org-1', OPENAI_PROJECT_ID: 'proj-1' } });
    await provider.submit(request(), call);
    const { headers } = emulator.requests[0] ?? expect.unreachable();
    expect(headers).toMatchObject({
      authorization: `Bearer ${KEY}`,
      'openai-organization': 'org-1',
      'openai-project': 'proj-1',
      'x-stainless-retry-count': '0',
    });
  });

  it('comes with the picture that was charged, the usage and what it cost', async () => {
    const { provider, emulator } = await stage();
    const made = await provider.submit(request({ quality: 'low' }), call);
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    const [charge] = emulator.charges();
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(charge?.id);
    expect(made.costMicros).toBe(charge?.amountMicros);
    expect(made.usage).toMatchObject({ output_tokens: 650 });
    expect(made.seedUsed).toBeUndefined();
  });

  it('goes to the address in the environment unless the config names one', async () => {
    const { emulator } = await stage();
    const settings = {
      options: {},
      keyVariables: ['OPENAI_API_KEY'],
      env: { OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${emulator.url}/v1/` },
      fetch,
      now: Date.now,
      sleep: async () => {},
      timeoutMs: 5000,
    };
    await (await module.create(settings)).submit(request(), call);
    expect(emulator.requests).toHaveLength(1);
    await expect(module.create({ ...settings, options: { baseUrl: 'https://user:word@host' } })).rejects.toMatchObject({
      kind: 'usage',
    });
  });
});

describe('a picture with references', () => {
  it.each([
    [1, ['image']],
    [2, ['image[]', 'image[]']],
  ])('sends %i as %j in one form, without the fields that edits do not take', async (count, names) => {
    const { provider, emulator } = await stage({ options: { moderation: 'low' } });
    await provider.submit(request({ references: references.slice(0, count) }), call);
    const [recorded] = emulator.requests;
    expect(recorded?.path).toBe('/v1/images/edits');
    const form = await new Response(new Uint8Array(recorded?.body as Buffer), {
      headers: { 'content-type': recorded?.headers['content-type'] ?? '' },
    }).formData();
    const files = [...form].filter(([, value]) => typeof value !== 'string');
    expect(files.map(([name]) => name)).toEqual(names);
    expect(files.map(([, file]) => [(file as File).name, (file as File).type])).toEqual(
      [
        ['face.png', 'image/png'],
        ['side.png', 'image/png'],
      ].slice(0, count),
    );
    const fields = [...form].filter(([, value]) => typeof value === 'string');
    expect(Object.fromEntries(fields)).toEqual({
      model: 'gpt-image-2.5-flare',
      prompt: 'A portrait.',
      n: '1',
      size: '1024x1024',
      quality: 'medium',
      output_format: 'png',
    });
  });
});

describe('streaming', () => {
  it('tells previews as progress and takes the last picture', async () => {
    const { provider, sent, emulator } = await stage({ options: { partialImages: 2 } });
    const progress: (number | undefined)[] = [];
    const made = await provider.submit(request(), { ...call, onPhase: (_, part) => progress.push(part) });
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    expect(sent()).toMatchObject({ stream: true, partial_images: 2 });
    expect(progress).toEqual([undefined, undefined, 1 / 3, 2 / 3]);
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(emulator.charges()[0]?.id);
    expect(made.costMicros).toBe(emulator.charges()[0]?.amountMicros);
  });

  it('takes a plain answer where the server does not stream', async () => {
    const body = JSON.stringify({ data: [{ b64_json: makePicture(16, 16, 'plain').toString('base64') }] });
    const { provider } = await stage({
      options: { stream: true },
      emulator: { faults: [{ on: 'submit', kind: 'status', status: 200, body }] },
    });
    expect(await provider.submit(request(), call)).toMatchObject({ state: 'generated', image: { kind: 'bytes' } });
  });

  it.each([
    ['data: {"type":"error","error":{"code":"moderation_blocked","message":"no"}}\n\n', 'refused'],
    [
      'event: error\ndata: {"error":{"code":"rate_limit_exceeded","message":"slow down, try again in 2s"}}\n\n',
      'rate-limited',
    ],
    ['data: {"type":"image_generation.partial_image","partial_image_index":0,"b64_json":""}\n\n', 'unknown'],
  ])('names a stream that ends in %j', async (body, failure) => {
    const faults = [
      { on: 'submit', kind: 'status' as const, status: 200, headers: { 'content-type': 'text/event-stream' }, body },
    ];
    const { provider } = await stage({ options: { stream: true }, emulator: { faults } });
    expect(await thrownBy(provider.submit(request(), call))).toMatchObject({ name: 'ProviderError', failure });
  });
});

describe('answers that are no picture', () => {
  it('repeats the words of a refusal, which costs nothing', async () => {
    const { provider, emulator } = await stage();
    const error = await thrownBy(provider.submit(request({ prompt: `A ${FORBIDDEN} portrait` }), call));
    expect(error).toMatchObject({ failure: 'refused', charged: 'no', code: 'moderation_blocked', status: 400 });
    expect((error as Error).message).toMatch(/^OpenAI \(400\): Your request was rejected by the safety system/);
    expect(emulator.charges()).toEqual([]);
  });

  it('counts an answer without a picture as paid', async () => {
    const { provider, emulator } = await stage();
    expect(await thrownBy(provider.submit(request({ prompt: NOTHING }), call))).toMatchObject({
      failure: 'unusable',
      charged: 'yes',
    });
    expect(emulator.charges()).toHaveLength(1);
  });

  it.each([
    ['an empty account', { service: { creditMicros: 0 } }, { failure: 'no-credit', charged: 'no' }],
    [
      'too many at once',
      { service: { perMinute: 0 } },
      { failure: 'rate-limited', retryAfterMs: 60_000, code: 'rate_limit_exceeded' },
    ],
  ])('tells %s', async (_, how, expected) => {
    const { provider } = await stage(how);
    expect(await thrownBy(provider.submit(request(), call))).toMatchObject(expected);
  });

  it.each([
    [400, { code: 'billing_hard_limit_reached' }, 'no-credit'],
    [400, { type: 'image_generation_user_error' }, 'refused'],
    [400, { type: 'image_generation_user_error', code: 'invalid_image_file' }, 'rejected'],
    [400, { code: 'content_policy_violation' }, 'refused'],
    [409, { code: 'conflict' }, 'unavailable'],
  ])('names %i %j %s', async (status, error, failure) => {
    const body = JSON.stringify({ error: { message: 'words', ...error } });
    const { provider } = await stage({ emulator: { faults: [{ on: 'submit', kind: 'status', status, body }] } });
    expect(await thrownBy(provider.submit(request(), call))).toMatchObject({ failure, charged: 'no' });
  });

  it('are refused by the strict emulator when a size is wrong, which the capabilities say before', async () => {
    const { provider } = await stage();
    const wrong = request({ width: 1000, height: 1000 });
    expect(sizeProblem(provider.capabilities(wrong.model).sizes, 1000, 1000)).toMatch(/multiples of 16/);
    expect(await thrownBy(provider.submit(wrong, call))).toMatchObject({ failure: 'rejected', charged: 'no' });
  });
});

describe('an answer that is not waited for', () => {
  it.each([
    ['did not answer in time', new DOMException('late', 'TimeoutError')],
    ['was not waited for any longer', 'a reason of its own'],
  ])('is told as: it %s', async (words, reason) => {
    const { provider, emulator } = await stage({ emulator: { faults: [{ on: 'submit', kind: 'hang' }] } });
    const stop = new AbortController();
    const ending = thrownBy(provider.submit(request(), { signal: stop.signal }));
    await expect.poll(() => emulator.requests.length).toBe(1);
    stop.abort(reason);
    expect(await ending).toMatchObject({
      failure: 'unknown',
      message: `OpenAI ${words}; whether the request was accepted is not known`,
    });
  });
});

describe('models and prices', () => {
  const day = (text: string) => ({ now: () => Date.parse(`${text}T12:00:00Z`) });

  it('makes a picture with every model at every quality it has, below its worst price', async () => {
    const { provider, emulator } = await stage(day('2026-11-21'));
    for (const { id } of MODELS.filter(({ retired }) => !retired)) {
      for (const quality of provider.capabilities(id).qualities) {
        const asked = request({ model: id, quality });
        await provider.submit(asked, call);
        const price = provider.price(asked);
        if (MODELS.find((model) => model.id === id)?.price?.tokens)
          expect(emulator.charges().at(-1)?.amountMicros).toBeLessThanOrEqual(price?.worstMicros ?? 0);
      }
    }
  });

  it.each([['dall-e-2'], ['dall-e-3'], ['gpt-image-1']])('refuses %s, which is gone', async (id) => {
    const { provider } = await stage();
    expect(() => provider.capabilities(id)).toThrow(UserError);
  });

  it('warns of a model that is about to go, and refuses it once it has gone', async () => {
    const soon = await stage(day('2026-12-01'));
    expect(soon.provider.warnings(request({ model: 'gpt-image-1.5' })).join(' ')).toContain('2026-12-01');
    expect(soon.provider.capabilities('gpt-image-1.5').sizes.kind).toBe('list');
    const late = await stage(day('2026-12-02'));
    expect(() => late.provider.capabilities('gpt-image-1.5')).toThrow(/shut gpt-image-1\.5 down on 2026-12-01/);
    expect(await thrownBy(late.provider.submit(request({ model: 'gpt-image-1.5' }), call))).toMatchObject({
      failure: 'rejected',
    });
    expect(late.emulator.requests).toEqual([]);
  });

  it('knows no price of an unknown model until the user gives one', async () => {
    const [plain, priced] = [await stage(), await stage({ options: { priceUsd: 0.0123 }, ...day('2026-11-21') })];
    expect(plain.provider.price(request({ model: 'gpt-image-9' }))).toBeUndefined();
    expect(priced.provider.price(request({ model: 'gpt-image-9' }))).toEqual({
      worstMicros: 12_300,
      expectedMicros: 12_300,
      source: 'config',
      asOf: '2026-11-21',
    });
    const made = await priced.provider.submit(request(), call);
    expect(made).not.toHaveProperty('costMicros');
  });

  it('costs more with more quality, area, references and words', async () => {
    const { provider } = await stage();
    const worst = (more: Partial<ImageRequest>): number => provider.price(request(more))?.worstMicros ?? 0;
    const base = worst({});
    for (const dearer of [{ quality: 'high' }, { width: 2048 }, { references }, { prompt: 'x'.repeat(3000) }])
      expect(worst(dearer)).toBeGreaterThan(base);
    expect(worst({ width: 512, height: 512 })).toBe(base);
    expect(worst({ quality: 'max' })).toBeGreaterThan(worst({ quality: 'high' }));
    expect(provider.price(request({ quality: 'no-such' }))).toBeUndefined();
  });

  it('counts usage to the micro-dollar, cached input at a quarter', () => {
    const tokens = { textIn: 5, imageIn: 8, imageOut: 30 };
    const usage = { input_tokens_details: { text_tokens: 10, image_tokens: 40 }, output_tokens: 50 };
    expect(costOf(tokens, usage)).toBe(50 + 320 + 1500);
    expect(
      costOf(tokens, { ...usage, cached_tokens_details: { cached_text_tokens: 10, cached_image_tokens: 0 } }),
    ).toBe(13 + 320 + 1500);
    for (const odd of [undefined, null, {}, { ...usage, output_tokens: 'many' }, { ...usage, output_tokens: -1 }])
      expect(costOf(tokens, odd)).toBeUndefined();
  });
});

describe('health', () => {
  it('says when the model in use is going', async () => {
    const { provider } = await stage({
      options: { model: 'gpt-image-1.5' },
      now: () => Date.parse('2026-11-21T00:00:00Z'),
    });
    expect(await provider.check(call)).toEqual({
      ok: true,
      message: 'OpenAI answers; gpt-image-1.5 is shut down on 2026-12-01, in 10 days',
    });
  });

  it('says when the key does not list the model', async () => {
    const { provider } = await stage({ options: { model: 'gpt-image-9' } });
    expect(await provider.check(call)).toEqual({
      ok: true,
      message: 'OpenAI answers, but this key does not list gpt-image-9',
    });
  });
});

describe('the background path', () => {
  const background = { background: true };

  it('asks a text model to call the image tool once, stored, with the attempt in its metadata', async () => {
    const { provider, sent } = await stage({ options: background });
    const asked = request({ references: references.slice(0, 1), quality: 'low' });
    expect(await provider.submit(asked, call)).toEqual({
      state: 'accepted',
      remoteId: expect.stringMatching(/^resp_/) as string,
    });
    const image_url = `data:image/png;base64,${makePicture(32, 32, 'face.png').toString('base64')}`;
    expect(sent()).toEqual({
      model: 'gpt-5.5',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'A portrait.' },
            { type: 'input_image', detail: 'auto', image_url },
          ],
        },
      ],
      background: true,
      store: true,
      metadata: { imggen_attempt: asked.attemptKey },
      tool_choice: { type: 'image_generation' },
      tools: [
        {
          type: 'image_generation',
          model: 'gpt-image-2.5-flare',
          size: '1024x1024',
          quality: 'low',
          output_format: 'png',
          action: 'auto',
        },
      ],
    });
    expect(provider).toMatchObject({ idempotent: false, retentionMs: 30 * 86_400_000 });
  });

  it('waits until the work is done, through outages of the service', async () => {
    const faults = [
      { on: 'poll', kind: 'status' as const, status: 503, positions: [1] },
      { on: 'poll', kind: 'reset-after' as const, positions: [2] },
      { on: 'poll', kind: 'html' as const, positions: [3] },
    ];
    const { provider, emulator } = await stage({ options: background, emulator: { faults, latencyMs: 150 } });
    const made = await makeOne(provider, request(), call);
    expect(made.image.kind === 'bytes' && pictureKey(Buffer.from(made.image.bytes))).toBe(emulator.charges()[0]?.id);
    expect(made.usage).toMatchObject({ text_model: { total_tokens: 420 }, image_gen: { output_tokens: 2300 } });
    expect(made.costMicros).toBeUndefined();
    expect(emulator.requests.filter(({ operation }) => operation === 'poll').length).toBeGreaterThan(3);
  });

  it('keeps work that is not ready in time, or whose wait is stopped', async () => {
    const { provider, emulator } = await stage({
      options: background,
      emulator: { latencyMs: 60_000 },
      now: ticking(),
    });
    const remoteId = await accepted(provider);
    expect(await collectOne(provider, remoteId, request(), call)).toEqual({
      state: 'running',
      why: expect.stringMatching(/run again to collect it/) as string,
    });
    const stop = new AbortController();
    const onPhase = (): void => stop.abort();
    expect(await collectOne(provider, remoteId, request(), { signal: stop.signal, onPhase })).toMatchObject({
      state: 'running',
      why: expect.stringContaining('stopped') as string,
    });
    expect(emulator.charges()).toHaveLength(1);
  });

  it.each([404, 410])('asks again when it is told %i once', async (status) => {
    const faults = [{ on: 'poll', kind: 'status' as const, status, positions: [1] }];
    const { provider } = await stage({ options: background, emulator: { faults } });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'generated' });
  });

  it('asks again when the work is done and its picture is not there yet', async () => {
    const bare = {
      status: 'completed',
      output: [{ type: 'image_generation_call', status: 'completed', result: null }],
    };
    const body = JSON.stringify(bare);
    const faults = [{ on: 'poll', kind: 'status' as const, status: 200, body, positions: [1] }];
    const { provider } = await stage({ options: background, emulator: { faults } });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'generated' });
  });

  it('says that a picture is gone when the service no longer has it after 30 days, and not before', async () => {
    const { provider } = await stage({ options: background, now: ticking() });
    const daysAgo = (days: number) => ({ remoteId: 'resp_gone', acceptedAtMs: Date.now() - days * 86_400_000 });
    const error = await thrownBy(provider.collect?.(daysAgo(31), request(), call) ?? Promise.resolve());
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'unusable', expired: true });
    expect(await provider.collect?.(daysAgo(29), request(), call)).toMatchObject({ state: 'running' });
  });

  it('stops asking when the key is refused, and does not give up what was paid', async () => {
    const { provider, emulator } = await stage({
      options: background,
      emulator: { faults: [{ on: 'poll', kind: 'status', status: 401 }] },
    });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'running' });
    expect(emulator.requests).toHaveLength(2);
  });

  it('tells a refusal in the words of the service', async () => {
    const { provider } = await stage({ options: background });
    expect(await thrownBy(makeOne(provider, request({ prompt: FORBIDDEN }), call))).toMatchObject({
      failure: 'refused',
      code: 'image_content_policy_violation',
    });
  });

  it.each([
    [
      { status: 'failed', error: { code: 'server_error', message: 'broke' } },
      { failure: 'unavailable', charged: 'no' },
    ],
    [
      { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'try again in 3s' } },
      { failure: 'rate-limited', retryAfterMs: 3000 },
    ],
    [{ status: 'failed', error: { code: 'invalid_image_format', message: 'bad' } }, { failure: 'rejected' }],
    [
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { failure: 'refused', charged: 'maybe' },
    ],
    [
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { failure: 'unusable', charged: 'yes' },
    ],
    [{ status: 'completed', output: [{ type: 'message' }] }, { failure: 'unusable' }],
    [
      {
        status: 'completed',
        output: [
          {
            type: 'image_generation_call',
            status: 'failed',
            result: null,
            error: { code: 'moderation_blocked', message: 'no' },
          },
        ],
      },
      { failure: 'refused' },
    ],
  ])('names the end %j', async (body, expected) => {
    const { provider } = await stage({
      options: background,
      emulator: { faults: [{ on: 'poll', kind: 'status', status: 200, body: JSON.stringify(body) }] },
    });
    expect(await thrownBy(makeOne(provider, request(), call))).toMatchObject({ name: 'ProviderError', ...expected });
  });

  it('cancels at the service, which does not promise that it is free', async () => {
    const { provider, emulator } = await stage({ options: background, emulator: { latencyMs: 60_000 } });
    const remoteId = await accepted(provider);
    expect(await provider.cancel?.(remoteId, call)).toBe(false);
    expect(emulator.requests.at(-1)?.path).toBe(`/v1/responses/${remoteId}/cancel`);
    expect(await thrownBy(collectOne(provider, remoteId, request(), call))).toMatchObject({
      failure: 'timeout',
      charged: 'maybe',
      code: 'cancelled',
    });
  });

  it('is dearer by the text model', async () => {
    const [plain, dear] = [await stage(), await stage({ options: background })];
    expect(dear.provider.price(request())?.worstMicros).toBeGreaterThan(
      plain.provider.price(request())?.worstMicros ?? 0,
    );
  });
});
