/** The same edit without words from several sides at once: other keys, other jobs, one retry of two. Paid once. */
import { describe, expect, it } from 'vitest';
import type { EditOptions, ImgGen } from '../../src/index.ts';
import { replicateProject } from '../support/replicate-project.ts';

const UPSCALER = 'nightmareai/real-esrgan';
const PRICED = { size: '256x256', attemptsMax: 1, providers: { replicate: { priceUsd: 0.01, settleMs: 0 } } };
const upscale = (imggen: ImgGen, more: Partial<EditOptions> & { signal?: AbortSignal } = {}) =>
  imggen.edit({ image: 'mira/1', settings: { model: UPSCALER }, ...more });

/** A project with one picture, how often work on it was charged, and a service that fails so many requests. */
async function project(failing = 0) {
  const opened = await replicateProject(PRICED);
  await opened.imggen.pack({ count: 1 }).result;
  if (failing > 0) opened.emulator.faults.push({ on: 'submit', kind: 'status', times: failing });
  return { ...opened, paid: () => opened.emulator.charges().length - 1 };
}

/** An edit under a key that is stopped as soon as it was accepted. */
async function stopped(imggen: ImgGen): Promise<void> {
  const stop = new AbortController();
  const onEvent = ({ event }: { event: string }) => event === 'generation_submitted' && stop.abort();
  const settings = { model: UPSCALER };
  await imggen.edit({ image: 'mira/1', key: 'other', settings, signal: stop.signal, onEvent }).result;
}

describe('an edit without words', () => {
  it('that begins under three keys at once is paid once: the others are refused, and leave no job', async () => {
    const { imggen, paid } = await project();
    const runs = ['a', 'b', 'c'].map((key) => upscale(imggen, { key }).result);
    const ended = await Promise.allSettled(runs);
    expect(ended.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    const refused = ended.flatMap((one) => (one.status === 'rejected' ? String(one.reason) : []));
    expect(refused.join()).toMatch(/job 2 has .*real-esrgan work on mira_image_00001.png/);
    expect([paid(), (await imggen.jobs()).length]).toEqual([1, 2]);
  });

  it('that failed is not tried again while another job is at it', async () => {
    const { imggen, paid } = await project(1);
    await upscale(imggen).result;
    await stopped(imggen);
    await expect(imggen.retry({ job: '2' }).result).rejects.toThrow(/job 3 has .* work on mira_image_00001.png/);
    expect(await imggen.resume().result).toMatchObject({ status: 'done' });
    expect(paid()).toBe(1);
  });

  it('that failed in two jobs is tried again by one of them', async () => {
    const { imggen, paid } = await project(2);
    for (const _ of [2, 3]) expect(await upscale(imggen).result).toMatchObject({ status: 'all-failed' });
    const { refusals } = await imggen.retry().result;
    expect(refusals).toMatchObject([
      { jobId: '3', message: expect.stringContaining('job 2, which is tried') as string },
    ]);
    expect(paid()).toBe(1);
  });

  it('that was asked for on purpose and failed is tried again, though an earlier job made its picture', async () => {
    const { imggen, paid, emulator } = await project();
    await upscale(imggen).result;
    emulator.faults.push({ on: 'submit', kind: 'status', times: 1 });
    expect(await upscale(imggen, { fresh: true }).result).toMatchObject({ status: 'all-failed' });
    expect(await imggen.retry().result).toMatchObject({ status: 'done' });
    expect(paid()).toBe(2);
  });

  it('that was canceled when it was sent already is collected, and not begun beside it', async () => {
    const { imggen, paid, emulator } = await project();
    emulator.faults.push({ on: 'cancel', kind: 'status', times: 99 }, { on: 'poll', kind: 'status', times: 3 });
    const sent = new AbortController();
    const onEvent = ({ event }: { event: string }) => event === 'generation_submitted' && sent.abort();
    const first = imggen.edit({ image: 'mira/1', settings: { model: UPSCALER }, onEvent }).result;
    await expect.poll(() => sent.signal.aborted).toBe(true);
    expect(await imggen.cancel('2')).toMatchObject({ running: true });
    await expect(upscale(imggen).result).rejects.toThrow(/job 2 has .* work on mira_image_00001.png/);
    await first;
    await expect(upscale(imggen).result).rejects.toThrow(/already: mira_image_00002.png/);
    expect(paid()).toBe(1);
  });
});
