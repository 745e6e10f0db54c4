/** A model whose price nobody knows, accepted so: the run says that its zero is no price. */
import { expect, it } from 'vitest';
import { replicateProject } from '../support/replicate-project.ts';

it('says that a picture of unknown price is counted as nothing, and that no cap holds it', async () => {
  const { imggen } = await replicateProject({ size: '320x480' });
  const told: string[] = [];
  const onEvent = (event: { event: string; message?: string }) => void told.push(event.message ?? '');
  await imggen.pack({ count: 1, onEvent }).result;
  expect(told.join('\n')).not.toContain('nobody knows');
  const model = 'nightmareai/real-esrgan';
  const upscale = (allowUnknownPrice: boolean) =>
    imggen.edit({ image: 'mira/1', settings: { model, allowUnknownPrice }, onEvent }).result;
  await expect(upscale(false)).rejects.toThrow(
    'nobody knows what a picture of replicate (nightmareai/real-esrgan) costs',
  );
  const { status, jobs } = await upscale(true);
  expect({ status, cost: jobs[0]?.costUsd }).toEqual({ status: 'done', cost: 0 });
  expect(told).toContain(
    'nobody knows what a picture of replicate (nightmareai/real-esrgan) costs: it is counted as $0.00 unless the ' +
      'service says, and no cap holds it',
  );
});
