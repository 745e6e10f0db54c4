/** What a provider tells without being asked for a picture. */
import { expect, it } from 'vitest';
import { ProviderError, UserError } from '../../../src/errors.ts';
import { sizeProblem } from '../../../src/providers/capabilities.ts';
import type { Subject, Begin } from './subject.ts';
import { thrownBy } from '../../support/providers/request.ts';

export function describeData(subject: Subject, begin: Begin): void {
  it('tells what its default model can do, the same each time, and takes the size that is asked here', async () => {
    const { provider, request } = await begin();
    expect(provider.name).toBe(subject.module.name);
    const capabilities = provider.capabilities(provider.defaultModel);
    expect(provider.capabilities(provider.defaultModel)).toEqual(capabilities);
    expect(sizeProblem(capabilities.sizes, request.width, request.height)).toBeUndefined();
    expect(capabilities.referencesMax).toBeGreaterThanOrEqual(0);
    expect(capabilities.cancel).toBe(provider.cancel !== undefined);
    expect(capabilities.reattach).toBe(provider.collect !== undefined);
    expect((provider.retentionMs ?? Infinity) > 0).toBe(true);
  });

  it('prices a request in whole micro-dollars, dated, the worst case not below the expected', async () => {
    const { provider, request, emulator } = await begin();
    const price = provider.price(request);
    expect(price).toBeDefined();
    if (!price) return;
    expect(provider.price(request)).toEqual(price);
    expect(Number.isInteger(price.worstMicros) && Number.isInteger(price.expectedMicros)).toBe(true);
    expect(price.expectedMicros).toBeGreaterThanOrEqual(0);
    expect(price.worstMicros).toBeGreaterThanOrEqual(price.expectedMicros);
    expect(price.asOf).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(price.source).not.toBe('');
    expect(emulator?.requests ?? []).toEqual([]);
  });

  it('says in sentences what it can not do', async () => {
    const { provider, request } = await begin();
    for (const warning of provider.warnings({ ...request, negativePrompt: 'watermark' }))
      expect(warning).toMatch(/\w+ \w+/);
  });

  const { retiredModel } = subject;
  if (retiredModel === undefined) return;

  it('refuses a retired model before anything is sent, naming the way out', async () => {
    const { provider, request, emulator, call } = await begin();
    let told: unknown;
    try {
      provider.capabilities(retiredModel);
    } catch (error) {
      told = error;
    }
    expect(told).toBeInstanceOf(UserError);
    expect((told as UserError).hint).toBeTruthy();
    const error = await thrownBy(provider.submit({ ...request, model: retiredModel }, call));
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'rejected', charged: 'no' });
    expect(emulator?.requests ?? []).toEqual([]);
  });
}
