/** How requests to Gemini end without a picture, and what the account is asked. */
import { afterEach, describe, expect, it } from 'vitest';
import { toldFailure } from '../../../src/providers/google/service.ts';
import { FILTERED, FORBIDDEN, NOTHING } from '../../emulators/gemini.ts';
import { clearStage, stage } from '../../support/providers/gemini-stage.ts';
import { call } from '../../support/providers/openai-request.ts';
import { plainRequest, thrownBy } from '../../support/providers/request.ts';

afterEach(clearStage);

const request = (prompt: string) => plainRequest({ model: 'gemini-nano-banana-2.1', prompt });

describe('a request that ends without a picture', () => {
  it.each([
    {
      when: 'its prompt is blocked',
      prompt: FORBIDDEN,
      is: { failure: 'refused', charged: 'no', code: 'PROHIBITED_CONTENT' },
    },
    // Its thoughts were charged.
    {
      when: 'its picture is not shown',
      prompt: FILTERED,
      is: { failure: 'refused', charged: 'maybe', code: 'IMAGE_SAFETY' },
    },
    // No token came out.
    {
      when: 'the model made nothing',
      prompt: NOTHING,
      is: { failure: 'unavailable', charged: 'no', code: 'NO_IMAGE' },
    },
  ])('because $when is $is.failure', async ({ prompt, is }) => {
    const { provider } = await stage();
    expect(await thrownBy(provider.submit(request(prompt), call))).toMatchObject({ name: 'ProviderError', ...is });
  });

  it('waits as long as the details of a 429 say', async () => {
    const { provider } = await stage({ service: { perMinute: 1 } });
    await provider.submit(request('one'), call);
    const error = await thrownBy(provider.submit(request('two'), call));
    expect(error).toMatchObject({ failure: 'rate-limited', charged: 'no', status: 429, code: 'RESOURCE_EXHAUSTED' });
    expect((error as { retryAfterMs: number }).retryAfterMs).toBeGreaterThan(50_000);
  });
});

/** An error as Google words it. */
const told = (code: number, status: string, message: string, details: unknown = []): ReturnType<typeof toldFailure> =>
  toldFailure(code, JSON.stringify({ error: { code, message, status, details } }));

describe('an error of Google', () => {
  it.each([
    [503, 'UNAVAILABLE', 'The model is overloaded. Please try again later.', 'unavailable'],
    [429, 'RESOURCE_EXHAUSTED', 'Your prepayment credits are depleted.', 'no-credit'],
    [429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x, limit: 0, model: y', 'no-credit'],
    [429, 'RESOURCE_EXHAUSTED', 'Quota exceeded for metric: x, limit: 10, model: y', undefined],
    [400, 'FAILED_PRECONDITION', 'User location is not supported for the API use.', 'unauthorized'],
    [400, 'FAILED_PRECONDITION', 'Please enable billing on your project.', 'no-credit'],
    [400, 'INVALID_ARGUMENT', 'Unable to process input image.', undefined],
    [504, 'DEADLINE_EXCEEDED', 'Deadline expired before operation could complete.', undefined],
    [500, 'INTERNAL', 'An internal error has occurred.', undefined],
  ])('%i %s %j is %j', (code, status, message, failure) => {
    expect(told(code, status, message)).toBe(failure);
  });

  it('that names the quota of a day is an account at its limit', () => {
    const violations = [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel' }];
    expect(told(429, 'RESOURCE_EXHAUSTED', 'Quota exceeded', [{ violations }])).toBe('no-credit');
  });

  it('is understood beside details of another form', () => {
    const odd = { reason: 5, violations: null };
    expect(told(400, 'INVALID_ARGUMENT', 'x', [odd, { reason: 'API_KEY_INVALID' }])).toBe('unauthorized');
    expect(told(503, 'UNAVAILABLE', 'x', 'none')).toBe('unavailable');
  });

  it('is read in a list, too, and says nothing where it is not one of Google’s', () => {
    const error = { error: { message: 'x', status: 'FAILED_PRECONDITION' } };
    expect(toldFailure(400, JSON.stringify([error]))).toBe('unauthorized');
    expect(toldFailure(500, '<html>Internal Server Error</html>')).toBe('unknown');
    expect(toldFailure(503, '<html>Service Unavailable</html>')).toBeUndefined();
    expect(toldFailure(503, '{"message":"no healthy upstream"}')).toBeUndefined();
  });
});

describe('a check', () => {
  it('tells which models the account really has', async () => {
    const { provider } = await stage();
    const has = 'this account has gemini-nano-banana-2.1, gemini-3.1-flash-lite-image, gemini-3-pro-image';
    expect(await provider.check(call)).toEqual({ ok: true, message: `Gemini answers; ${has}` });
  });

  it('says that the model of the config is not there', async () => {
    const { provider } = await stage({ options: { model: 'gemini-5-image' } });
    const { message } = await provider.check(call);
    expect(message).toMatch(/, and not gemini-5-image$/);
  });
});
