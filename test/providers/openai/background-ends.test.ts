import { afterEach, describe, expect, it } from 'vitest';
import { FORBIDDEN } from '../../emulators/openai.ts';
import { collectOne, makeOne, thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { background, request, call, accepted } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

describe('the end of background work', () => {
  it('tells a refusal in the words of the service', async () => {
    const { provider } = await stage({ options: background });
    expect(await thrownBy(makeOne(provider, request({ prompt: FORBIDDEN }), call))).toMatchObject({
      failure: 'refused',
      code: 'image_content_policy_violation',
    });
  });

  it.each([
    [
      { status: 'failed', error: { code: 'server_error', message: 'broke' } },
      { failure: 'unavailable', charged: 'no' },
    ],
    [
      { status: 'failed', error: { code: 'rate_limit_exceeded', message: 'try again in 3s' } },
      { failure: 'rate-limited', retryAfterMs: 3000 },
    ],
    [{ status: 'failed', error: { code: 'invalid_image_format', message: 'bad' } }, { failure: 'rejected' }],
    [
      { status: 'incomplete', incomplete_details: { reason: 'content_filter' } },
      { failure: 'refused', charged: 'maybe' },
    ],
    [
      { status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } },
      { failure: 'unusable', charged: 'yes' },
    ],
    [{ status: 'completed', output: [{ type: 'message' }] }, { failure: 'unusable' }],
    [
      {
        status: 'completed',
        output: [
          {
            type: 'image_generation_call',
            status: 'failed',
            result: null,
            error: { code: 'moderation_blocked', message: 'no' },
          },
        ],
      },
      { failure: 'refused' },
    ],
  ])('names the end %j', async (body, expected) => {
    const { provider } = await stage({
      options: background,
      emulator: { faults: [{ on: 'poll', kind: 'status', status: 200, body: JSON.stringify(body) }] },
    });
    expect(await thrownBy(makeOne(provider, request(), call))).toMatchObject({ name: 'ProviderError', ...expected });
  });

  it('cancels at the service, which does not promise that it is free', async () => {
    const { provider, emulator } = await stage({ options: background, emulator: { latencyMs: 60_000 } });
    const remoteId = await accepted(provider);
    expect(await provider.cancel?.(remoteId, call)).toBe(false);
    expect(emulator.requests.at(-1)?.path).toBe(`/v1/responses/${remoteId}/cancel`);
    expect(await thrownBy(collectOne(provider, remoteId, request(), call))).toMatchObject({
      failure: 'timeout',
      charged: 'maybe',
      code: 'cancelled',
    });
  });

  it('is dearer by the text model', async () => {
    const [plain, dear] = [await stage(), await stage({ options: background })];
    expect(dear.provider.price(request())?.worstMicros).toBeGreaterThan(
      plain.provider.price(request())?.worstMicros ?? 0,
    );
  });
});
