import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { accepted, call, clearStage, fault, lost, request, stage } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

describe('looking for an attempt whose answer was lost', () => {
  it.each(['reset-after', 'hang', 'truncate-close', 'html'] as const)('finds the prediction after %s', async (kind) => {
    const { provider, service } = await stage({ emulator: fault('submit', kind) });
    const attempt = lost();
    const stop = new AbortController();
    const answer = provider.submit(request(), call(stop.signal)).catch(() => {});
    await expect.poll(() => service.predictions.size).toBe(1);
    if (kind === 'hang') stop.abort();
    await answer;
    expect(await provider.find?.(attempt, call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('finds nothing when the request was never handled', async () => {
    const { provider } = await stage({ emulator: fault('submit', 'reset-before') });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'absent' });
  });

  it('leaves out known ones, older ones, other seeds, prompts and models', async () => {
    const { provider, service } = await stage();
    const known = await accepted(provider);
    for (const other of [{ seed: 1 }, { prompt: 'another' }, { model: 'black-forest-labs/flux-schnell' }])
      await accepted(provider, request(other));
    const old = service.predictions.get(await accepted(provider));
    if (old !== undefined) old.createdMs -= 600_000;
    expect(await provider.find?.(lost({ isKnown: (id) => id === known }), call())).toEqual({ state: 'absent' });
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'found', remoteId: known });
  });

  it('looks through all pages', async () => {
    const { provider, operations } = await stage({ service: { pageSize: 2 } });
    const ours = await accepted(provider);
    for (let seed = 1; seed <= 5; seed++) await accepted(provider, request({ seed }));
    expect(await provider.find?.(lost(), call())).toEqual({ state: 'found', remoteId: ours });
    expect(operations().filter((operation) => operation === 'list')).toHaveLength(3);
  });

  it('waits for a list that lags behind before it says that nothing is there', async () => {
    const { provider, service } = await stage({
      service: { listLagMs: 20 },
      provider: { settleMs: 40 },
      emulator: fault('submit', 'reset-after'),
    });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost(), call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('is unsure when the service can not be asked or no longer tells what was asked', async () => {
    const down = await stage({ emulator: fault('list', 'status', { status: 503 }) });
    expect(await down.provider.find?.(lost(), call())).toMatchObject({ state: 'unsure' });
    const forgetful = await stage({ service: { expireMs: 0 } });
    await accepted(forgetful.provider, request({ seed: 9 }));
    expect(await forgetful.provider.find?.(lost(), call())).toMatchObject({ state: 'unsure' });
  });

  /** A list as a service might give it that does not obey `created_after`, or names strange things. */
  const listed = (predictions: object[], next: string | null = null): object => ({
    status: 200,
    body: JSON.stringify({ next, results: predictions }),
  });
  const theirs = (more: object, input: object = {}): object => ({
    id: 'theirs',
    status: 'succeeded',
    model: 'black-forest-labs/flux-dev',
    created_at: new Date().toISOString(),
    input: { prompt: request().prompt, seed: 421_337, ...input },
    ...more,
  });
  it.each([
    ['is the same', theirs({}), 'found'],
    ['has more inputs than were sent', theirs({}, { guidance: 3 }), 'found'],
    ['is older than the attempt', theirs({ created_at: '2026-01-01T00:00:00Z' }), 'absent'],
    ['has no seed', theirs({}, { seed: undefined }), 'absent'],
    ['has another size', theirs({}, { aspect_ratio: '2:3' }), 'absent'],
    ['names no model', theirs({ model: null }), 'found'],
  ])('takes a listed prediction that %s for %s', async (_, prediction, state) => {
    const { provider } = await stage({ emulator: fault('list', 'status', listed([prediction])) });
    expect(await provider.find?.(lost(), call())).toMatchObject({ state });
  });

  it('compares pictures by content where it can, and takes one with a picture over one that failed', async () => {
    const uri = (text: string): string => `data:image/png;base64,${Buffer.from(text).toString('base64')}`;
    const path = join(mkdtempSync(join(tmpdir(), 'reference-')), 'face.png');
    writeFileSync(path, 'ours');
    const reference = { path, mime: 'image/png' as const, sha256: '0'.repeat(64), sizeBytes: 4 };
    const attempt = lost({ request: request({ references: [reference] }) });
    const list = [
      theirs({ id: 'other' }, { image: uri('another') }),
      theirs({ id: 'failed', status: 'failed' }, { image: uri('ours') }),
      theirs({ id: 'good' }, { image: uri('ours') }),
    ];
    const { provider } = await stage({ emulator: fault('list', 'status', listed(list)) });
    expect(await provider.find?.(attempt, call())).toEqual({ state: 'found', remoteId: 'good' });
  });

  it('does not follow a list to another address', async () => {
    const elsewhere = await stage();
    const { provider } = await stage({
      emulator: fault('list', 'status', listed([], `${elsewhere.emulator.url}/v1/predictions`)),
    });
    expect(await provider.find?.(lost(), call())).toMatchObject({
      state: 'unsure',
      message: expect.stringContaining('another address') as string,
    });
    expect(elsewhere.emulator.requests).toEqual([]);
  });

  const DAY_MS = 86_400_000;
  it.each([
    ['ahead all the time', DAY_MS, DAY_MS],
    ['behind all the time', -DAY_MS, -DAY_MS],
    ['set forward since', 0, DAY_MS],
    ['set back since', 0, -DAY_MS],
    ['put right since, from ahead', DAY_MS - 3_600_000, 0],
  ])('finds it although our clock was %s', async (_, whenSent, whenAsked) => {
    const { provider, service } = await stage({
      emulator: fault('submit', 'reset-after'),
      now: () => Date.now() + whenAsked,
    });
    await provider.submit(request(), call()).catch(() => {});
    expect(await provider.find?.(lost({ sentAtMs: Date.now() + whenSent }), call())).toEqual({
      state: 'found',
      remoteId: [...service.predictions.keys()][0],
    });
  });

  it('does not doubt because of predictions that were made long after', async () => {
    const { provider } = await stage({ service: { expireMs: 0 } });
    await accepted(provider, request({ seed: 9 }));
    expect(await provider.find?.(lost({ sentAtMs: Date.now() - DAY_MS }), call())).toEqual({ state: 'absent' });
  });
});
