import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { newStudio } from '../support/cli/imggen.ts';
import { disagreements, newCloud, withCloud } from '../support/cli/cloud.ts';
import { killUploads } from '../support/cli/kills.ts';

it('stores each picture once and overwrites none, killed again and again while it uploads', async () => {
  const toll = await killUploads(6, { count: 8, spreadMs: 40, seed: 11 });
  expect(toll.wrong).toEqual([]);
  expect(toll.killed).toBe(6);
});

it('the checker tells of a picture that was overwritten, doubled or lost', async () => {
  const cloud = await newCloud();
  const folder = newStudio({ storage: { provider: 'cloudinary' } });
  await withCloud(cloud, folder, ['pack', '--count', '2']);
  expect(disagreements(folder, cloud)).toEqual([]);
  const [first, second] = cloud.assets();
  if (!first || !second) throw new Error('two pictures were uploaded');
  // What an upload that overwrites, and one under a name of its own, would have left behind.
  cloud.plant({ ...first, etag: second.etag }, readFileSync(`${folder}/images/mira-sol/mira_sol_image_00002.png`));
  cloud.plant({ ...second, publicId: 'characters/mira-sol/again' }, Buffer.from('x'));
  expect(disagreements(folder, cloud)).toEqual([
    'mira_sol_image_00001.png is another picture in the store',
    'characters/mira-sol/again is in the store and in no row',
    '3 pictures were created in the store for 2 rows',
    'characters/mira-sol/mira_sol_image_00001 was overwritten',
  ]);
});
