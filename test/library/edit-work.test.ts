/** Edits without words that are stopped, lost, or meet another model than was planned for: nothing is paid twice. */
import { describe, expect, it } from 'vitest';
import type { ImgGen } from '../../src/index.ts';
import type { FaultKind } from '../emulators/faults.ts';
import { type Model, uri } from '../emulators/replicate/models.ts';
import { realEsrgan, working } from '../emulators/replicate/works.ts';
import { replicateProject } from '../support/replicate-project.ts';

const UPSCALER = 'nightmareai/real-esrgan';
const PRICED = { size: '320x480', providers: { replicate: { priceUsd: 0.01, settleMs: 0 } } };
const upscale = (imggen: ImgGen, image = 'mira/1') => imggen.edit({ image, settings: { model: UPSCALER } });

/** A project with these pictures, and what it has paid for behind them. */
async function project(pictures = 1, models: readonly Model[] = [], pictureBytes = 0) {
  const service = { models, ...(pictureBytes > 0 && { pictureBytes }) };
  const opened = await replicateProject(PRICED, { service });
  await opened.imggen.pack({ count: pictures }).result;
  const paid = () => opened.emulator.charges().length - pictures;
  const fail = (kind: FaultKind, times = 1) => opened.emulator.faults.push({ on: 'submit', kind, times });
  return { ...opened, paid, fail };
}

