import { afterEach, describe, expect, it } from 'vitest';
import { makePicture, pictureKey } from '../../emulators/picture.ts';
import { thrownBy } from '../../support/providers/request.ts';
import { clearStage, stage } from '../../support/providers/openai-stage.ts';
import { request, call } from '../../support/providers/openai-request.ts';

afterEach(clearStage);

describe('streaming', () => {
  it('tells previews as progress and takes the last picture', async () => {
    const { provider, sent, emulator } = await stage({ options: { partialImages: 2 } });
    const progress: (number | undefined)[] = [];
    const made = await provider.submit(request(), { ...call, onPhase: (_, part) => progress.push(part) });
    if (made.state !== 'generated' || made.image.kind !== 'bytes') return expect.unreachable();
    expect(sent()).toMatchObject({ stream: true, partial_images: 2 });
    expect(progress).toEqual([undefined, undefined, 1 / 3, 2 / 3]);
    expect(pictureKey(Buffer.from(made.image.bytes))).toBe(emulator.charges()[0]?.id);
    expect(made.costMicros).toBe(emulator.charges()[0]?.amountMicros);
  });

  it('takes a plain answer where the server does not stream', async () => {
    const body = JSON.stringify({ data: [{ b64_json: makePicture(16, 16, 'plain').toString('base64') }] });
    const { provider } = await stage({
      options: { stream: true },
      emulator: { faults: [{ on: 'submit', kind: 'status', status: 200, body }] },
    });
    expect(await provider.submit(request(), call)).toMatchObject({ state: 'generated', image: { kind: 'bytes' } });
  });

  it.each([
    ['data: {"type":"error","error":{"code":"moderation_blocked","message":"no"}}\n\n', 'refused'],
    [
      'event: error\ndata: {"error":{"code":"rate_limit_exceeded","message":"slow down, try again in 2s"}}\n\n',
      'rate-limited',
    ],
    ['data: {"type":"image_generation.partial_image","partial_image_index":0,"b64_json":""}\n\n', 'unknown'],
  ])('names a stream that ends in %j', async (body, failure) => {
    const faults = [
      { on: 'submit', kind: 'status' as const, status: 200, headers: { 'content-type': 'text/event-stream' }, body },
    ];
    const { provider } = await stage({ options: { stream: true }, emulator: { faults } });
    expect(await thrownBy(provider.submit(request(), call))).toMatchObject({ name: 'ProviderError', failure });
  });
});
