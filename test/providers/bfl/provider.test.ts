/** What Black Forest Labs is sent, where its tasks are asked for, and how they end. */
import { describe, expect, it } from 'vitest';
import { MODEL_LIST } from '../../../src/providers/bfl/models.ts';
import { addressOf, remoteIdOf } from '../../../src/providers/bfl/task.ts';
import { microsOf } from '../../../src/money.ts';
import type { Accepted, Collected, ImageRequest } from '../../../src/providers/provider.ts';
import { type BflOptions, FAILED_WORD, FLAGGED_WORD, REFUSED_WORD } from '../../emulators/bfl.ts';
import { type BflStage, stage } from '../../support/providers/bfl-stage.ts';
import { makeReferences } from '../../support/providers/openai-request.ts';
import { makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };
const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'flux-2-pro', prompt: 'A portrait.', ...more });

async function acceptedBy({ provider }: BflStage, asked = request()): Promise<Accepted> {
  const submission = await provider.submit(asked, call);
  if (submission.state !== 'accepted') throw new Error('not accepted');
  return { remoteId: submission.remoteId, sent: submission.sent ?? {}, acceptedAtMs: Date.now() };
}

const collected = async ({ provider }: BflStage, accepted: Accepted): Promise<Collected> => {
  if (!provider.collect) throw new Error('it has no way to collect');
  return provider.collect(accepted, request(), call);
};

describe('a request to Black Forest Labs', () => {
  it('names size, seed and format, and has the prompt left as it is', async () => {
    const { provider, emulator, sent } = await stage();
    await makeOne(provider, request({ width: 832, height: 1216 }), call);
    expect(emulator.requests[0]).toMatchObject({ path: '/v1/flux-2-pro', operation: 'submit' });
    expect(sent()).toEqual({
      prompt: 'A portrait.',
      seed: 421_337,
      width: 832,
      height: 1216,
      output_format: 'png',
      disable_pup: true,
    });
  });

  it('has references as base64 in their order: input_image, input_image_2 …', async () => {
    const { provider, sent } = await stage();
    await makeOne(provider, request({ references: await makeReferences() }), call);
    expect(Object.keys(sent()).filter((name) => name.startsWith('input'))).toEqual(['input_image', 'input_image_2']);
    for (const name of ['input_image', 'input_image_2']) expect(sent()[name]).toMatch(/^iVBORw0KGgo[\w+/]+=*$/);
  });

  it('is refused unsent when it has more references than the model takes, or an unknown model', async () => {
    const { provider, emulator } = await stage();
    const [face] = await makeReferences();
    const five = Array.from({ length: 5 }, () => face!);
    const tooMany = provider.submit(request({ model: 'flux-2-klein-4b', references: five }), call);
    expect(await thrownBy(tooMany)).toMatchObject({ failure: 'rejected', charged: 'no' });
    expect(await thrownBy(provider.submit(request({ model: 'flux-9' }), call))).toMatchObject({ failure: 'rejected' });
    expect(emulator.requests).toEqual([]);
  });

  it.each(MODEL_LIST.models.map((model) => [model.id, model] as const))('%s has a price and a size', (_id, model) => {
    const asked = { ...request(), references: [] };
    expect(microsOf(Math.round(model.price.rule({ request: asked, extra: {} }) * 1e6) / 1e6)).toBeGreaterThan(0);
    expect(model.sizeField).toBe(model.capabilities.sizes.kind === 'ratio' ? 'aspect_ratio' : 'sides');
  });

  it('asks Kontext by a ratio', async () => {
    const { provider, sent } = await stage();
    await makeOne(provider, request({ model: 'flux-kontext-pro', width: 1024, height: 1536 }), call);
    expect(sent()).toMatchObject({ aspect_ratio: '2:3' });
    expect(sent()).not.toHaveProperty('width');
  });
});