describe('an edit without words', () => {
  it.each([
    ['small, inside the request', 0],
    ['large, as a file that was uploaded', 300_000],
  ])('whose answer was lost is found by its picture (%s) and paid once', async (_, bytes) => {
    const { imggen, paid, fail, inputs } = await project(1, [], bytes);
    fail('reset-after');
    expect(await upscale(imggen).result).toMatchObject({ status: 'done' });
    expect(String(inputs().at(-1)?.['image'])).toMatch(bytes > 0 ? /^http.*\/files\// : /^data:/);
    expect(paid()).toBe(1);
    const [made] = (await imggen.gallery('mira')).images;
    expect(made).toMatchObject({ source: 'mira_image_00001.png', width: 1280 });
  });

  it('whose answer was lost never takes the picture of another one', async () => {
    const { imggen, paid, fail } = await project(2);
    fail('reset-after', 2);
    const both = await Promise.all(['mira/1', 'mira/2'].map((image) => upscale(imggen, image).result));
    expect(both).toMatchObject([{ status: 'done' }, { status: 'done' }]);
    expect(paid()).toBe(2);
    const made = (await imggen.gallery('mira')).images.slice(0, 2);
    const ids = await Promise.all(made.map(async ({ filename }) => (await imggen.show(filename)).attempts));
    expect(new Set(ids.flat().map(({ remoteId }) => remoteId)).size).toBe(2);
  });

  it('that was stopped while the picture was made is collected, also by the same command again', async () => {
    const { imggen, paid } = await project();
    const stop = new AbortController();
    const onEvent = ({ event }: { event: string }) => event === 'generation_submitted' && stop.abort();
    const stopped = imggen.edit({ image: 'mira/1', settings: { model: UPSCALER }, signal: stop.signal, onEvent });
    expect(await stopped.result).toMatchObject({ status: expect.stringMatching(/interrupted|open/) as string });
    expect(await upscale(imggen).result).toMatchObject({ status: 'done' });
    expect(paid()).toBe(1);
    await expect(upscale(imggen).result).rejects.toMatchObject({ advice: { code: 'new-job' } });
    expect(paid()).toBe(1);
  });

  it('that is unfinished under a key is not begun by another job beside it', async () => {
    const { imggen, paid } = await project();
    const stop = new AbortController();
    const onEvent = ({ event }: { event: string }) => event === 'generation_submitted' && stop.abort();
    const settings = { model: UPSCALER };
    await imggen.edit({ image: 'mira/1', key: 'upscaled', settings, signal: stop.signal, onEvent }).result;
    await expect(upscale(imggen).result).rejects.toMatchObject({
      message: expect.stringMatching(/^job 2 has .* work on mira_image_00001.png, and is not finished/) as string,
      advice: { code: 'resume-job', jobId: '2' },
    });
    expect(await imggen.resume().result).toMatchObject({ status: 'done' });
    expect(paid()).toBe(1);
  });

  it('that failed is made by retry, once', async () => {
    const { imggen, paid, emulator } = await project();
    emulator.faults.push({ on: 'submit', kind: 'status', status: 422, times: 1 });
    expect(await upscale(imggen).result).toMatchObject({ status: 'all-failed' });
    expect(await imggen.retry().result).toMatchObject({ status: 'done' });
    expect(paid()).toBe(1);
  });

  it('that failed, and that another job has made since, is not paid for by a retry', async () => {
    const { imggen, paid, fail } = await project();
    fail('status');
    const settings = { model: UPSCALER, attemptsMax: 1 };
    expect(await imggen.edit({ image: 'mira/1', settings }).result).toMatchObject({ status: 'all-failed' });
    expect(await upscale(imggen).result).toMatchObject({ status: 'done' });
    const again = await imggen.retry().result.catch((error: unknown) => error);
    expect(JSON.stringify(again) + String(again)).toContain('work on mira_image_00001.png since: mira_image_00002.png');
    expect(paid()).toBe(1);
  });

  it.each([
    ['takes a prompt by now', { ...realEsrgan.input.properties, prompt: { type: 'string' } }, /needs a prompt/],
    ['needs a mask by now', { ...realEsrgan.input.properties, mask: uri }, /needs mask beside the picture/],
  ])('goes on only where the model is as it was planned for: it %s', async (_, properties, why) => {
    const model = working('someone/upscaler', 'd', realEsrgan.input.properties);
    const { imggen, paid, folder, emulator } = await project(1, [model]);
    const stop = new AbortController();
    const settings = { model: 'someone/upscaler' };
    const onEvent = ({ event }: { event: string }) => event === 'generation_started' && stop.abort();
    await imggen.edit({ image: 'mira/1', settings, signal: stop.signal, onEvent }).result;
    const before = paid();
    const changed = working('someone/upscaler', 'd', properties);
    Object.assign(model.input, changed.input);
    const again = await replicateProject(PRICED, {
      folder,
      options: { env: { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` } },
    });
    await expect(again.imggen.resume().result).rejects.toThrow(why);
    expect(paid()).toBe(before);
  });

  it('that was paid for an answer that is no picture is not paid for again, unless that is asked for', async () => {
    const answer = () => 'data:image/svg+xml;base64,PHN2Zy8+';
    const vector = { ...working('someone/vector', 'd', { image: uri }), answer };
    const { imggen, paid } = await project(1, [vector]);
    const edit = (fresh?: boolean) =>
      imggen.edit({ image: 'mira/1', settings: { model: 'someone/vector' }, fresh }).result;
    expect(await edit()).toMatchObject({ status: 'all-failed' });
    await expect(edit()).rejects.toThrow(/job 2 was paid, or perhaps paid, and made no picture/);
    await expect(imggen.planEdit({ image: 'mira/1' })).rejects.toThrow(/The prompt is missing/);
    expect(paid()).toBe(1);
    expect(await edit(true)).toMatchObject({ status: 'all-failed' });
    expect(paid()).toBe(2);
  });

  it('that failed, and was perhaps charged, is not paid for again, unless that is asked for', async () => {
    const model = working('someone/upscaler', 'd', { image: uri, note: { type: 'string' } });
    const own = { 'someone/upscaler': { input: { note: 'FAIL(CUDA out of memory)' } } };
    const providers = { replicate: { ...PRICED.providers.replicate, models: own } };
    const { imggen, inputs } = await replicateProject({ ...PRICED, providers }, { service: { models: [model] } });
    await imggen.pack({ count: 1 }).result;
    const edit = (fresh?: boolean) =>
      imggen.edit({ image: 'mira/1', settings: { model: 'someone/upscaler' }, fresh }).result;
    expect(await edit()).toMatchObject({ status: 'all-failed', jobs: [{ costUsd: 0.01 }] });
    await expect(edit()).rejects.toThrow(/job 2 was paid, or perhaps paid, and made no picture/);
    expect(inputs()).toHaveLength(2);
    expect(await edit(true)).toMatchObject({ status: 'all-failed' });
  });

  it('with a key is made once, whatever is asked again', async () => {
    const { imggen, paid } = await project();
    const edit = () => imggen.edit({ image: 'mira/1', key: 'upscaled', settings: { model: UPSCALER } }).result;
    expect(await edit()).toMatchObject({ status: 'done' });
    expect(await edit()).toMatchObject({ status: 'done' });
    expect(paid()).toBe(1);
  });

  it('takes its seed where the model has one: asked for again it is another take', async () => {
    const properties = { image: uri, seed: { type: 'integer' } };
    const { imggen, inputs, paid } = await project(1, [working('someone/restorer', 'd', properties)]);
    const restore = (count: number) =>
      imggen.edit({ image: 'mira/1', count, settings: { model: 'someone/restorer' } }).result;
    expect(await restore(2)).toMatchObject({ status: 'done' });
    expect(await restore(1)).toMatchObject({ status: 'done' });
    const seeds = inputs()
      .slice(1)
      .map(({ seed }) => seed);
    expect([new Set(seeds).size, paid()]).toEqual([3, 3]);
    expect(await imggen.reroll({ images: ['mira/2'] }).result).toMatchObject({ status: 'done' });
    expect(new Set([...seeds, inputs().at(-1)?.['seed']]).size).toBe(4);
  });
});
