/**
 * Cloudinary, through its official package (facts: Upload API and Admin API references, cloudinary 2.11).
 *
 * A picture's key is its public id `<folder>/<character>/<name>`, sent in full with `overwrite: false`: the second
 * upload of a picture changes nothing and is answered with what is there, so an upload whose answer was lost is simply
 * repeated.
 */
import { z } from 'zod';
import { readAccount } from './cloudinary/account.ts';
import { CloudinaryClient, loadSdk } from './cloudinary/client.ts';
import { CloudinaryStorage } from './cloudinary/store.ts';
import { defineStorage } from './storage.ts';
import type { Storage, StorageSettings } from './storage.ts';

const optionsSchema = z.strictObject({
  baseUrl: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('Address of the API, for proxies and tests. The key is sent to this host and to no other.'),
  folder: z
    .string()
    .regex(/^[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*$/, 'letters, digits, _ and -, with / between folders')
    .max(100)
    .default('characters')
    .describe("The folder that holds the characters' folders."),
  folderMode: z
    .enum(['dynamic', 'fixed'])
    .default('dynamic')
    .describe(
      "The account's folder mode, as the Cloudinary console tells it. Accounts made before June 2024 may be fixed.",
    ),
  eagerThumbnail: z.boolean().default(true).describe('Have a 320x320 WebP thumbnail made with each upload.'),
  concurrency: z.int().min(1).max(16).default(4).describe('Uploads at a time.'),
  timeoutMs: z
    .int()
    .min(100)
    .max(600_000)
    .default(60_000)
    .describe('Silence, in milliseconds, after which a call is given up.'),
});

async function create(settings: StorageSettings<z.infer<typeof optionsSchema>>): Promise<Storage> {
  const { options, env, now } = settings;
  const { concurrency, timeoutMs } = options;
  const account = readAccount(env, options.baseUrl);
  const client = new CloudinaryClient(await loadSdk(), account, { concurrency, timeoutMs, now });
  return new CloudinaryStorage(client, options, { ...account, concurrency });
}

export default defineStorage({ name: 'cloudinary', optionsSchema, create });
