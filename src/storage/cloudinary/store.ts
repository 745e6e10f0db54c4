/** Pictures in one Cloudinary account: the storage contract in the words of its Upload and Admin APIs. */
import type { z } from 'zod';
import { StorageError, type StorageFailure } from '../../errors.ts';
import type { Address, Asset, Storage, Stored, StoredAsset, TagChange, Variant } from '../storage.ts';
import { answers, folderOf, isSame, keyOf, type Layout, storedAsset, uploadParameters } from './assets.ts';
import type { CloudinaryClient } from './client.ts';

/** The Admin API's own bounds. */
const LIST_MAX = 500;
const REMOVE_MAX = 100;

/** Pictures in one Cloudinary account. */
export class CloudinaryStorage implements Storage {
  readonly name = 'cloudinary';
  readonly concurrency: number;
  readonly baseUrl: string | undefined;
  readonly #client: CloudinaryClient;
  readonly #layout: Layout;
  readonly #cloudName: string;

  constructor(
    client: CloudinaryClient,
    layout: Layout,
    account: { cloudName: string; concurrency: number; baseUrl?: string },
  ) {
    this.#client = client;
    this.#layout = layout;
    this.#cloudName = account.cloudName;
    this.concurrency = account.concurrency;
    this.baseUrl = account.baseUrl;
  }

  async put(asset: Asset, signal: AbortSignal): Promise<Stored> {
    const key = keyOf(this.#layout, asset.characterId, asset.name);
    const what = `upload of ${key}`;
    const answer = await this.#client.upload({ what, signal }, asset, uploadParameters(asset, key, this.#layout));
    const stored = this.#stored(answer, what);
    if (stored.key !== key) {
      throw new StorageError(
        `Cloudinary, ${what}: it was stored as ${stored.key}; ` +
          "does the account's default upload preset change public ids?",
        'rejected',
      );
    }
    if (!isSame(stored, asset))
      throw new StorageError(
        `Cloudinary, ${what}: another picture is already there, and nothing was overwritten`,
        'conflict',
      );
    const { url, thumbnailUrl } = stored;
    return { key, url, ...(thumbnailUrl === undefined ? {} : { thumbnailUrl }) };
  }

  /**
   * Addresses of public pictures hold for ever, so the one that was kept is right; without one the Admin API is asked.
   */
  async urlOf(stored: Stored, variant: Variant, signal: AbortSignal): Promise<Address | undefined> {
    const known = stored.url === undefined ? await this.#look(stored.key, signal) : stored;
    const url = variant === 'picture' ? known?.url : known?.thumbnailUrl;
    return url === undefined ? undefined : { url };
  }

  find(characterId: string, name: string, signal: AbortSignal): Promise<StoredAsset | undefined> {
    return this.#look(keyOf(this.#layout, characterId, name), signal);
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

  async retag(key: string, { add, remove }: TagChange, signal: AbortSignal): Promise<void> {
    this.#assertOwn([key]);
    const what = `tags of ${key}`;
    for (const tag of add)
      await this.#client.change({ what, signal }, (api, perCall) =>
        api.add_tag(tag, [key], { ...perCall, type: 'upload' }),
      );
    for (const tag of remove)
      await this.#client.change({ what, signal }, (api, perCall) =>
        api.remove_tag(tag, [key], { ...perCall, type: 'upload' }),
      );
  }

  async remove(keys: readonly string[], signal: AbortSignal): Promise<number> {
    this.#assertOwn(keys);
    let removed = 0;
    for (let at = 0; at < keys.length; at += REMOVE_MAX)
      removed += await this.#removeSome(keys.slice(at, at + REMOVE_MAX), signal);
    return removed;
  }

  /** @throws {StorageError} `rejected` for keys outside imggen's own prefix. */
  #assertOwn(keys: readonly string[]): void {
    const foreign = keys.filter(
      (id) =>
        !id.startsWith(`${this.#layout.folder}/`) ||
        id.split('/').some((part) => part === '' || part === '.' || part === '..'),
    );
    if (foreign.length > 0)
      throw new StorageError(
        `Cloudinary: refused, not under ${this.#layout.folder}/: ${foreign.slice(0, 5).join(', ')}`,
        'rejected',
      );
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

  /**
   * Cloudinary says which of the three is wrong (`cloud_name mismatch`, `unknown api_key`, `api_secret mismatch`): say
   * it in words.
   */
  #advice(error: StorageError): string {
    if (error.failure !== 'unauthorized') return error.message;
    if (/cloud_name/i.test(error.message))
      return `Cloudinary has no cloud "${this.#cloudName}" for this key: check the cloud name (${error.message})`;
    if (/api[_ ]key/i.test(error.message)) return `Cloudinary does not know this API key: check it (${error.message})`;
    return `Cloudinary refused the API secret: check it (${error.message})`;
  }

  /** At most 100. Cloudinary answers in parts when a picture has a thousand derived ones. */
  async #removeSome(keys: readonly string[], signal: AbortSignal): Promise<number> {
    const what = `removal of ${keys.length} pictures`;
    const removed = new Set<string>();
    let cursor: string | undefined;
    do {
      const more = { invalidate: true, ...(cursor === undefined ? {} : { next_cursor: cursor }) };
      const call = this.#client.admin({ what, signal }, (api, perCall) =>
        api.delete_resources([...keys], { ...more, ...perCall }),
      );
      const answer = understood(answers.removal, await call, what);
      for (const [id, outcome] of Object.entries(answer.deleted)) if (outcome === 'deleted') removed.add(id);
      cursor = answer.partial === true && answer.next_cursor !== cursor ? answer.next_cursor : undefined;
    } while (cursor !== undefined);
    return removed.size;
  }

  async #look(key: string, signal: AbortSignal): Promise<StoredAsset | undefined> {
    const what = `look at ${key}`;
    const answer = await this.#client.admin({ what, signal, expected: [404] }, (api, perCall) =>
      api.resource(key, perCall),
    );
    return answer === undefined ? undefined : this.#stored(answer, what);
  }

  #stored(answer: unknown, what: string): StoredAsset & { url: string } {
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
