/** A nightly pack: each night has a key of its own. */
import { expect, it } from 'vitest';
import { imggen, newStudio } from '../support/cli/imggen.ts';

it('a pack with a key of its own is not told to give one, since an earlier one of the same is complete', async () => {
  const folder = newStudio();
  const pack = async (...key: string[]) => (await imggen(folder, ['pack', '--count', '1', ...key])).stdout;
  await pack('--key', 'nightly-1');
  const second = await pack('--key', 'nightly-2');
  expect(second).toContain('the picture is made');
  expect(second).not.toContain('of the same is complete');
  expect(await pack()).toContain('--key NAME makes a job once');
});
