import { afterEach, describe, expect, it } from 'vitest';
import { problemsOf } from '../../../src/config/problems.ts';
import replicateModule from '../../../src/providers/replicate.ts';
import { accepted, call, clearStage, fault, request, stage, TOKEN } from '../../support/providers/replicate-stage.ts';

afterEach(clearStage);

describe('Replicate, as a provider', () => {
  it('says what is missing without a key, and what a model id looks like', async () => {
    const keyVariables = ['REPLICATE_API_TOKEN'];
    const settings = {
      options: {},
      keyVariables,
      env: {},
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 1000,
    };
    await expect(replicateModule.create(settings)).rejects.toMatchObject({
      kind: 'auth',
      message: expect.stringContaining('REPLICATE_API_TOKEN') as string,
    });
    const { provider } = await stage();
    expect(() => provider.capabilities('flux-dev')).toThrow(/owner\/name/);
    expect(provider.capabilities('someone/else')).toMatchObject({ sizes: { kind: 'any' } });
  });

  it('knows the listed prices, takes the user’s over them, and knows none for others', async () => {
    const asked = request();
    const listed = await stage();
    expect(listed.provider.price(asked)).toMatchObject({
      worstMicros: 25_000,
      source: expect.stringContaining('replicate.com') as string,
    });
    expect(listed.provider.price(request({ model: 'someone/portrait-lora' }))).toBeUndefined();
    const own = await stage({ provider: { priceUsd: 0.0312 } });
    expect(own.provider.price(asked)).toMatchObject({ worstMicros: 31_200, source: 'config' });
  });

  it('takes REPLICATE_BASE_URL and refuses options it does not know', async () => {
    const { emulator } = await stage();
    const env = { REPLICATE_API_TOKEN: TOKEN, REPLICATE_BASE_URL: `${emulator.url}/v1/` };
    const provider = await replicateModule.create({
      options: {},
      keyVariables: ['REPLICATE_API_TOKEN'],
      env,
      fetch,
      now: Date.now,
      elapsed: () => performance.now(),
      sleep: async () => {},
      timeoutMs: 1000,
    });
    expect(await provider.check(call())).toEqual({ ok: true, message: 'the key is good (account emulated)' });
    expect(replicateModule.optionsSchema.safeParse({ modle: 'x' }).success).toBe(false);
    const misnamed = { models: { upscaler: {} } };
    const { error } = replicateModule.optionsSchema.safeParse(misnamed);
    expect(error && problemsOf(replicateModule.optionsSchema, error, misnamed)).toMatchObject([
      { where: 'models.upscaler', what: 'expected owner/name, or owner/name:version' },
    ]);
  });

  it('tells of an unhealthy service without throwing', async () => {
    const { provider } = await stage({
      emulator: fault('account', 'status', { status: 401, body: `{"detail":"bad token ${TOKEN}"}` }),
    });
    const health = await provider.check(call());
    expect(health.ok).toBe(false);
    expect(health.message).not.toContain(TOKEN);
  });

  it('cancels, and calls it unbilled only before the work began', async () => {
    const queued = await stage({ service: { queueMs: 60_000 } });
    expect(await queued.provider.cancel?.(await accepted(queued.provider), call())).toBe(true);
    const running = await stage({ emulator: { latencyMs: 60_000 } });
    expect(await running.provider.cancel?.(await accepted(running.provider), call())).toBe(false);
    expect(queued.emulator.charges()).toEqual([]);
  });
});
