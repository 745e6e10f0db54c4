/** `kill -9` at any point of the uploads of the real program, 200 times. */
import { expect, it } from 'vitest';
import { killUploads } from './support/cli/kills.ts';

it('stores each picture once and overwrites none, over 200 kills', async () => {
  const toll = await killUploads(200, { count: 12, spreadMs: 60, seed: 5 });
  console.log(`${toll.killed} kills, ${toll.pictures} pictures, ${toll.repeated} sent again and not overwritten`);
  expect(toll.wrong).toEqual([]);
  // The kills did meet the moment between an upload and its row: a store that overwrote would have been seen.
  expect(toll.repeated).toBeGreaterThan(0);
});