describe('a picture of Black Forest Labs', () => {
  it.each([
    ['the answer to the request', {}],
    ['the answer that it is ready', { hidesCost: true }],
  ])('has the cost that %s tells, and the seed that was used', async (_where, service: BflOptions) => {
    const staged = await stage({ service });
    const made = await collected(staged, await acceptedBy(staged, request({ references: await makeReferences() })));
    expect(made).toMatchObject({ state: 'generated', seedUsed: 421_337, costMicros: 60_000 });
    expect(staged.emulator.charges()).toMatchObject([{ amountMicros: 60_000 }]);
  });

  it('has a fresh address each time it is asked for', async () => {
    const staged = await stage({ service: { addressMs: 1 } });
    const accepted = await acceptedBy(staged);
    const [first, second] = [await collected(staged, accepted), await collected(staged, accepted)];
    if (first.state === 'running' || second.state === 'running') throw new Error('still running');
    expect([first.image.kind, second.image.kind]).toEqual(['url', 'url']);
    expect(staged.emulator.charges()).toHaveLength(1);
  });

  it('is waited for while another region answers that it knows no such task', async () => {
    const faults = [
      { on: 'poll', kind: 'status', status: 404, times: 2, body: '{"status":"Task not found"}' } as const,
    ];
    const staged = await stage({ emulator: { faults } });
    expect(await collected(staged, await acceptedBy(staged))).toMatchObject({ state: 'generated' });
  });

  it.each([
    [REFUSED_WORD, 'refused', 'Request Moderated'],
    [FLAGGED_WORD, 'refused', 'Content Moderated'],
    [FAILED_WORD, 'unavailable', 'Error'],
  ])('is not made for %s: %s, and perhaps billed, as the service does not say', async (word, failure, code) => {
    const { provider, emulator } = await stage();
    const error = await thrownBy(makeOne(provider, request({ prompt: `a ${word} scene` }), call));
    expect(error).toMatchObject({ failure, charged: 'maybe', code });
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(1);
  });

  it('is not bought with an empty account, nor when too many tasks are under way', async () => {
    const poor = await stage({ service: { creditMicros: 1 } });
    expect(await thrownBy(poor.provider.submit(request(), call))).toMatchObject({
      failure: 'no-credit',
      charged: 'no',
    });
    const busy = await stage({ service: { tasksMax: 1 }, emulator: { latencyMs: 60_000 } });
    await acceptedBy(busy);
    expect(await thrownBy(busy.provider.submit(request(), call))).toMatchObject({ failure: 'rate-limited' });
    expect(await poor.provider.check(call)).toEqual({ ok: true, message: 'the key is good (120.5 credits left)' });
  });
});

describe('where a task is asked for', () => {
  const OFFICIAL = 'https://api.bfl.ai';
  const at = (polling_url: string | null, base = OFFICIAL): [remoteId: string, address: string] => {
    const remoteId = remoteIdOf({ id: 'a-1', polling_url }, base);
    const { baseUrl, path } = addressOf(remoteId, base);
    return [remoteId, `${baseUrl}${path}`];
  };

  it.each([
    ['https://api.bfl.ai/v1/get_result?id=a-1', 'a-1', 'https://api.bfl.ai/v1/get_result?id=a-1'],
    [
      'https://api.us6.bfl.ai/v1/get_result?id=a-1',
      'a-1@api.us6.bfl.ai/v1/get_result',
      'https://api.us6.bfl.ai/v1/get_result?id=a-1',
    ],
    ['https://api.bfl.ai/v2/poll', 'a-1@/v2/poll', 'https://api.bfl.ai/v2/poll?id=a-1'],
  ])('is %s, as the answer names it', (url, remoteId, address) => {
    expect(at(url)).toEqual([remoteId, address]);
  });

  it.each([
    'https://evil.test/v1/get_result?id=a-1',
    'https://api.bfl.ai.evil.test/v1/get_result?id=a-1',
    'http://api.us6.bfl.ai/v1/get_result?id=a-1',
    'https://api.us6.bfl.ai:8443/v1/get_result?id=a-1',
    'https://key@evil.test/v1/get_result?id=a-1',
    'https://api.us6.bfl.ai/v1/get_result?id=another',
    'https://api.us6.bfl.ai/v1/get_result?id=a-1&next=1',
    'nowhere',
    null,
  ])('is not %s: the base URL is asked', (url) => {
    expect(at(url)).toEqual(['a-1', `${OFFICIAL}/v1/get_result?id=a-1`]);
  });

  it('is the proxy, where the base URL is one: the key goes to no other host', async () => {
    expect(at('https://api.us6.bfl.ai/v1/get_result?id=a-1', 'http://127.0.0.1:9')).toEqual([
      'a-1',
      'http://127.0.0.1:9/v1/get_result?id=a-1',
    ]);
    expect(addressOf('a-1@api.us6.bfl.ai/v1/get_result', 'http://127.0.0.1:9').baseUrl).toBe('http://127.0.0.1:9');
    const elsewhere = await stage();
    const { provider, emulator } = await stage({
      service: { pollingUrl: (id) => `${elsewhere.emulator.url}/v1/get_result?id=${id}` },
    });
    expect(await makeOne(provider, request(), call)).toMatchObject({ image: { kind: 'url' } });
    expect(elsewhere.emulator.requests).toEqual([]);
    expect(emulator.charges()).toHaveLength(1);
  });
});
