/** How work at fal ends, and what it then is said to have cost. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { FalOptions } from '../../emulators/fal.ts';
import type { EmulatorOptions } from '../../emulators/emulator.ts';
import { FLAGGED_WORD, REFUSED_WORD } from '../../emulators/fal/request.ts';
import { makePicture } from '../../emulators/picture.ts';
import type { Generated, ImageRequest, Reference } from '../../../src/providers/provider.ts';
import { type FalStage, stage } from '../../support/providers/fal-stage.ts';
import { ticking } from '../../support/providers/time.ts';
import { collectOne, makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

const call = { signal: new AbortController().signal, onSending: () => {} };
const request = (more: Partial<ImageRequest> = {}): ImageRequest => plainRequest({ model: 'fal-ai/flux-2', ...more });

const made = async (asked: ImageRequest, options: Record<string, unknown> = {}): Promise<Generated> =>
  makeOne((await stage({ options })).provider, asked, call);

async function failed(
  prompt: string,
  service: FalOptions = {},
  emulator: EmulatorOptions = {},
): Promise<FalStage & { error: unknown }> {
  const started = await stage({ service, emulator });
  return { ...started, error: await thrownBy(makeOne(started.provider, request({ prompt }), call)) };
}

describe('a picture of fal', () => {
  it('comes with the seed that was used and the units that were billed, at the price of its page', async () => {
    expect(await made(request())).toMatchObject({
      image: { kind: 'url' },
      seedUsed: 421_337,
      costMicros: 12_000,
      usage: { billable_units: 1 },
    });
  });

  it('has no cost of its own where a unit has not one price, or the price is the user’s', async () => {
    const pro = await made(request({ model: 'fal-ai/flux-2-pro' }));
    expect(pro).not.toHaveProperty('costMicros');
    expect(pro.usage).toMatchObject({ billable_units: 2 });
    expect(await made(request(), { priceUsd: 0.5 })).not.toHaveProperty('costMicros');
  });
});

describe('work of fal that ends without a picture', () => {
  it('is refused when a content checker says so: an error of the model, of a request that was completed', async () => {
    const { error, emulator } = await failed(`a ${REFUSED_WORD} scene`);
    expect(error).toMatchObject({
      failure: 'refused',
      charged: 'maybe',
      status: 422,
      code: 'content_policy_violation',
    });
    expect(String(error)).toContain('prompt: The content could not be processed');
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(1);
  });

  it('is refused also when the error repeats the whole input, with a reference in it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'imggen-fal-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const path = join(folder, 'face.png');
    writeFileSync(path, makePicture(512, 512, 'face', { sizeBytes: 600_000 }));
    const references: Reference[] = [{ path, sha256: 'face', mime: 'image/png', sizeBytes: 600_000 }];
    const { provider } = await stage();
    const asked = request({ prompt: `a ${REFUSED_WORD} scene`, references });
    const is = { failure: 'refused', charged: 'maybe', status: 422, code: 'content_policy_violation' };
    expect(await thrownBy(makeOne(provider, asked, call))).toMatchObject(is);
  });

  it('is refused, and paid, when the picture came blacked out', async () => {
    const { error, emulator } = await failed(`a ${FLAGGED_WORD} scene`);
    expect(error).toMatchObject({ failure: 'refused', charged: 'yes' });
    expect(emulator.charges()).toHaveLength(1);
  });

  it('is rejected, and free, when the input was not valid', async () => {
    const { provider, emulator } = await stage({ options: { input: { guidance_scale: 'much' } } });
    expect(await thrownBy(makeOne(provider, request(), call))).toMatchObject({
      failure: 'rejected',
      charged: 'no',
      code: 'value_error',
    });
    expect(emulator.charges()).toEqual([]);
  });

  it.each([
    ['runner_disconnected', 'unavailable', 'no'],
    ['runner_server_error', 'unavailable', 'no'],
    ['startup_timeout', 'timeout', 'no'],
    ['request_timeout', 'timeout', 'no'],
    ['bad_request', 'rejected', 'no'],
    ['client_cancelled', 'timeout', 'maybe'],
  ])('is told by its type: %s is %s, charged %s', async (type, failure, charged) => {
    const { error } = await failed(`BROKEN(${type})`);
    expect(error).toMatchObject({ failure, charged, code: type });
  });

  it('may be tried again when the model itself failed: that is not billed', async () => {
    const body = '{"detail":[{"loc":["body"],"msg":"Internal error","type":"internal_server_error"}]}';
    const { error } = await failed('a scene', {}, { faults: [{ on: 'result', kind: 'status', status: 500, body }] });
    expect(error).toMatchObject({ failure: 'unavailable', charged: 'no', code: 'internal_server_error' });
  });

  it('is told as an account that can’t pay, before anything is accepted', async () => {
    const { error, emulator } = await failed('a scene', { exhausted: true });
    expect(error).toMatchObject({ failure: 'no-credit', charged: 'no', status: 403 });
    expect(emulator.charges()).toEqual([]);
  });
});

describe('work of fal that is still there', () => {
  it.each([
    ['the gateway fails', { on: 'result', kind: 'status', status: 502, times: 1 }],
    [
      'the queue fails with an error of its own',
      { on: 'result', kind: 'status', status: 500, times: 1, body: '{"detail":"Oops","error_type":"internal_error"}' },
    ],
    [
      'the result is said to be still on its way',
      { on: 'result', kind: 'status', status: 400, times: 1, body: '{"detail":"Request is still in progress"}' },
    ],
    ['the result is a web page', { on: 'result', kind: 'html', times: 1 }],
    ['the result breaks off', { on: 'result', kind: 'truncate-length', times: 1 }],
    ['the status is refused for too many questions', { on: 'poll', kind: 'status', status: 429, times: 1 }],
    ['the request is not found once', { on: 'poll', kind: 'status', status: 404, times: 1 }],
  ] as const)('is asked for again when %s', async (_what, fault) => {
    const { provider, emulator } = await stage({ emulator: { faults: [fault] } });
    expect(await makeOne(provider, request(), call)).toMatchObject({ image: { kind: 'url' } });
    expect(emulator.charges()).toHaveLength(1);
  });

  it('stays open when it is not there, as long as the account keeps answers, and has expired then', async () => {
    const { provider, service } = await stage({ options: { keptHours: 1 }, elapsed: ticking() });
    const submission = await provider.submit(request(), call);
    if (submission.state !== 'accepted') throw new Error('not accepted');
    const { remoteId } = submission;
    service.requests.clear();
    const soon = await collectOne(provider, remoteId, request(), call);
    expect(soon).toMatchObject({ state: 'running' });
    const late = { remoteId, acceptedAtMs: Date.now() - 2 * 3_600_000, sent: {} };
    const { provider: patient } = await stage({ options: { keptHours: 1 }, service: { key: 'another:key' } });
    expect(await patient.collect?.({ ...late }, request(), { signal: AbortSignal.abort() })).toMatchObject({
      state: 'running',
    });
    expect(await thrownBy(Promise.resolve(provider.collect?.(late, request(), call)))).toMatchObject({
      failure: 'unusable',
      charged: 'yes',
      expired: true,
    });
  });

  it.each([
    ['has not begun', { queueMs: 60_000 }, 200, true],
    ['has begun', {}, 202, false],
  ])('is stopped by the address it gave, for free only when it %s', async (_when, service, status, free) => {
    const { provider, emulator } = await stage({ service, emulator: { latencyMs: 60_000 } });
    const submission = await provider.submit(request(), call);
    if (submission.state !== 'accepted') throw new Error('not accepted');
    expect(await provider.cancel?.(submission.remoteId, call)).toBe(free);
    expect(emulator.requests.at(-1)).toMatchObject({ operation: 'cancel', method: 'PUT', status });
    expect(emulator.charges()).toHaveLength(free ? 0 : 1);
  });
});
