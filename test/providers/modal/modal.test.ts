/** Apps on Modal: the hand-over after 150 s, jobs found again by their key, the proxy's token, and the example app. */
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import module from '../../../src/providers/modal.ts';
import type { Finding, LostAttempt, Submission, SubmitContext } from '../../../src/providers/provider.ts';
import { FORBIDDEN, modal } from '../../emulators/modal.ts';
import { collectOne, makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage, type Stage } from '../../support/providers/modal-stage.ts';

afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const DAY_MS = 86_400_000;
const request = plainRequest({ model: 'app', negativePrompt: 'text' });

function idOf(submission: Submission): string {
  if (submission.state !== 'accepted') throw new Error('it should have been accepted');
  return submission.remoteId;
}

function find(scene: Stage, more: Partial<LostAttempt> = {}): Promise<Finding | undefined> {
  const lost = { request, sent: {}, sentAtMs: Date.now(), isKnown: () => false, ...more };
  return Promise.resolve(scene.provider.find?.(lost, call));
}

describe('one request to an app on Modal', () => {
  it('that is handed over after 150 s is asked for at that address, and not sent again', async () => {
    const scene = await stage({ pattern: 'plain', service: { handOverMs: 0 }, emulator: { latencyMs: 30 } });
    const remoteId = idOf(await scene.provider.submit(request, call));
    expect(remoteId).toMatch(/\/generate\?__modal_function_call_id=fc-/);
    expect(await collectOne(scene.provider, remoteId, request, call)).toMatchObject({ image: { kind: 'bytes' } });
    expect(scene.asked().filter((asked) => asked.startsWith('POST'))).toHaveLength(1);
    expect(scene.emulator.charges()).toHaveLength(1);
  });

  it('that is handed over to another host is in doubt, and no key goes there', async () => {
    const elsewhere = await stage();
    const service = { handOverMs: 0, handOverTo: `${elsewhere.emulator.url}/generate` };
    const scene = await stage({ pattern: 'plain', service, emulator: { latencyMs: 30 } });
    const error = await thrownBy(scene.provider.submit(request, call));
    expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
    const collected = await collectOne(scene.provider, `${elsewhere.emulator.url}/generate?x=1`, request, call);
    expect(collected).toMatchObject({ state: 'running', why: expect.stringContaining('another address') as string });
    expect(elsewhere.asked()).toEqual([]);
  });

  it('that answers at once tells when, by its own clock', async () => {
    const made = await (await stage({ pattern: 'plain' })).provider.submit(request, call);
    if (made.state !== 'generated') return expect.unreachable();
    expect(Math.abs(Number(made.sent?.['answeredMs']) - Date.now())).toBeLessThan(60_000);
  });

  it('that is stopped can not be found again, and is never said to be cancelable', async () => {
    const { provider } = await stage({ pattern: 'plain' });
    expect([provider.find, provider.cancel]).toEqual([undefined, undefined]);
    expect(provider.capabilities('app')).toMatchObject({ cancel: false, reattach: true });
  });
});

describe('a job on Modal', () => {
  it('whose answer was lost is found by its key, and is not made twice', async () => {
    const scene = await stage({ emulator: { faults: [{ on: 'submit', kind: 'reset-after', times: 1 }] } });
    expect(await thrownBy(scene.provider.submit(request, call))).toMatchObject({ failure: 'unknown' });
    const found = await find(scene);
    expect(found).toMatchObject({ state: 'found' });
    expect(idOf(await scene.provider.submit(request, call))).toBe(found?.state === 'found' && found.remoteId);
    expect(scene.emulator.charges()).toHaveLength(1);
  });

  it('that never arrived is absent, unless its key may be forgotten, or the app does not tell', async () => {
    const scene = await stage();
    expect(await find(scene)).toEqual({ state: 'absent' });
    expect(await find(scene, { sentAtMs: Date.now() - 7 * DAY_MS })).toMatchObject({ state: 'unsure' });
    expect(await find(scene, { unrecorded: true })).toMatchObject({ state: 'unsure' });
    const faults = [{ on: 'find', kind: 'status', status: 404 } as const];
    expect(await find(await stage({ emulator: { faults } }))).toMatchObject({ state: 'unsure' });
    const claimed = [{ on: 'find', kind: 'error-json', body: '{"state":"claimed"}' } as const];
    expect(await find(await stage({ emulator: { faults: claimed } }))).toMatchObject({ state: 'unsure' });
  });

  it.each([408, 409])('that is answered with %i may be under way: it is in doubt', async (status) => {
    const scene = await stage({ emulator: { faults: [{ on: 'submit', kind: 'status', status }] } });
    expect(await thrownBy(scene.provider.submit(request, call))).toMatchObject({ failure: 'unknown' });
  });

  it.each([
    [FORBIDDEN, 'refused'],
    ['FAIL(CUDA out of memory)', 'unavailable'],
  ])('that fails with "%s" is %s, and may have cost time', async (prompt, failure) => {
    const { provider } = await stage();
    expect(await thrownBy(makeOne(provider, { ...request, prompt }, call))).toMatchObject({
      failure,
      charged: 'maybe',
    });
  });

  it('whose result is 7 days old has expired, paid', async () => {
    let nowMs = Date.now();
    const scene = await stage({ emulator: { now: () => nowMs } });
    const submission = await scene.provider.submit(request, call);
    const work = { remoteId: idOf(submission), acceptedAtMs: nowMs, sent: { skewMs: 0 } };
    nowMs += 6 * DAY_MS;
    expect(await scene.provider.collect?.(work, request, call)).toMatchObject({ state: 'generated' });
    nowMs += 2 * DAY_MS;
    const ended = thrownBy(scene.provider.collect?.(work, request, call) ?? Promise.resolve());
    expect(await ended).toMatchObject({ expired: true, charged: 'yes' });
  });

  it('that is stopped is never said to be free', async () => {
    const scene = await stage({ emulator: { latencyMs: 60_000 } });
    const remoteId = idOf(await scene.provider.submit(request, call));
    expect(await scene.provider.cancel?.(remoteId, call)).toBe(false);
    expect(await thrownBy(collectOne(scene.provider, remoteId, request, call))).toMatchObject({ charged: 'maybe' });
  });
});

