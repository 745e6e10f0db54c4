/** References where their pixels are billed: what the emulated Replicate gets, what is reserved and what is kept. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sha256Of } from '../../src/images/hash.ts';
import { inspectImage } from '../../src/images/inspect.ts';
import { withPixelsAtMost } from '../../src/images/shrink.ts';
import { makePicture } from '../emulators/picture.ts';
import { bytesOf, replicateProject } from '../support/replicate-project.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MEGAPIXEL = 1024 * 1024;
const LARGE = makePicture(2048, 1536, 'face');

async function studio(own: object) {
  const folder = temporaryFolder('imggen-large-');
  writeFileSync(join(folder, 'face.png'), LARGE);
  const character = { references: ['face.png'] };
  return replicateProject({ character, providers: { replicate: own } }, { folder });
}

it('a large reference is sent, and reserved, as one megapixel, and named as it is', async () => {
  const { imggen, inputs, emulator } = await studio({});
  const plan = await imggen.planPack({ count: 2 });
  expect(plan.worstCaseUsd).toBeCloseTo(0.09, 6);
  expect(await imggen.pack({ count: 2 }).result).toMatchObject({ status: 'done' });
  const uploaded = emulator.requests.filter(({ operation }) => operation === 'upload');
  for (const { input_images: images } of inputs()) {
    const [sent] = images as string[];
    expect(sent).toMatch(/^data:image\/png;base64,/);
    const { width, height } = inspectImage(bytesOf(sent));
    expect(width * height).toBeLessThanOrEqual(MEGAPIXEL);
    expect(width / height).toBeCloseTo(4 / 3, 2);
  }
  expect(uploaded.length).toBeLessThanOrEqual(1);
  const { references } = await imggen.show('mira/1');
  expect(references).toMatchObject([{ role: 'face', sha256: sha256Of(LARGE) }]);
}, 30_000);

it('goes as it is to models that bill by the picture', async () => {
  const { imggen, inputs } = await studio({ model: 'black-forest-labs/flux-dev', reference: 'repaint' });
  await imggen.pack({ count: 1 }).result;
  const sent = inputs()[0]?.['image'];
  expect(String(sent).startsWith('data:') ? bytesOf(sent).equals(LARGE) : String(sent)).toEqual(
    LARGE.length <= 256_000 ? true : expect.stringContaining('http'),
  );
}, 30_000);

it.each([
  [3000, 2000],
  [4000, 250],
  [1025, 1024],
  [1024, 1024],
  [300, 200],
])('a picture of %i x %i pixels has no more than asked, the same shape, and the same bytes twice', async (w, h) => {
  const bytes = Buffer.from(makePicture(w, h, 'x'));
  const small = await withPixelsAtMost(bytes, MEGAPIXEL);
  const { width, height } = inspectImage(small);
  expect(width * height).toBeLessThanOrEqual(MEGAPIXEL);
  expect(width / height / (w / h)).toBeCloseTo(1, 2);
  expect(small.equals(await withPixelsAtMost(bytes, MEGAPIXEL))).toBe(true);
  expect(small.equals(bytes)).toBe(w * h <= MEGAPIXEL);
});
