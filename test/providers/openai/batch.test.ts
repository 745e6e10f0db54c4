/** OpenAI's batches: what is sent, how a lost answer is found, and what lines mean. */
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/errors.ts';
import type { BatchMode, ImageRequest } from '../../../src/providers/provider.ts';
import { FORBIDDEN } from '../../emulators/openai.ts';
import { clearStage, stage, type StageOptions } from '../../support/providers/openai-stage.ts';
import { plainRequest, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

const DAY_MS = 86_400_000;
const call = { signal: new AbortController().signal, onSending: () => {} };

async function scene(how: StageOptions = {}) {
  const started = await stage(how);
  const { batch, defaultModel } = started.provider;
  if (!batch) throw new Error('it takes no batches');
  const request = (more: Partial<ImageRequest> = {}) => plainRequest({ model: defaultModel, quality: 'low', ...more });
  const send = async (requests: readonly ImageRequest[], key = 'our-key') => {
    const lines = await Promise.all(requests.map((one) => batch.lineFor(one, call)));
    return batch.send(lines, key, call);
  };
  return { ...started, batch, request, send };
}

function collect(batch: BatchMode, batchId: string, request: ImageRequest, ageMs = 0) {
  const work = { remoteId: `${batchId}/${request.attemptKey}`, acceptedAtMs: Date.now() - ageMs, sent: { skewMs: 0 } };
  return batch.collect(work, request, call);
}

function find(batch: BatchMode, request: ImageRequest, key = 'our-key') {
  const lost = { request, sent: { batch: key }, sentAtMs: Date.now(), isKnown: () => false };
  return batch.find(lost, call);
}

describe('a batch at OpenAI', () => {
  it('is announced with its key, after its file is there', async () => {
    const { batch, request, emulator } = await scene();
    const line = await batch.lineFor(request(), call);
    const told: unknown[] = [];
    const onSending = (sent: unknown) => told.push([sent, emulator.requests.map(({ operation }) => operation)]);
    await batch.send([line], 'our-key', { ...call, onSending });
    expect(told).toEqual([[expect.objectContaining({ batch: 'our-key' }), ['upload']]]);
    expect(emulator.requests.at(-1)?.body).toMatchObject({
      endpoint: '/v1/images/generations',
      completion_window: '24h',
      metadata: { imggen_batch: 'our-key' },
    });
  });

  it('is sent although its file takes longer than a picture may', async () => {
    const timeoutMs = 100;
    const slow: typeof fetch = async (address, init) => {
      const isFile = new URL(address instanceof Request ? address.url : address).pathname.endsWith('/files');
      if (isFile) await sleep(3 * timeoutMs, undefined, init?.signal ? { signal: init.signal } : {});
      return Response.json(isFile ? { id: 'file-1' } : { id: 'batch_1', status: 'validating' });
    };
    const { request, send } = await scene({ timeoutMs, fetch: slow });
    expect(await send([request()])).toMatchObject({ batchId: 'batch_1' });
  });

  it('whose answer is lost is in doubt, and found by its key among others, page by page', async () => {
    const { batch, request, send, emulator } = await scene();
    const lost = request();
    emulator.faults.push({ on: 'submit', kind: 'reset-after', times: 1 });
    const error = await thrownBy(send([lost]));
    expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
    for (const key of ['a', 'b', 'c', 'd']) await send([request()], key);
    const found = await find(batch, lost);
    expect(found).toMatchObject({ state: 'found' });
    const [batchId = ''] = found.state === 'found' ? found.remoteId.split('/') : [];
    expect(await collect(batch, batchId, lost)).toMatchObject({ state: 'generated' });
    expect(emulator.charges()).toHaveLength(5);
  });

  it('that is not in the list yet is never called absent', async () => {
    const { batch, request, send } = await scene({ service: { batch: { listLagMs: DAY_MS } } });
    const lost = request();
    await send([lost]);
    expect(await find(batch, lost)).toMatchObject({ state: 'unsure' });
    expect(await find(batch, lost, 'another')).toMatchObject({ state: 'unsure' });
  });

  it('is read once for all who ask at the same time', async () => {
    const { batch, request, send, emulator } = await scene();
    const requests = Array.from({ length: 6 }, () => request());
    const { batchId } = await send(requests);
    const made = await Promise.all(requests.map((one) => collect(batch, batchId, one)));
    expect(made.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => 'generated'));
    const reads = emulator.requests.filter(({ operation }) => operation === 'poll' || operation === 'content');
    expect(reads).toHaveLength(2);
  });

  it('is still running while its state can not be read, or a line of it is missing', async () => {
    const { batch, request, send, emulator } = await scene({
      service: { batch: { garble: (line) => line.slice(20) } },
    });
    const one = request();
    const { batchId } = await send([one]);
    emulator.faults.push(
      { on: 'poll', kind: 'status', status: 503, times: 1 },
      { on: 'content', kind: 'truncate-length', times: 1 },
    );
    for (let reading = 1; reading <= 3; reading++)
      expect(await collect(batch, batchId, one)).toMatchObject({ state: 'running' });
  });

  it('has expired only when the service has kept it as long as it keeps anything', async () => {
    const { batch, request } = await scene();
    expect(await collect(batch, 'batch_gone', request())).toMatchObject({ state: 'running' });
    const error = await thrownBy(collect(batch, 'batch_gone', request(), 32 * DAY_MS));
    expect(error).toMatchObject({ expired: true, charged: 'yes' });
  });

  it('ends each request by its own line', async () => {
    const { batch, request, send } = await scene({
      service: { batch: { garble: (line) => line.replace(/"b64_json":"[^"]+"/, '"b64_json":""') } },
    });
    const [refused, broken] = [request({ prompt: FORBIDDEN }), request()];
    const { batchId } = await send([refused, broken]);
    expect(await thrownBy(collect(batch, batchId, refused))).toMatchObject({ failure: 'refused', charged: 'no' });
    const error = await thrownBy(collect(batch, batchId, broken));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'unusable' });
  });

  it('that is canceled twice, or has ended, is no failure', async () => {
    const { batch, request, send, emulator } = await scene({ service: { batch: { batchMs: DAY_MS } } });
    const requests = [request(), request()];
    const { batchId } = await send(requests);
    for (const { attemptKey } of requests) expect(await batch.cancel?.(`${batchId}/${attemptKey}`, call)).toBe(false);
    expect(emulator.requests.filter(({ operation }) => operation === 'cancel')).toHaveLength(1);
    const ended = await send([request()], 'another');
    expect(await batch.cancel?.(`${ended.batchId}/x`, call)).toBe(false);
  });
});
