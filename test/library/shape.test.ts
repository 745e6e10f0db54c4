/** The shape and the background of pictures: what services are asked for, and what is refused before that. */
import { describe, expect, it, onTestFinished } from 'vitest';
import { sizeOfRatio } from '../../src/runner/aspect-ratio.ts';
import { startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { modelOf } from '../emulators/replicate/models.ts';
import { replicateProject } from '../support/replicate-project.ts';

const odd = (properties: object) =>
  modelOf('someone/odd', 'c', {
    official: false,
    priceMicros: 1000,
    properties: { prompt: { type: 'string' }, seed: { type: 'integer' }, ...properties },
    enums: {},
  });
const own = { model: 'someone/odd', priceUsd: 0.001 };

describe('an aspect ratio', () => {
  it.each([
    ['3:4', { width: 864, height: 1152 }],
    ['16:9', { width: 1360, height: 768 }],
    ['1:1', { width: 1024, height: 1024 }],
  ])('of %s becomes a size with about as many pixels, and no more', async (aspectRatio, size) => {
    const { imggen, inputs } = await replicateProject({ aspectRatio });
    const { size: planned, worstCaseUsd } = await imggen.planPack({ count: 1 });
    expect([planned, worstCaseUsd]).toEqual([`${size.width}x${size.height}`, 0.045]);
    await imggen.pack({ count: 1 }).result;
    expect(inputs()[0]).toMatchObject({ ...size, aspect_ratio: 'custom' });
    expect((await imggen.gallery('mira')).images[0]).toMatchObject(size);
  });

  it('of the config gives way to a size that is named for one call', async () => {
    const { imggen } = await replicateProject({ aspectRatio: '3:4', provider: 'local' });
    await imggen.pack({ count: 1, settings: { size: '512x512' } }).result;
    expect((await imggen.gallery('mira')).images[0]).toMatchObject({ width: 512, height: 512 });
  });

  it('is asked of models that know ratios only, and refused where they have others', async () => {
    const ratio = { aspect_ratio: { type: 'string', enum: ['1:1', '3:4'], default: '1:1' } };
    const service = { models: [odd(ratio)] };
    const { imggen, inputs } = await replicateProject({ providers: { replicate: own } }, { service });
    await imggen.pack({ count: 1, settings: { aspectRatio: '3:4' } }).result;
    expect(inputs()).toMatchObject([{ aspect_ratio: '3:4' }]);
    const refused = imggen.pack({ count: 1, settings: { aspectRatio: '16:9' } }).result;
    await expect(refused).rejects.toMatchObject({ kind: 'usage', message: expect.stringContaining('16:9') });
    expect(inputs()).toHaveLength(1);
  });

  it('is refused where the model decides itself', async () => {
    const { imggen, inputs } = await replicateProject(
      { providers: { replicate: own } },
      { service: { models: [odd({})] } },
    );
    const refused = imggen.pack({ count: 1, settings: { aspectRatio: '3:4' } }).result;
    await expect(refused).rejects.toThrow("can't be asked for an aspect ratio");
    expect(inputs()).toEqual([]);
  });

  it('of a list takes the size that is nearest', () => {
    const sizes = { kind: 'list', sizes: ['1024x1024', '1024x1536', '2048x3072'] } as const;
    expect(sizeOfRatio(sizes, '2:3', { width: 1024, height: 1024 })).toEqual({ width: 1024, height: 1536 });
    expect(sizeOfRatio(sizes, '16:9', { width: 1024, height: 1024 })).toBeUndefined();
  });

  it('that is none is told as a problem', async () => {
    for (const aspectRatio of ['3x4', '0:4', '99:1'])
      await expect(replicateProject({ aspectRatio })).rejects.toMatchObject({
        problems: [expect.stringContaining('expected WIDTH:HEIGHT')],
      });
  });
});

describe('a transparent background', () => {
  it('is asked of models whose schema has it, and belongs to the job', async () => {
    const background = { background: { type: 'string', enum: ['auto', 'transparent', 'opaque'], default: 'auto' } };
    const { imggen, inputs } = await replicateProject(
      { providers: { replicate: own }, transparent: true },
      { service: { models: [odd(background)] } },
    );
    await imggen.pack({ count: 1 }).result;
    await imggen.reroll({ images: ['mira/1'] }).result;
    expect(inputs()).toMatchObject([{ background: 'transparent' }, { background: 'transparent' }]);
  });

  it('is refused where the model makes none, before anything is sent', async () => {
    const { imggen, inputs } = await replicateProject();
    for (const settings of [{ transparent: true }, { transparent: true, provider: 'local' }]) {
      const refused = imggen.pack({ count: 1, settings }).result;
      await expect(refused).rejects.toThrow("can't make a transparent background");
    }
    expect(inputs()).toEqual([]);
  });

  it.each([false, true])('is asked of OpenAI (background response: %s)', async (background) => {
    const emulator = await startEmulator(openai());
    onTestFinished(emulator.close);
    const env = { OPENAI_API_KEY: 'emulated-key', OPENAI_BASE_URL: `${emulator.url}/v1` };
    const { imggen } = await replicateProject(
      { provider: 'openai', providers: { openai: { background } } },
      {
        options: { env },
      },
    );
    expect(await imggen.pack({ count: 1, settings: { transparent: true } }).result).toMatchObject({ status: 'done' });
    const { body } = emulator.requests.find(({ operation }) => operation === 'submit') ?? {};
    expect(JSON.stringify(body)).toContain('"background":"transparent"');
  });
});
