/** What a provider makes of a service that misbehaves. */
import { inspect } from 'node:util';
import { expect, it } from 'vitest';
import { ProviderError } from '../../../src/errors.ts';
import type { FaultKind } from '../../emulators/faults.ts';
import { type Begin, type StartOptions, type Scene, submits } from './subject.ts';
import { thrownBy, makeOne } from '../../support/providers/request.ts';

export function describeNetwork(begin: Begin): void {
  const failing = async (how: StartOptions): Promise<{ error: ProviderError; scene: Scene }> => {
    const scene = await begin(how);
    const error = await thrownBy(makeOne(scene.provider, scene.request, scene.call));
    expect(error).toBeInstanceOf(ProviderError);
    expectNoSecret(error, scene.secrets);
    return { error: error as ProviderError, scene };
  };

  it.each([
    [400, ['rejected']],
    [401, ['unauthorized']],
    [402, ['no-credit']],
    [403, ['unauthorized']],
    [404, ['rejected']],
    [413, ['rejected']],
    [422, ['rejected']],
    [429, ['rate-limited']],
    [500, ['unavailable', 'unknown']],
    [502, ['unknown']],
    [503, ['unknown']],
    [504, ['unknown']],
  ])('calls a submit answered with %i %j, after one request', async (status, kinds) => {
    const { error, scene } = await failing({
      faults: [{ on: 'submit', kind: 'status', status, headers: { 'retry-after': '2' } }],
    });
    expect(kinds).toContain(error.failure);
    expect(error.status).toBe(status);
    expect(error.charged).toBe(error.failure === 'unknown' ? 'maybe' : 'no');
    if (status === 429) expect(error.retryAfterMs).toBe(2000);
    expect(submits(scene.emulator)).toBe(1);
  });

  it.each<FaultKind>(['reset-before', 'reset-after', 'header-bomb'])(
    'does not know what became of a submit that met %s, and does not send it again',
    async (kind) => {
      const { error, scene } = await failing({ faults: [{ on: 'submit', kind }] });
      expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
      expect(submits(scene.emulator)).toBe(1);
    },
  );

  it.each<FaultKind>([
    'truncate-length',
    'truncate-chunked',
    'truncate-close',
    'html',
    'error-json',
    'not-image',
    'empty',
    'gzip-bomb',
  ])(
    'makes no picture of a submit answered with %s, never says it was free, and does not send it again',
    async (kind) => {
      const { error, scene } = await failing({ faults: [{ on: 'submit', kind }] });
      expect(scene.emulator?.charges().length).toBe(1);
      expect(['maybe', 'yes']).toContain(error.charged);
      expect(submits(scene.emulator)).toBe(1);
    },
  );

  it('follows no redirect of a submit', async () => {
    const elsewhere = await begin();
    const { error, scene } = await failing({
      faults: [{ on: 'submit', kind: 'redirect', status: 307, headers: { location: elsewhere.emulator?.url ?? '' } }],
    });
    expect(error.charged).toBe('no');
    expect(submits(scene.emulator)).toBe(1);
    expect(elsewhere.emulator?.requests).toEqual([]);
  });

  it('knows that nothing was sent when nobody is there', async () => {
    const scene = await begin();
    await scene.emulator?.close();
    const error = await thrownBy(scene.provider.submit(scene.request, scene.call));
    expect(error).toMatchObject({ name: 'ProviderError', failure: 'unavailable', charged: 'no' });
    expectNoSecret(error, scene.secrets);
    expect(await scene.provider.check(scene.call)).toMatchObject({ ok: false });
  });

  it('ends promptly when it is stopped on the way, and does not know what became of it', async () => {
    const { provider, request, call, emulator } = await begin({ faults: [{ on: 'submit', kind: 'hang' }] });
    const stop = new AbortController();
    const ending = thrownBy(provider.submit(request, { ...call, signal: stop.signal }));
    await expect.poll(() => submits(emulator), { interval: 5 }).toBe(1);
    stop.abort(new Error('stopped by a test'));
    expect(await ending).toMatchObject({ name: 'ProviderError', failure: 'unknown', charged: 'maybe' });
    expect(submits(emulator)).toBe(1);
  });

  it.each<FaultKind>(['hang', 'hang-before', 'slow-loris'])(
    'gives up a submit that met %s at its time-out, and does not know what became of it',
    async (kind) => {
      // As long as this machine, as busy as it is, needs to send the request before the limit.
      for (let timeoutMs = 300; ; timeoutMs *= 4) {
        const { error, scene } = await failing({ faults: [{ on: 'submit', kind }], timeoutMs });
        if (submits(scene.emulator) === 0 && timeoutMs < 20_000) continue;
        expect(error).toMatchObject({ failure: 'unknown', charged: 'maybe' });
        expect(submits(scene.emulator)).toBe(1);
        return;
      }
    },
  );

  it('never repeats a key, also when the service does', async () => {
    const { error, scene } = await failing({ badKey: true });
    expect(error).toMatchObject({ failure: 'unauthorized', charged: 'no' });
    const health = await scene.provider.check(scene.call);
    expect(health.ok).toBe(false);
    expectNoSecret(health, scene.secrets);
  });

  it('says that it is unhealthy when the service is broken or it is stopped, and never throws', async () => {
    const { provider } = await begin({ faults: [{ on: '*', kind: 'status', status: 500 }] });
    expect(await provider.check({ signal: new AbortController().signal })).toMatchObject({ ok: false });
    expect(await provider.check({ signal: AbortSignal.abort() })).toMatchObject({ ok: false });
  });
}

function expectNoSecret(value: unknown, secrets: readonly string[]): void {
  const printed = inspect(value, { depth: 12, showHidden: true, maxStringLength: null, maxArrayLength: null });
  for (const secret of secrets) expect(printed).not.toContain(secret);
}
