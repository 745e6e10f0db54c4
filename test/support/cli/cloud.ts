/** An emulated Cloudinary and the binary pointed at it: what the tests of uploads start from. */
import { onTestFinished } from 'vitest';
import { ask, imggen, type Ran } from '../cli/imggen.ts';
import { startCloudinary, type CloudinaryEmulator, type CloudinaryOptions } from '../../emulators/cloudinary.ts';
import { etagOf } from '../../emulators/cloudinary/store.ts';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** A secret that no output may hold. */
export const SECRET = 'hush-9f8e7d6c5b4a';

/** What a ledger's row says of a picture. */
export interface Row {
  number: number;
  filename: string;
  path: string | null;
  state: string;
  upload: string;
  public_id: string | null;
  url: string | null;
  md5: string;
}

/** A Cloudinary of the test's own, closed after it. */
export async function newCloud(options: CloudinaryOptions = {}): Promise<CloudinaryEmulator> {
  const cloud = await startCloudinary({ apiSecret: SECRET, latencyMs: 2, ...options });
  onTestFinished(() => cloud.close());
  return cloud;
}

/** Runs the binary with the key of that cloud. */
export function withCloud(
  cloud: Pick<CloudinaryEmulator, 'cloudinaryUrl'>,
  folder: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<Ran> {
  return imggen(folder, args, { env: { CLOUDINARY_URL: cloud.cloudinaryUrl, ...env } });
}

/** The rows of all pictures that were not removed, by number. */
export function rowsOf(folder: string): Row[] {
  return ask<Row>(
    folder,
    `SELECT i.*, COALESCE(u.state, 'none') upload, u.key public_id, json_extract(u.details, '$.url') url
     FROM images i LEFT JOIN uploads u ON u.image_id = i.id AND u.store = i.store
     WHERE i.state <> 'removed' ORDER BY number`,
  );
}

/** Everything that is wrong between ledger, disk and store, a sentence each; none is as it should be. */
export function disagreements(folder: string, cloud: CloudinaryEmulator): string[] {
  const rows = rowsOf(folder);
  const held = new Map(cloud.assets().map((asset) => [asset.publicId, asset]));
  const wrong: string[] = [];
  for (const row of rows) {
    const asset = held.get(row.public_id ?? '');
    if (row.state !== 'stored' || row.upload !== 'done')
      wrong.push(`${row.filename} is ${row.state}, upload ${row.upload}`);
    if (asset === undefined) wrong.push(`${row.filename} is not in the store`);
    else if (asset.etag !== row.md5) wrong.push(`${row.filename} is another picture in the store`);
    if (row.path !== null && etagOf(readFileSync(resolve(folder, '.imggen', row.path))) !== row.md5)
      wrong.push(`${row.filename} is another picture on disk`);
    held.delete(row.public_id ?? '');
  }
  for (const publicId of held.keys()) wrong.push(`${publicId} is in the store and in no row`);
  const created = cloud.deeds().filter(({ deed }) => deed === 'created').length;
  if (created !== rows.length) wrong.push(`${created} pictures were created in the store for ${rows.length} rows`);
  for (const { deed, publicId } of cloud.deeds())
    if (deed === 'overwritten' || deed === 'deleted') wrong.push(`${publicId} was ${deed}`);
  return wrong;
}
