/** What becomes of prompts: pictures, failures, lost answers, a server that was started again, stopping. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderError } from '../../../src/errors.ts';
import { promptIdOf } from '../../../src/providers/comfyui/connection.ts';
import type { SubmitContext } from '../../../src/providers/provider.ts';
import { FULL_WORD } from '../../emulators/comfyui/prompt.ts';
import { clearStage, stage, type Stage } from '../../support/providers/comfyui-stage.ts';
import { collectOne, makeOne, plainRequest, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

const call: SubmitContext = { signal: new AbortController().signal, onSending: () => {} };
const request = plainRequest({ model: 'workflow', attemptKey: 'a-1' });
const id = promptIdOf('a-1');
const lost = { request, sent: {}, sentAtMs: 0, isKnown: () => false };

/** What a picture with this prompt ends with. */
async function endOf(prompt: string, options: Record<string, unknown> = {}): Promise<unknown> {
  const { provider } = await stage({ options });
  return thrownBy(makeOne(provider, { ...request, prompt }, call));
}

const asked = ({ emulator }: Stage, operation: string) =>
  emulator.requests.filter((one) => one.operation === operation);

describe('a prompt at ComfyUI', () => {
  it('ends with the address of its file, which is at the server itself', async () => {
    const { provider, emulator } = await stage();
    const { image } = await makeOne(provider, request, call);
    expect(image).toEqual({
      kind: 'url',
      url: `${emulator.url}/view?filename=imggen_00001_.png&subfolder=&type=output`,
    });
  });

  it('tells how far its node is, while it runs', async () => {
    const { provider } = await stage({ emulator: { latencyMs: 60_000 } });
    await provider.submit(request, call);
    const stop = new AbortController();
    const told: (number | undefined)[] = [];
    const onPhase = (_: string, share?: number) => {
      told.push(share);
      if (share !== undefined) stop.abort();
    };
    const collected = await collectOne(provider, id, request, { signal: stop.signal, onPhase });
    expect(collected).toMatchObject({ state: 'running' });
    expect(told.filter((share) => share !== undefined)).toEqual([0.25]);
  });

  it('that fails in a node is rejected in the node’s words; the same would fail again', async () => {
    const error = await endOf('FAIL(mat1 and mat2 shapes cannot be multiplied)');
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no', code: 'RuntimeError' });
    expect((error as ProviderError).message).toBe(
      'ComfyUI in KSampler (node 3): mat1 and mat2 shapes cannot be multiplied',
    );
  });

  it('that runs out of memory is tried again: the server frees some', async () => {
    expect(await endOf(FULL_WORD)).toMatchObject({ failure: 'unavailable', charged: 'no' });
  });

  it('may have cost something where the user has set a price', async () => {
    expect(await endOf('FAIL(no)', { priceUsd: 0.01 })).toMatchObject({ failure: 'rejected', charged: 'maybe' });
  });

  it('without a picture of the node that is named is rejected', async () => {
    expect(await endOf('a face', { outputNode: '99' })).toMatchObject({ failure: 'rejected', code: 'no_picture' });
  });
});

describe('a prompt whose answer was lost', () => {
  it.each(['running', 'ended'])('is found by its id while it is %s, and collected', async (state) => {
    const faults = [{ on: 'submit', kind: 'reset-after' as const, times: 1 }];
    const { provider, emulator } = await stage({ emulator: { faults, latencyMs: state === 'ended' ? 0 : 60 } });
    expect(await thrownBy(provider.submit(request, call))).toMatchObject({ failure: 'unknown' });
    expect(await provider.find?.(lost, call)).toEqual({ state: 'found', remoteId: id });
    expect(await collectOne(provider, id, request, call)).toMatchObject({ state: 'generated' });
    expect(emulator.charges()).toHaveLength(1);
  });

  it('is absent when it never arrived, and in doubt when nobody can be asked', async () => {
    const { provider, emulator } = await stage();
    expect(await provider.find?.(lost, call)).toEqual({ state: 'absent' });
    emulator.faults.push({ on: 'queue', kind: 'status', status: 503 });
    expect(await thrownBy(provider.find?.(lost, call) ?? Promise.resolve())).toMatchObject({ failure: 'unavailable' });
  });

  it('is not missed as it goes from the queue to the history between two questions', async () => {
    const { provider, service } = await stage();
    await provider.submit(request, call);
    const prompt = service.prompts.get(id);
    if (!prompt) throw new Error('not there');
    // Running for the first question, over for the second.
    const { endsMs } = prompt;
    let questions = 0;
    Object.defineProperty(prompt, 'endsMs', { get: () => (questions++ === 0 ? Infinity : endsMs) });
    expect(await provider.find?.(lost, call)).toEqual({ state: 'found', remoteId: id });
  });

  it.each([
    [undefined, 'no'],
    [0.01, 'maybe'],
  ])('is made again when the server was started again and has forgotten it (price %j)', async (priceUsd, charged) => {
    const { provider, service } = await stage({ options: { priceUsd }, emulator: { latencyMs: 60_000 } });
    await provider.submit(request, call);
    service.restart();
    const error = await thrownBy(collectOne(provider, id, request, call));
    expect(error).toMatchObject({ failure: 'unavailable', code: 'forgotten', charged });
  });

  it('at a server too old for our ids is collected by its own id, with a warning', async () => {
    const { provider } = await stage({ service: { old: true } });
    const made = await makeOne(provider, request, call);
    expect(made.warnings).toEqual([expect.stringMatching(/too old to take our ids/)]);
  });
});

describe('stopping a prompt', () => {
  it('takes it out of the queue, or interrupts it and no other', async () => {
    const scene = await stage({ emulator: { latencyMs: 60_000 } });
    const { provider, service } = scene;
    await provider.submit(request, call);
    await provider.submit({ ...request, attemptKey: 'a-2' }, call);
    expect(await provider.cancel?.(promptIdOf('a-2'), call)).toBe(true);
    expect([...service.prompts.keys()]).toEqual([id]);
    expect(asked(scene, 'interrupt')).toEqual([]);
    expect(await provider.cancel?.(id, call)).toBe(true);
    expect(asked(scene, 'interrupt').map(({ body }) => body)).toEqual([{ prompt_id: id }]);
    const error = await thrownBy(collectOne(provider, id, request, call));
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no', canceled: true });
  });

  it('that has ended or is unknown stops nothing', async () => {
    const scene = await stage();
    await makeOne(scene.provider, request, call);
    expect(await scene.provider.cancel?.(id, call)).toBe(false);
    expect([...asked(scene, 'interrupt'), ...asked(scene, 'queue-change')]).toEqual([]);
  });
});
