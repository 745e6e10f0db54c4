import { afterEach, describe, expect, it } from 'vitest';
import { sizeProblem } from '../../../src/providers/capabilities.ts';
import { FORBIDDEN, NOTHING } from '../../emulators/openai.ts';
import { thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { request, call } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

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
    const ending = thrownBy(provider.submit(request(), { ...call, signal: stop.signal }));
    await expect.poll(() => emulator.requests.length).toBe(1);
    stop.abort(reason);
    expect(await ending).toMatchObject({
      failure: 'unknown',
      message: `OpenAI ${words}; whether the request was accepted is not known`,
    });
  });
});
