/** What the web UI is asked for, how far it says it is, and how it fails. */
import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest } from '../../src/providers/provider.ts';
import { TOO_LARGE } from '../emulators/a1111.ts';
import { pictureKey } from '../emulators/picture.ts';
import { clearStage, LOGIN, providerAt, stage } from '../support/providers/a1111-stage.ts';
import { call, makeReferences } from '../support/providers/openai-request.ts';
import { plainRequest, thrownBy } from '../support/providers/request.ts';

afterEach(clearStage);

const request = (more: Partial<ImageRequest> = {}): ImageRequest =>
  plainRequest({ model: 'current', prompt: 'A portrait.', width: 512, height: 768, seed: 4_294_967_295, ...more });

describe('a picture of one’s own web UI', () => {
  it('is one picture of this seed and size, whatever the config adds', async () => {
    const { provider, sent, emulator } = await stage({ options: { input: { steps: 30, batch_size: 4, seed: 1 } } });
    const asked = request({ negativePrompt: 'text' });
    const made = await provider.submit(asked, call);
    expect(sent()).toEqual({
      prompt: 'A portrait.',
      negative_prompt: 'text',
      seed: 4_294_967_295,
      width: 512,
      height: 768,
      steps: 30,
      batch_size: 1,
      n_iter: 1,
      send_images: true,
      save_images: false,
      force_task_id: asked.attemptKey,
      override_settings: {},
    });
    expect(made).toMatchObject({ state: 'generated', seedUsed: 4_294_967_295 });
    expect(emulator.requests[0]?.headers.authorization).toBeUndefined();
    expect(provider.price(asked)).toMatchObject({ worstMicros: 0 });
  });

  it('is made with the checkpoint that is named', async () => {
    const { provider, sent } = await stage({
      options: { input: { override_settings: { CLIP_stop_at_last_layers: 2 } } },
    });
    await provider.submit(request({ model: 'sd_xl_base_1.0' }), call);
    expect(sent()['override_settings']).toEqual({ CLIP_stop_at_last_layers: 2, sd_model_checkpoint: 'sd_xl_base_1.0' });
    const error = await thrownBy(provider.submit(request({ model: 'other' }), call));
    expect(error).toMatchObject({
      failure: 'rejected',
      charged: 'no',
      message: expect.stringMatching(/Model not found/) as string,
    });
  });

  it('paints over a reference only where the config says so', async () => {
    const { provider, sent, emulator } = await stage({ options: { reference: 'repaint' } });
    const [face] = await makeReferences();
    await provider.submit(request({ references: face ? [face] : [] }), call);
    expect(emulator.requests[0]?.path).toBe('/sdapi/v1/img2img');
    const [text] = sent()['init_images'] as string[];
    expect(pictureKey(Buffer.from(text ?? '', 'base64'))).toBe('face.png');
    expect(provider.capabilities('current')).toMatchObject({ referencesMax: 1, keepsFace: 'repaint' });
    const plain = await providerAt(emulator.url);
    expect(plain.capabilities('current')).toMatchObject({
      referencesMax: 0,
      withheld: expect.stringMatching(/paints over/) as string,
    });
    const without = await providerAt(emulator.url, { options: { reference: 'none' } });
    expect(without.capabilities('current')).toMatchObject({ referencesMax: 0, keepsFace: 'none' });
    expect(without.capabilities('current').withheld).toBeUndefined();
  });

  it('tells how far it is while it is made, and a look that fails is passed over', async () => {
    const faults = [{ on: 'progress', kind: 'status' as const, status: 500, positions: [1] }];
    const { provider } = await stage({ options: { pollMs: 10 }, service: { looks: 2 }, emulator: { faults } });
    const shares: number[] = [];
    const onPhase = (_: string, share?: number): void => void (share !== undefined && shares.push(share));
    await provider.submit(request(), { ...call, onPhase });
    expect(shares.length).toBeGreaterThan(0);
    expect(shares.every((share) => share >= 0 && share <= 1)).toBe(true);
  });

  it('does not take another’s progress for its own', async () => {
    const { provider, emulator } = await stage({ options: { pollMs: 10 }, service: { looks: 3 } });
    const first = provider.submit(request({ attemptKey: 'first' }), call);
    await expect.poll(() => emulator.requests.length, { interval: 5 }).toBe(1);
    let told = 0;
    const onPhase = (_: string, share?: number): void => void (share !== undefined && told++);
    await Promise.all([first, provider.submit(request({ attemptKey: 'second' }), { ...call, onPhase })]);
    // Three of the looks met the first picture.
    const looks = emulator.requests.filter(({ operation }) => operation === 'progress').length;
    expect(looks).toBeGreaterThanOrEqual(3);
    expect(told).toBeLessThanOrEqual(looks - 3);
  });

  it('that does not fit into memory is not asked for again', async () => {
    const { provider } = await stage();
    const error = await thrownBy(provider.submit(request({ prompt: TOO_LARGE }), call));
    expect(error).toMatchObject({
      failure: 'rejected',
      charged: 'no',
      message: expect.stringMatching(/CUDA out of memory/) as string,
    });
  });

  it('is asked for with the login that the environment holds', async () => {
    const { provider } = await stage({ service: { login: LOGIN }, env: { A1111_API_AUTH: LOGIN } });
    expect(await provider.submit(request(), call)).toMatchObject({ state: 'generated' });
  });

  it('is told to need its API switched on where there is no such address', async () => {
    const { provider, emulator } = await stage();
    emulator.faults.push({ on: 'models', kind: 'status', status: 404, body: '{"detail":"Not Found"}' });
    expect(await provider.check(call)).toMatchObject({
      ok: false,
      message: expect.stringMatching(/API switched on/) as string,
    });
  });
});
