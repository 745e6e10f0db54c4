/**
 * Cloudinary, through its official package (facts: Upload API and Admin API references, cloudinary 2.11).
 *
 * A picture's public id is `<folder>/<character>/<name>`, sent in full with `overwrite: false`: the second upload of a
 * picture changes nothing and is answered with what is there, so an upload whose answer was lost is simply repeated.
 */
import { z } from 'zod';
import { StorageError, type StorageFailure } from '../errors.ts';
import { KEY_VARIABLES, readAccount } from './cloudinary/account.ts';
import { answers, folderOf, isSame, type Layout, storedAsset, uploadParameters } from './cloudinary/assets.ts';
import { CloudinaryClient, loadSdk } from './cloudinary/client.ts';
import type { Asset, Storage, StorageModule, StorageSettings, Stored, StoredAsset } from './storage.ts';

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

/** The Admin API's own bounds. */
const LIST_MAX = 500;
const REMOVE_MAX = 100;

/** Pictures in one Cloudinary account. */
class CloudinaryStorage implements Storage {
  readonly name = 'cloudinary';
  readonly #client: CloudinaryClient;
  readonly #layout: Layout;
  readonly #cloudName: string;

  constructor(client: CloudinaryClient, layout: Layout, cloudName: string) {
    this.#client = client;
    this.#layout = layout;
    this.#cloudName = cloudName;
  }

  async put(asset: Asset, signal: AbortSignal): Promise<Stored> {
    const publicId = `${folderOf(this.#layout, asset.characterId)}/${asset.name}`;
    const what = `upload of ${publicId}`;
    const answer = await this.#client.upload({ what, signal }, asset, uploadParameters(asset, publicId, this.#layout));
    const stored = this.#stored(answer, what);
    if (stored.publicId !== publicId) {
      throw new StorageError(
        `Cloudinary, ${what}: it was stored as ${stored.publicId}; does the account's default upload preset change public ids?`,
        'rejected',
      );
    }
    if (!isSame(stored, asset))
      throw new StorageError(
        `Cloudinary, ${what}: another picture is already there, and nothing was overwritten`,
        'conflict',
      );
    const { url, thumbnailUrl } = stored;
    return { publicId, url, ...(thumbnailUrl === undefined ? {} : { thumbnailUrl }) };
  }

  async find(characterId: string, name: string, signal: AbortSignal): Promise<StoredAsset | undefined> {
    const publicId = `${folderOf(this.#layout, characterId)}/${name}`;
    const what = `look at ${publicId}`;
    const answer = await this.#client.admin({ what, signal, expected: [404] }, (api, perCall) =>
      api.resource(publicId, perCall),
    );
    return answer === undefined ? undefined : this.#stored(answer, what);
  }

  async *list(characterId: string | undefined, signal: AbortSignal): AsyncGenerator<StoredAsset> {
    // With the slash: `characters/mira` must not list `characters/mira-sol`.
    const prefix = `${characterId === undefined ? this.#layout.folder : folderOf(this.#layout, characterId)}/`;
    const what = `list of ${prefix}`;
    let cursor: string | undefined;
    do {
      const page = {
        type: 'upload',
        prefix,
        max_results: LIST_MAX,
        tags: true,
        context: true,
        ...(cursor === undefined ? {} : { next_cursor: cursor }),
      };
      const answer = understood(
        answers.list,
        await this.#client.admin({ what, signal }, (api, perCall) => api.resources({ ...page, ...perCall })),
        what,
      );
      for (const resource of answer.resources) yield storedAsset(resource, this.#layout);
      cursor = answer.next_cursor === cursor ? undefined : answer.next_cursor;
    } while (cursor !== undefined);
  }

  async remove(publicIds: readonly string[], signal: AbortSignal): Promise<number> {
    const foreign = publicIds.filter(
      (id) =>
        !id.startsWith(`${this.#layout.folder}/`) ||
        id.split('/').some((part) => part === '' || part === '.' || part === '..'),
    );
    if (foreign.length > 0)
      throw new StorageError(
        `Cloudinary, removal: refused, not under ${this.#layout.folder}/: ${foreign.slice(0, 5).join(', ')}`,
        'rejected',
      );
    let removed = 0;
    for (let at = 0; at < publicIds.length; at += REMOVE_MAX)
      removed += await this.#removeSome(publicIds.slice(at, at + REMOVE_MAX), signal);
    return removed;
  }

  async check(signal: AbortSignal): Promise<{ ok: boolean; message: string; failure?: StorageFailure }> {
    try {
      await this.#client.admin({ what: 'health', signal }, (api, perCall) => api.ping(perCall));
      return { ok: true, message: `Cloudinary answers, and the key is good for the cloud "${this.#cloudName}".` };
    } catch (error) {
      if (!(error instanceof StorageError)) throw error;
      return { ok: false, message: this.#advice(error), failure: error.failure };
    }
  }

  /** Cloudinary says which of the three is wrong (`cloud_name mismatch`, `unknown api_key`, `api_secret mismatch`): say it in words. */
  #advice(error: StorageError): string {
    if (error.failure !== 'unauthorized') return error.message;
    if (/cloud_name/i.test(error.message))
      return `Cloudinary has no cloud "${this.#cloudName}" for this key: check the cloud name (${error.message})`;
    if (/api[_ ]key/i.test(error.message)) return `Cloudinary does not know this API key: check it (${error.message})`;
    return `Cloudinary refused the API secret: check it (${error.message})`;
  }

  /** At most 100. Cloudinary answers in parts when a picture has a thousand derived ones. */
  async #removeSome(publicIds: readonly string[], signal: AbortSignal): Promise<number> {
    const what = `removal of ${publicIds.length} pictures`;
    const removed = new Set<string>();
    let cursor: string | undefined;
    do {
      const more = { invalidate: true, ...(cursor === undefined ? {} : { next_cursor: cursor }) };
      const call = this.#client.admin({ what, signal }, (api, perCall) =>
        api.delete_resources([...publicIds], { ...more, ...perCall }),
      );
      const answer = understood(answers.removal, await call, what);
      for (const [id, outcome] of Object.entries(answer.deleted)) if (outcome === 'deleted') removed.add(id);
      cursor = answer.partial === true && answer.next_cursor !== cursor ? answer.next_cursor : undefined;
    } while (cursor !== undefined);
    return removed.size;
  }

  #stored(answer: unknown, what: string): StoredAsset {
    return storedAsset(understood(answers.resource, answer, what), this.#layout);
  }
}

/** @throws {StorageError} `unavailable`: what answers nonsense may answer well the next time. */
function understood<Schema extends z.ZodType>(schema: Schema, answer: unknown, what: string): z.output<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw new StorageError(`Cloudinary, ${what}: the answer was not understood (${where})`, 'unavailable');
}

async function create(settings: StorageSettings): Promise<Storage> {
  const { provider: _, ...own } = settings.options;
  const options = optionsSchema.parse(own);
  const account = readAccount(settings.env, options.baseUrl);
  const client = new CloudinaryClient(await loadSdk(), account, {
    concurrency: options.concurrency,
    timeoutMs: options.timeoutMs,
    now: settings.now,
  });
  return new CloudinaryStorage(client, options, account.cloudName);
}

const cloudinary: StorageModule = { name: 'cloudinary', keyVariables: KEY_VARIABLES, optionsSchema, create };

export default cloudinary;
