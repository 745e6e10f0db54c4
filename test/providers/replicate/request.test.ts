import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { ImageRequest, Reference } from '../../../src/providers/provider.ts';
import { makePicture, pictureKey } from '../../emulators/picture.ts';
import {
  accepted,
  call,
  clearStage,
  fault,
  made,
  request,
  stage,
  TOKEN,
} from '../../support/providers/replicate-stage.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

afterEach(clearStage);

const PRO = 'black-forest-labs/flux-2-pro';

function reference(sizeBytes?: number): Reference {
  const bytes = makePicture(1024, 1024, 'face', sizeBytes === undefined ? {} : { sizeBytes });
  const path = join(temporaryFolder('imggen-reference-'), 'face.png');
  writeFileSync(path, bytes);
  return { path, mime: 'image/png', sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
}

describe('Replicate, asked for a picture', () => {
  it('reads the schema, sends one request, waits and hands over the address, seed and model', async () => {
    const { emulator, provider, operations, sent } = await stage({ emulator: { latencyMs: 30 } });
    const remoteId = await accepted(provider);
    const generated = await made(provider, remoteId);
    expect(sent()).toEqual({
      input: {
        prompt: request().prompt,
        seed: 421_337,
        aspect_ratio: '1:1',
        megapixels: '1',
        output_format: 'png',
        num_outputs: 1,
        go_fast: false,
      },
    });
    expect(generated).toMatchObject({ seedUsed: 421_337, image: { kind: 'url' } });
    const image = generated.image as { url: string };
    const png = Buffer.from(await (await fetch(image.url)).arrayBuffer());
    expect(pictureKey(png)).toBe(remoteId);
    expect(operations().slice(0, 3)).toEqual(['model', 'submit', 'poll']);
    expect(emulator.requests[1]?.headers).toMatchObject({ authorization: `Bearer ${TOKEN}` });
    expect(emulator.requests[1]?.headers['prefer']).toBeUndefined();
    expect(emulator.charges()).toMatchObject([{ id: remoteId, amountMicros: 25_000 }]);
  });

  it('reads a schema once for many pictures', async () => {
    const { provider, operations } = await stage();
    await Promise.all([1, 2, 3].map((seed) => accepted(provider, request({ seed }))));
    await accepted(provider, request({ seed: 4 }));
    expect(operations().filter((operation) => operation === 'model')).toHaveLength(1);
  });

  it('goes on with what it knows of a model while its schema can not be read', async () => {
    const { provider, sent } = await stage({ emulator: fault('model', 'status', { status: 503 }) });
    await accepted(provider, request({ width: 832, height: 1216 }));
    expect(sent().input).toMatchObject({ aspect_ratio: '2:3', output_format: 'png', seed: 421_337 });
  });

  it.each([
    ['black-forest-labs/flux-dev', 832, 1216, { aspect_ratio: '2:3', megapixels: '1' }],
    ['black-forest-labs/flux-dev', 512, 512, { aspect_ratio: '1:1', megapixels: '0.25' }],
    ['black-forest-labs/flux-1.1-pro', 832, 1216, { aspect_ratio: 'custom', width: 832, height: 1216 }],
    ['black-forest-labs/flux-1.1-pro', 1500, 1000, { aspect_ratio: '3:2' }],
    ['black-forest-labs/flux-2-pro', 1040, 1536, { aspect_ratio: 'custom', width: 1040, height: 1536 }],
    ['black-forest-labs/flux-2-pro', 1024, 1536, { aspect_ratio: 'custom', width: 1024, height: 1536 }],
    ['someone/portrait-lora', 768, 1024, { width: 768, height: 1024 }],
  ])('asks %s for %ix%i in its own words', async (model, width, height, size) => {
    const { provider, sent } = await stage();
    await accepted(provider, request({ model, width, height }));
    const { aspect_ratio, width: sentWidth, height: sentHeight, megapixels } = sent().input;
    expect(
      Object.fromEntries(
        Object.entries({ aspect_ratio, width: sentWidth, height: sentHeight, megapixels }).filter(
          ([, value]) => value !== undefined,
        ),
      ),
    ).toEqual(size);
  });

  it('asks models of others by version, folds a seed that is too large, sends the negative prompt', async () => {
    const { provider, sent, emulator } = await stage();
    const asked = request({ model: 'someone/portrait-lora', seed: 70_000, negativePrompt: 'text' });
    const generated = await made(provider, await accepted(provider, asked), asked);
    expect(emulator.requests.at(-2)?.path).toBe('/v1/predictions');
    expect(sent()).toMatchObject({
      version: 'a'.repeat(64),
      input: { seed: 70_000 - 65_536, negative_prompt: 'text' },
    });
    expect(generated.warnings).toEqual(['the model takes seeds up to 65535: 70000 becomes 4464']);
    expect(generated.seedUsed).toBe(4464);
  });

  it('refuses what the schema forbids before anything is paid, with every problem', async () => {
    const { provider, operations } = await stage({ provider: { input: { seed: 1, guidance: 99, steps: 3 } } });
    await expect(provider.submit(request(), call())).rejects.toMatchObject({
      failure: 'rejected',
      charged: 'no',
      message: expect.stringMatching(
        /seed is set by imggen.*guidance: must be at most 10.*steps: the model has no such input/,
      ) as string,
    });
    expect(operations()).toEqual(['model']);
  });

  it('passes the user’s own inputs and the deadline on', async () => {
    const { provider, sent, emulator } = await stage({
      provider: { input: { guidance: 3.5 }, cancelAfterSeconds: 600 },
    });
    await accepted(provider);
    expect(sent().input['guidance']).toBe(3.5);
    expect(emulator.requests.at(-1)?.headers['cancel-after']).toBe('600s');
  });

  it.each([
    ['black-forest-labs/flux-1.1-pro', 'image_prompt', 1],
    ['black-forest-labs/flux-2-pro', 'input_images', 3],
    ['someone/portrait-lora', 'input_image', 2],
  ])('gives %s its references as %s', async (model, field, count) => {
    const { provider, sent } = await stage();
    const asked: ImageRequest = request({ model, references: Array.from({ length: count }, () => reference()) });
    const generated = await made(provider, await accepted(provider, asked), asked);
    const given = sent().input;
    const values = [given[field], given[`${field}_2`]].flat().filter((value) => value !== undefined);
    expect(values).toHaveLength(count);
    expect(values.every((value) => String(value).startsWith('data:image/png;base64,'))).toBe(true);
    expect(generated.image.kind).toBe('url');
  });

  it('uploads a large reference once and sends its address', async () => {
    const { provider, sent, operations, service } = await stage();
    const large = reference(400_000);
    await accepted(provider, request({ model: PRO, references: [large] }));
    await accepted(provider, request({ model: PRO, references: [large], seed: 2 }));
    expect(operations()).toEqual(['model', 'upload', 'submit', 'submit']);
    expect(
      [sent(0).input['input_images'], sent(1).input['input_images']].every((url) => String(url).includes('/v1/files/')),
    ).toBe(true);
    expect(
      createHash('sha256')
        .update([...service.files.values()][0]?.bytes ?? '')
        .digest('hex'),
    ).toBe(large.sha256);
  });

  it('uploads a reference again before the service forgets it', async () => {
    let later = 0;
    const { provider, operations } = await stage({ now: () => Date.now() + later });
    const large = reference(400_000);
    await accepted(provider, request({ model: PRO, references: [large] }));
    later = 23.5 * 3_600_000;
    await accepted(provider, request({ model: PRO, references: [large], seed: 2 }));
    expect(operations().filter((operation) => operation === 'upload')).toHaveLength(2);
  });

  it('takes the inputs of a pinned version from that version, and asks for it', async () => {
    const { provider, operations, sent } = await stage();
    await accepted(provider, request({ model: `someone/portrait-lora:${'b'.repeat(64)}` }));
    expect(operations()).toEqual(['model', 'version', 'submit']);
    expect(sent()).toMatchObject({ version: 'b'.repeat(64) });
  });

  it('goes on when the request that was reading the schema for others is stopped', async () => {
    const { provider, emulator } = await stage({ emulator: fault('model', 'hang', { times: 1 }) });
    const stopping = new AbortController();
    const first = provider.submit(request(), call(stopping.signal)).catch((error: unknown) => error);
    const second = accepted(provider, request({ seed: 2 }));
    while (emulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    stopping.abort();
    expect(await first).toMatchObject({ failure: 'interrupted', charged: 'no' });
    expect(await second).toMatch(/^\w+$/);
  });

  it('pays nothing when an upload fails or there is no space for the references', async () => {
    const { provider, emulator } = await stage({ emulator: fault('upload', 'reset-before') });
    await expect(
      provider.submit(request({ model: PRO, references: [reference(400_000)] }), call()),
    ).rejects.toMatchObject({
      failure: 'unavailable',
      charged: 'no',
    });
    await expect(
      provider.submit(request({ model: 'black-forest-labs/flux-schnell', references: [reference()] }), call()),
    ).rejects.toMatchObject({ failure: 'rejected' });
    expect(emulator.requests.filter(({ operation }) => operation === 'submit')).toEqual([]);
  });
});
