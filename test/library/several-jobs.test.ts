/** Several jobs go on in one run: what one of them is refused, or asked, concerns that one. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { ImgGen, type RunEvent } from '../../src/index.ts';
import { summaryOf } from '../../src/terminal/summary.ts';
import { type Emulator, startEmulator } from '../emulators/emulator.ts';
import { openai } from '../emulators/openai.ts';
import { replicate } from '../emulators/replicate.ts';

interface Studio {
  imggen: ImgGen;
  /** The same project without the keys of OpenAI. */
  keyless: () => Promise<ImgGen>;
  sync: Emulator;
  queue: Emulator;
}

async function studio({ queueMs = 0 } = {}): Promise<Studio> {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-several-'));
  const sync = await startEmulator(openai({ apiKey: 'emulated-key' }));
  const queue = await startEmulator(replicate({ token: 'emulated-token', queueMs }));
  const opened: ImgGen[] = [];
  const open = async (env: Record<string, string>) => {
    const config = {
      character: { name: 'Mira', gender: 'woman', seed: 7 },
      provider: 'openai',
      providers: { replicate: { pollMs: 20 } },
      quality: 'low',
      size: '1024x1024',
      thumbnails: false,
      faces: { score: false },
      concurrency: 1,
      attemptsMax: 1,
      staggerMs: 0,
    };
    const imggen = await ImgGen.open({ cwd: folder, env, config });
    opened.push(imggen);
    return imggen;
  };
  const atReplicate = { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${queue.url}/v1` };
  const imggen = await open({
    ...atReplicate,
    OPENAI_API_KEY: 'emulated-key',
    OPENAI_BASE_URL: `${sync.url}/v1`,
  });
  onTestFinished(async () => {
    for (const one of opened) await one.close();
    await Promise.all([sync.close(), queue.close()]);
    rmSync(folder, { recursive: true });
  });
  return { imggen, keyless: () => open(atReplicate), sync, queue };
}

/** A pack at OpenAI whose last two answers were paid and are no pictures; 3 of 5 are left. */
async function paidInVain({ imggen, sync }: Studio): Promise<void> {
  sync.faults.push({ on: 'submit', kind: 'not-image', times: 2 });
  expect(await imggen.pack({ count: 5 }).result).toMatchObject({ stop: { reason: 'unusable' } });
}

/** A pack at Replicate that was stopped when its first picture was accepted; all others are left. */
async function leftAtProvider({ imggen, queue }: Studio, count: number): Promise<void> {
  const stop = new AbortController();
  const onEvent = ({ event }: RunEvent) => event === 'generation_submitted' && stop.abort();
  const settings = { provider: 'replicate' };
  await imggen.pack({ count, settings, signal: stop.signal, onEvent }).result;
  expect(queue.requests.filter(({ operation }) => operation === 'submit')).toHaveLength(1);
}

const sentTo = ({ requests }: Emulator) => requests.filter(({ operation }) => operation === 'submit').length;

it('a job that was paid in vain waits for a yes; the others go on, and it is named with its next step', async () => {
  const all = await studio();
  await paidInVain(all);
  await leftAtProvider(all, 2);
  const result = await all.imggen.resume().result;
  expect(result.jobs.map(({ completed }) => completed)).toEqual([0, 2]);
  expect(result.refusals).toMatchObject([{ jobId: '1', kind: 'incomplete', advice: { code: 'pay-in-vain' } }]);
  expect(result.status).toBe('some-failed');
  // Its next step is told with the reason; to try the failed ones again would only pay more.
  const { next, warnings } = summaryOf(result, '/', (command) => command);
  expect(next).toEqual([]);
  expect(warnings).toEqual([expect.stringMatching(/^job 1 did not go on: [^]*→ [^]*--model MODEL/)]);
  expect(sentTo(all.sync)).toBe(2);
});

it('a job without its key leaves the others their turn', async () => {
  const all = await studio();
  await paidInVain(all);
  await leftAtProvider(all, 2);
  const result = await (await all.keyless()).resume().result;
  expect(result).toMatchObject({ status: 'auth', jobs: [{ completed: 0 }, { completed: 2 }] });
  expect(result.refusals).toMatchObject([{ jobId: '1', kind: 'auth' }]);
});

it('what is paid is collected before anything is asked, and whatever is answered', async () => {
  const all = await studio({ queueMs: 50 });
  await paidInVain(all);
  await leftAtProvider(all, 3);
  const atQuestion: number[] = [];
  const made = async () => (await all.imggen.gallery('mira')).images.length;
  const confirm = async () => {
    atQuestion.push(await made());
    return false;
  };
  const settings = { budgetUsd: 0.08 };
  const result = await all.imggen.resume({ confirm, settings }).result;
  // One question each: job 1 is paid in vain, job 2 passes its cap. The picture was there before the first of them.
  expect(atQuestion).toEqual([1, 1]);
  expect(result.jobs.map(({ completed }) => completed)).toEqual([0, 1]);
  expect(result.refusals.map(({ kind }) => kind)).toEqual(['declined', 'declined']);
  expect(result.status).toBe('interrupted');
  expect(sentTo(all.queue)).toBe(1);
});

it('what is paid is collected where nobody can be asked', async () => {
  const all = await studio({ queueMs: 50 });
  await leftAtProvider(all, 3);
  const result = await all.imggen.resume({ settings: { budgetUsd: 0.01 } }).result;
  expect(result).toMatchObject({ status: 'budget', jobs: [{ completed: 1, remaining: 2 }] });
  expect(result.refusals).toMatchObject([{ jobId: '1', kind: 'budget', advice: { code: 'raise-cap' } }]);
  expect(sentTo(all.queue)).toBe(1);
  // Nothing is left to be collected: the refusal is all there is to tell.
  await expect(all.imggen.resume({ settings: { budgetUsd: 0.01 } }).result).rejects.toMatchObject({ kind: 'budget' });
});
