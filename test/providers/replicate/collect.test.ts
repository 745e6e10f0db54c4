import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { FLAGGED_WORD, REFUSED_WORD } from '../../emulators/replicate/create.ts';
import {
  accepted,
  call,
  clearStage,
  collect,
  fault,
  made,
  request,
  stage,
} from '../../support/providers/replicate-stage.ts';
import { ticking } from '../../support/providers/time.ts';

afterEach(clearStage);

describe('waiting for a prediction', () => {
  it.each(['status', 'reset-before', 'html', 'truncate-length', 'empty', 'error-json'] as const)(
    'tolerates readings that meet %s',
    async (kind) => {
      const { provider } = await stage({ emulator: fault('poll', kind, { times: 2, status: 503 }) });
      const generated = await made(provider, await accepted(provider));
      expect(generated.image.kind).toBe('url');
    },
  );

  it('reads again no sooner than it is asked to', async () => {
    const { provider, sleeps } = await stage({
      emulator: fault('poll', 'status', { status: 429, headers: { 'retry-after': '7' }, times: 1 }),
    });
    await collect(provider, await accepted(provider));
    expect(sleeps).toEqual([7000]);
  });

  it('reads less often the longer it takes', async () => {
    const { provider, sleeps } = await stage({ emulator: { latencyMs: 60_000 }, elapsed: ticking(300) });
    await collect(provider, await accepted(provider));
    expect(sleeps.slice(0, 4).map(Math.round)).toEqual([10, 15, 23, 34]);
  });

  it('keeps the work when the time is over', async () => {
    const { provider } = await stage({ emulator: { latencyMs: 60_000 }, elapsed: ticking() });
    expect(await collect(provider, await accepted(provider))).toEqual({
      state: 'running',
      why: expect.stringContaining('no result after 10 s') as string,
    });
  });

  it('keeps the work when it is stopped', async () => {
    const { provider, emulator } = await stage({ emulator: { latencyMs: 60_000 } });
    const stopping = new AbortController();
    const waiting = collect(provider, await accepted(provider), request(), call(stopping.signal));
    while (emulator.requests.at(-1)?.operation !== 'poll') await sleep(2);
    stopping.abort();
    expect(await waiting).toMatchObject({ state: 'running' });
  });

  it('keeps the work when the key is refused meanwhile', async () => {
    const { provider, operations } = await stage({ emulator: fault('poll', 'status', { status: 401 }) });
    expect(await collect(provider, await accepted(provider))).toMatchObject({ state: 'running' });
    expect(operations()).toEqual(['model', 'submit', 'poll']);
  });

  it.each([
    [
      `a face ${REFUSED_WORD}`,
      { failure: 'refused', charged: 'no', message: expect.stringContaining('NSFW') as string },
    ],
    [
      'FAIL(Prediction failed for an unknown reason. (E1000\\)',
      { failure: 'unavailable', charged: 'no', code: 'E1000' },
    ],
    ['FAIL(The input or output was flagged as sensitive. E005)', { failure: 'refused', charged: 'no', code: 'E005' }],
    ['FAIL(E1001: CUDA out of memory)', { failure: 'rejected', charged: 'no', code: 'E1001' }],
    [`a face ${FLAGGED_WORD}`, { failure: 'refused', charged: 'yes' }],
  ])('names the end of “%s”', async (prompt, outcome) => {
    const { provider } = await stage();
    await expect(collect(provider, await accepted(provider, request({ prompt })))).rejects.toMatchObject(outcome);
  });

  it('is not sure what a failed run of somebody’s model costs', async () => {
    const { provider } = await stage();
    const asked = request({ model: 'someone/portrait-lora', prompt: 'FAIL(boom)' });
    await expect(collect(provider, await accepted(provider, asked), asked)).rejects.toMatchObject({
      failure: 'unavailable',
      charged: 'maybe',
    });
  });

  it('is not sure either of a pinned version, which runs by the second', async () => {
    const { provider } = await stage();
    const asked = request({ model: `black-forest-labs/flux-dev:${'2'.repeat(64)}`, prompt: 'FAIL(boom)' });
    await expect(collect(provider, await accepted(provider, asked), asked)).rejects.toMatchObject({
      charged: 'maybe',
    });
  });

  it('ends on cancelled and on aborted predictions', async () => {
    const queued = await stage({ service: { queueMs: 60_000 } });
    const unstarted = await accepted(queued.provider);
    await queued.provider.cancel?.(unstarted, call());
    await expect(collect(queued.provider, unstarted)).rejects.toMatchObject({
      failure: 'rejected',
      charged: 'no',
      canceled: true,
    });
    let now = Date.now();
    const late = await stage({
      service: { queueMs: 60_000 },
      emulator: { now: () => now },
      provider: { cancelAfterSeconds: 5 },
    });
    const aborted = await accepted(late.provider);
    now += 5000;
    await expect(collect(late.provider, aborted)).rejects.toMatchObject({
      failure: 'timeout',
      charged: 'no',
      code: 'aborted',
    });
    const running = await stage({ emulator: { latencyMs: 60_000 } });
    const canceled = await accepted(running.provider);
    await running.provider.cancel?.(canceled, call());
    await expect(collect(running.provider, canceled)).rejects.toMatchObject({
      failure: 'timeout',
      charged: 'maybe',
      canceled: true,
    });
  });
});
