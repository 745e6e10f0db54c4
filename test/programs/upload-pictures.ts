/**
 * Uploads the pictures listed in a JSON file to the Cloudinary of the environment, two at a time, again and again from
 * the start until every one is confirmed; tells its parent when it begins. To be killed at any time.
 */
import { readFileSync } from 'node:fs';
import cloudinary from '../../src/storage/cloudinary.ts';
import type { Asset } from '../../src/storage/storage.ts';

const assets = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Asset[];
const storage = await cloudinary.create({
  options: { concurrency: 2 },
  keyVariables: [],
  env: process.env,
  fetch,
  now: Date.now,
});
const { signal } = new AbortController();
process.send?.('begins');
await Promise.all(
  [0, 1].map(async (lane) => {
    for (const asset of assets.filter((_, index) => index % 2 === lane)) await storage.put(asset, signal);
  }),
);
process.send?.('done');
process.disconnect?.();
