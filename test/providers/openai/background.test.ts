import { afterEach, describe, expect, it } from 'vitest';
import { ProviderError } from '../../../src/errors.ts';
import { makePicture, pictureKey } from '../../emulators/picture.ts';
import type { SentRecord } from '../../../src/providers/provider.ts';
import { collectOne, makeOne, thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { ticking } from '../../support/providers/time.ts';
import { background, request, call, accepted, makeReferences } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

describe('the background path', () => {
  it('asks a text model to call the image tool once, stored, with the attempt in its metadata', async () => {
    const { provider, sent } = await stage({ options: background });
    const asked = request({ references: (await makeReferences()).slice(0, 1), quality: 'low' });
    expect(await provider.submit(asked, call)).toEqual({
      state: 'accepted',
      remoteId: expect.stringMatching(/^resp_/) as string,
      sent: { skewMs: expect.any(Number) as number, doubtMs: expect.any(Number) as number },
    });
    const image_url = `data:image/png;base64,${makePicture(32, 32, 'face.png').toString('base64')}`;
    expect(sent()).toEqual({
      model: 'gpt-5.5',
      input: [
        {
          role: 'user',
          content: [
            { type: 'input_text', text: 'A portrait.' },
            { type: 'input_image', detail: 'auto', image_url },
          ],
        },
      ],
      background: true,
      store: true,
      metadata: { imggen_attempt: asked.attemptKey },
      tool_choice: { type: 'image_generation' },
      tools: [
        {
          type: 'image_generation',
          model: 'gpt-image-2.5-flare',
          size: '1024x1024',
          quality: 'low',
          output_format: 'png',
          action: 'auto',
        },
      ],
    });
    expect(provider).toMatchObject({ idempotent: false, retentionMs: 30 * 86_400_000 });
  });

  it('waits until the work is done, through outages of the service', async () => {
    const faults = [
      { on: 'poll', kind: 'status' as const, status: 503, positions: [1] },
      { on: 'poll', kind: 'reset-after' as const, positions: [2] },
      { on: 'poll', kind: 'html' as const, positions: [3] },
    ];
    const { provider, emulator } = await stage({ options: background, emulator: { faults, latencyMs: 150 } });
    const made = await makeOne(provider, request(), call);
    expect(made.image.kind === 'bytes' && pictureKey(Buffer.from(made.image.bytes))).toBe(emulator.charges()[0]?.id);
    expect(made.usage).toMatchObject({ text_model: { total_tokens: 420 }, image_gen: { output_tokens: 439 } });
    expect(made.costMicros).toBeUndefined();
    expect(emulator.requests.filter(({ operation }) => operation === 'poll').length).toBeGreaterThan(3);
  });

  it('keeps work that is not ready in time, or whose wait is stopped', async () => {
    const { provider, emulator } = await stage({
      options: background,
      emulator: { latencyMs: 60_000 },
      elapsed: ticking(),
    });
    const remoteId = await accepted(provider);
    expect(await collectOne(provider, remoteId, request(), call)).toEqual({
      state: 'running',
      why: expect.stringMatching(/run again to collect it/) as string,
    });
    const stop = new AbortController();
    const onPhase = (): void => stop.abort();
    expect(await collectOne(provider, remoteId, request(), { signal: stop.signal, onPhase })).toMatchObject({
      state: 'running',
      why: expect.stringContaining('stopped') as string,
    });
    expect(emulator.charges()).toHaveLength(1);
  });

  it.each([404, 410])('asks again when it is told %i once', async (status) => {
    const faults = [{ on: 'poll', kind: 'status' as const, status, positions: [1] }];
    const { provider } = await stage({ options: background, emulator: { faults } });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'generated' });
  });

  it('asks again when the work is done and its picture is not there yet', async () => {
    const bare = {
      status: 'completed',
      output: [{ type: 'image_generation_call', status: 'completed', result: null }],
    };
    const body = JSON.stringify(bare);
    const faults = [{ on: 'poll', kind: 'status' as const, status: 200, body, positions: [1] }];
    const { provider } = await stage({ options: background, emulator: { faults } });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'generated' });
  });

  it('says that a picture is gone when the service no longer has it after 30 days, and not before', async () => {
    const { provider } = await stage({ options: background, elapsed: ticking() });
    const daysAgo = (days: number) => ({
      remoteId: 'resp_gone',
      acceptedAtMs: Date.now() - days * 86_400_000,
      sent: { skewMs: 0 },
    });
    const error = await thrownBy(provider.collect?.(daysAgo(31), request(), call) ?? Promise.resolve());
    expect(error).toBeInstanceOf(ProviderError);
    expect(error).toMatchObject({ failure: 'unusable', expired: true });
    expect(await provider.collect?.(daysAgo(29), request(), call)).toMatchObject({ state: 'running' });
  });

  it.each([40, -40])('calls nothing gone because our clock was set by %i days', async (days) => {
    let aheadMs = days * 86_400_000;
    const now = () => Date.now() + aheadMs;
    const { provider } = await stage({ options: background, elapsed: ticking(), now });
    let sent: SentRecord = {};
    const onSending = (told: SentRecord = {}) => (sent = told);
    for (const seed of [1, 2]) {
      // The first request knows nothing of the service's clock: its answer tells.
      const submitted = await provider.submit(request({ seed }), { ...call, onSending });
      const more = submitted.state === 'accepted' ? submitted.sent : undefined;
      const work = { remoteId: 'resp_gone', acceptedAtMs: now(), sent: { ...sent, ...more } };
      aheadMs = 0;
      expect(await provider.collect?.(work, request(), call)).toMatchObject({ state: 'running' });
      aheadMs = days * 86_400_000;
    }
  });

  it('knows no age of work that was sent when nobody knew the clock of the service', async () => {
    const { provider } = await stage({ options: background, elapsed: ticking() });
    const work = { remoteId: 'resp_gone', acceptedAtMs: Date.now() - 4e9, sent: {} };
    expect(await provider.collect?.(work, request(), call)).toMatchObject({ state: 'running' });
  });

  it('calls nothing gone by a clock that is ahead at the collecting', async () => {
    const { provider } = await stage({ options: background, elapsed: ticking(), now: () => Date.now() + 3e9 });
    const work = { remoteId: 'resp_gone', acceptedAtMs: Date.now(), sent: {} };
    expect(await provider.collect?.(work, request(), call)).toMatchObject({ state: 'running' });
  });

  it('stops asking when the key is refused, and does not give up what was paid', async () => {
    const { provider, emulator } = await stage({
      options: background,
      emulator: { faults: [{ on: 'poll', kind: 'status', status: 401 }] },
    });
    expect(await collectOne(provider, await accepted(provider), request(), call)).toMatchObject({ state: 'running' });
    expect(emulator.requests).toHaveLength(2);
  });
});