describe('an app on Modal', () => {
  it('is asked with both halves of the token, or with none', async () => {
    const { provider, emulator } = await stage();
    await makeOne(provider, request, call);
    expect(emulator.requests[0]?.headers).toMatchObject({ 'modal-key': 'wk-emulated-modal-key' });
    const half = await stage({ env: { MODAL_SECRET: '' } });
    const error = await thrownBy(half.provider.submit(request, call));
    expect(error).toMatchObject({ failure: 'unauthorized', charged: 'no' });
    expect(half.asked()).toEqual([]);
    const none = await stage({ env: { MODAL_KEY: '', MODAL_SECRET: '' } });
    expect(await thrownBy(none.provider.submit(request, call))).toMatchObject({
      failure: 'unauthorized',
      message: expect.stringContaining('missing credentials for proxy authorization') as string,
    });
  });

  it('has the price of the config alone, and no place of its own', async () => {
    const { provider } = await stage({ provider: { priceUsd: undefined } });
    expect(provider.price(request)).toBeUndefined();
    const homeless = await stage({ provider: { baseUrl: undefined } });
    expect(() => homeless.provider.capabilities('app')).toThrow(UserError);
  });

  it('does what the config says of it', async () => {
    const { provider, emulator } = await stage({ provider: { takes: [] } });
    expect(provider.capabilities('app')).toMatchObject({ seed: 'none', negativePrompt: false, referencesMax: 0 });
    await makeOne(provider, request, call);
    expect(Object.keys(emulator.requests[0]?.body as object).sort()).toEqual(['height', 'job_key', 'prompt', 'width']);
    expect(module.optionsSchema.safeParse({ input: { seed: 1 } }).success).toBe(false);
  });
});

describe('docs/modal_app.py', () => {
  const text = readFileSync(new URL('../../../docs/modal_app.py', import.meta.url), 'utf8');

  it('has the routes that jobs are asked by, as the emulated app', () => {
    const told = [...text.matchAll(/@api\.(get|post)\("([^"]+)"\)/g)].map(
      ([, method = '', path = '']) => `${method.toUpperCase()} ${path.replace(/\{\w+\}/, ':')}`,
    );
    const emulated = modal()
      .routes.filter(({ path }) => path !== '/generate')
      .map(({ method, path }) => `${method} ${path.replace(/:\w+/, ':')}`);
    expect(told.sort()).toEqual(emulated.sort());
  });

  it('takes every field that it is sent, and refuses others', async () => {
    const { provider, emulator } = await stage();
    await makeOne(provider, request, call);
    const fields = /class Job\(BaseModel\):(.*?)\n\n {4}@api/s.exec(text)?.[1] ?? '';
    const taken = [...fields.matchAll(/^ {8}(\w+): /gm)].map(([, name]) => name);
    expect(taken.sort()).toEqual(Object.keys(emulator.requests[0]?.body as object).sort());
    expect(fields).toContain('extra="forbid"');
  });

  it('takes a job once for its key, asks for the token, and does not try again', () => {
    expect(text).toMatch(/jobs\.put\(job\.job_key, CLAIMED, skip_if_exists=True\)/);
    expect(text).toContain('requires_proxy_auth=True');
    expect(text).not.toMatch(/retries=/);
  });
});
