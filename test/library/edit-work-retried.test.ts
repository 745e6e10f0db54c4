/** Edits without words that are tried again beside other jobs. */
import { expect, it } from 'vitest';
import { replicateProject } from '../support/replicate-project.ts';

const UPSCALER = 'nightmareai/real-esrgan';
const SETUP = {
  size: '320x480',
  attemptsMax: 1,
  budget: { perDayUsd: 0.045 },
  providers: { replicate: { priceUsd: 0.01, settleMs: 0 } },
};

it('that another process has made while a question stood are left, and the other jobs go on', async () => {
  const { imggen, folder, emulator } = await replicateProject(SETUP);
  const upscale = (from = imggen) => from.edit({ image: 'mira/1', settings: { model: UPSCALER } }).result;
  await imggen.pack({ count: 1 }).result;
  emulator.faults.push({ on: 'submit', kind: 'status', status: 500, times: 4 });
  expect(await upscale()).toMatchObject({ status: 'all-failed' });
  expect(await imggen.pack({ count: 3 }).result).toMatchObject({ status: 'all-failed' });
  const other = await replicateProject(SETUP, {
    folder,
    options: { env: { REPLICATE_API_TOKEN: 'emulated-token', REPLICATE_BASE_URL: `${emulator.url}/v1` } },
  });
  const confirm = async () => {
    expect(await upscale(other.imggen)).toMatchObject({ status: 'done' });
    return true;
  };
  const retried = await imggen.retry({ confirm }).result;
  expect(retried).toMatchObject({
    jobs: [
      { jobId: '2', completed: 0 },
      { jobId: '3', completed: 2 },
    ],
    refusals: [{ jobId: '2', message: expect.stringContaining('another job has had') as string }],
  });
  expect(emulator.charges()).toHaveLength(4);
});
