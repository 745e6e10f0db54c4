/** What becomes of accepted jobs: their ends, how long they are kept, cancel and health. */
import { afterEach, describe, expect, it } from 'vitest';
import type { Accepted, Submission, SubmitContext } from '../../../src/providers/provider.ts';
import { resultOf } from '../../../src/providers/runpod/job.ts';
import { FORBIDDEN } from '../../emulators/runpod.ts';
import { plainRequest, thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage, type Stage } from '../../support/providers/runpod-stage.ts';
import { ticking } from '../../support/providers/time.ts';

afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const MINUTE_MS = 60_000;

function accepted(submission: Submission, acceptedAtMs: number): Accepted {
  if (submission.state !== 'accepted') throw new Error('it should have an id');
  return { remoteId: submission.remoteId, acceptedAtMs, sent: submission.sent ?? {} };
}

async function made(scene: Stage, more: { prompt?: string; model?: string } = {}): Promise<Accepted> {
  const request = plainRequest({ model: scene.provider.defaultModel, ...more });
  return accepted(await scene.provider.submit(request, call), Date.now());
}

const collect = (scene: Stage, work: Accepted): Promise<unknown> =>
  scene.provider.collect?.(work, plainRequest(), call) ?? Promise.reject(new Error('it should collect'));

describe('a job at RunPod', () => {
  it('is asked for at the endpoint that took it, whatever the config says by then', async () => {
    const scene = await stage();
    const work = await made(scene, { model: 'worker-sdxl' });
    const other = await stage({ provider: { endpointId: 'another', baseUrl: `${scene.emulator.url}/v2` } });
    expect(await collect(other, work)).toMatchObject({ state: 'generated' });
    expect(scene.asked().at(-1)).toBe(`GET /v2/${work.remoteId.replace('/', '/status/')}`);
  });

  it.each([
    [FORBIDDEN, 'refused'],
    ['FAIL(Invalid parameter: width must be divisible by 64)', 'rejected'],
    ['FAIL(CUDA out of memory)', 'unavailable'],
  ])('that failed with "%s" is %s, and free at a public endpoint only', async (prompt, failure) => {
    const scene = await stage();
    expect(await thrownBy(collect(scene, await made(scene, { prompt })))).toMatchObject({ failure, charged: 'no' });
    const own = await made(scene, { prompt, model: 'worker-sdxl' });
    expect(await thrownBy(collect(scene, own))).toMatchObject({ failure, charged: 'maybe' });
  });

  it('is kept for 30 minutes after its end: found until then, expired and paid afterwards', async () => {
    let nowMs = Date.now();
    const scene = await stage({ emulator: { now: () => nowMs } });
    const work = await made(scene);
    nowMs += 29 * MINUTE_MS;
    expect(await collect(scene, work)).toMatchObject({ state: 'generated' });
    nowMs += 2 * MINUTE_MS;
    const error = await thrownBy(collect(scene, work));
    expect(error).toMatchObject({ failure: 'unusable', charged: 'yes', expired: true });
    expect((error as Error).message).toContain('30 minutes');
  });

  it('is not called gone by a clock of ours that was set: the age is told by the service', async () => {
    const serviceMs = Date.now();
    const scene = await stage({ emulator: { now: () => serviceMs }, elapsed: ticking() });
    const work = await made(scene);
    const missing = { ...work, remoteId: `${work.remoteId.split('/')[0]}/not-there-yet` };
    const yearLater = { ...missing, acceptedAtMs: work.acceptedAtMs - 365 * 86_400_000 };
    expect(await collect(scene, missing)).toMatchObject({ state: 'running' });
    expect(await thrownBy(collect(scene, yearLater))).toMatchObject({ expired: true });
  });

  it('that is stopped is never said to be free', async () => {
    const scene = await stage({ service: { queueMs: 60_000 } });
    const work = await made(scene);
    expect(await scene.provider.cancel?.(work.remoteId, call)).toBe(false);
    expect(await thrownBy(collect(scene, work))).toMatchObject({ failure: 'timeout', charged: 'maybe' });
    expect(scene.emulator.charges()).toEqual([]);
  });

  it('whose time is over in the queue was not billed by a public endpoint', () => {
    expect(() => resultOf({ status: 'TIMED_OUT' }, false)).toThrow(expect.objectContaining({ charged: 'no' }));
    expect(() => resultOf({ status: 'TIMED_OUT' }, true)).toThrow(expect.objectContaining({ charged: 'maybe' }));
    expect(resultOf({ status: 'SOMETHING_NEW' }, false)).toEqual({ state: 'running' });
  });

  it('that ended without its output is asked for again; one without a picture is paid and unusable', () => {
    expect(resultOf({ status: 'COMPLETED' }, true)).toMatchObject({ state: 'missing' });
    const empty = { status: 'success_no_images', images: [] };
    expect(() => resultOf({ status: 'COMPLETED', output: empty }, true)).toThrow(
      expect.objectContaining({ failure: 'unusable', charged: 'yes' }),
    );
  });
});

describe('the health of RunPod', () => {
  it('is that of the endpoint that would be used', async () => {
    const open = await stage();
    expect(await open.provider.check(call)).toEqual({
      ok: true,
      message: 'qwen-image-edit-2511 answers: 0 queued, 0 in progress; workers: 1 idle, 0 running',
    });
    const own = await stage({ provider: { model: 'worker-sdxl' } });
    await own.provider.check(call);
    expect(own.asked()).toEqual(['GET /v2/emulated1own2/health']);
    const wrong = await stage({ provider: { model: 'worker-sdxl', endpointId: 'nobodys' } });
    expect(await wrong.provider.check(call)).toMatchObject({ ok: false });
  });
});
