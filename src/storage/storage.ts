/**
 * The storage contract: where pictures go after they are safe on disk.
 *
 * Obligations, checked by the conformance suite (`test/storage/conformance.ts`):
 * - `put` is idempotent: the key is ours and deterministic, nothing that is there is overwritten, and a repeat
 *   after a lost answer returns what is stored. If other bytes are there under the same key, it throws `conflict`.
 * - No retry inside; every failure is a `StorageError` that names its kind and never carries a credential.
 * - `remove` of something that is gone is no failure.
 */

import type { ZodType } from 'zod';
import type { StorageFailure } from '../errors.ts';

/** A finished picture to upload. */
export interface Asset {
  /** Absolute path of the file; streamed, never read whole. */
  path: string;
  characterId: string;
  /** File name without its extension: the key's last part. */
  name: string;
  sha256: string;
  /** Hex MD5 of the bytes (Cloudinary's etag). */
  md5: string;
  sizeBytes: number;
  /** Facts kept beside the picture: seed, prompt hash, provider, model, shot, kind, number. */
  context: Readonly<Record<string, string>>;
  tags: readonly string[];
}

/** A picture in the store, as it is kept by others: enough to ask the store for its address later. */
export interface Stored {
  /** What the store knows it by. Deterministic, and the same for ever. */
  key: string;
  /** Addresses that hold as long as the picture is there, from a store that has such; `urlOf` gives them back. */
  url?: string;
  thumbnailUrl?: string;
}

/** What an address leads to. */
export type Variant = 'picture' | 'thumbnail';

/** Where a picture can be read now. */
export interface Address {
  url: string;
  /** When it stops working (epoch ms); undefined: never. */
  expiresAtMs?: number;
}

/** A picture that the store holds, as it tells of it. */
export interface StoredAsset extends Stored {
  sizeBytes: number;
  width?: number;
  height?: number;
  /** Hex MD5 of the bytes, where the store knows it. */
  md5?: string;
  /** ISO 8601. */
  createdAt: string;
  context: Readonly<Record<string, string>>;
  tags: readonly string[];
}

/** Tags that a picture shall have, and shall not. */
export interface TagChange {
  add: readonly string[];
  remove: readonly string[];
}

/** A store, ready to be used. */
export interface Storage {
  readonly name: string;
  /** How many uploads at a time it takes well. */
  readonly concurrency: number;
  /** Where it is asked, when that is not its own public host: the only private host that its addresses may name. */
  readonly baseUrl?: string | undefined;
  put(asset: Asset, signal: AbortSignal): Promise<Stored>;
  /**
   * The address of a stored picture, given its key and what was kept with it: a lasting one where the store has such,
   * else one made now, which may expire. Undefined: it has no such picture or variant. Free of charge, to be asked each
   * time an address is shown; does not promise that the picture is still there.
   */
  urlOf(stored: Stored, variant: Variant, signal: AbortSignal): Promise<Address | undefined>;
  /** What is stored under this name, or undefined. */
  find(characterId: string, name: string, signal: AbortSignal): Promise<StoredAsset | undefined>;
  /**
   * All pictures of a character, in no promised order, page by page. Without a character: all under imggen's own
   * prefix.
   */
  list(characterId: string | undefined, signal: AbortSignal): AsyncIterable<StoredAsset>;
  /**
   * Adds tags to a stored picture and takes others away; those it is not told of stay. May be repeated. Absent on
   * stores without tags. @throws {StorageError}
   */
  retag?(key: string, tags: TagChange, signal: AbortSignal): Promise<void>;
  /** Deletes by key; returns how many were there. Refuses keys outside imggen's own prefix. */
  remove(keys: readonly string[], signal: AbortSignal): Promise<number>;
  /** Is the store there and the key good? Costs nothing; never throws for an unhealthy store. */
  check(signal: AbortSignal): Promise<{ ok: boolean; message: string; failure?: StorageFailure }>;
}

/** What a store is built from. */
export interface StorageSettings<Options = unknown> {
  /** The `storage` section of the config without `provider`, parsed by its `optionsSchema`. */
  options: Options;
  /** Environment variables of its key, from the registry. */
  keyVariables: readonly string[];
  env: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
  now: () => number;
}

/** A store as its file defines it: `export default defineStorage({ … })`. */
export interface StorageDefinition<Options extends object> {
  /** Its name in the config and in the registry. */
  readonly name: string;
  /** zod schema of its options beside `provider`. Parsing what it has parsed must change nothing. */
  readonly optionsSchema: ZodType<Options>;
  /** @throws {UserError} `auth` when its key is missing or malformed. */
  create(settings: StorageSettings<Options>): Promise<Storage>;
}

/** A store whatever its own options are: `create` takes its section of the config and checks it by `optionsSchema`. */
export interface StorageModule extends Omit<StorageDefinition<object>, 'create'> {
  create(settings: StorageSettings): Promise<Storage>;
}

/** One line of the registry: what lists need to know without loading the store. */
export interface StorageEntry {
  /** Environment variables of its key; empty when it needs none. Their values are secret. */
  readonly keyVariables: readonly string[];
  readonly load: () => Promise<{ default: StorageModule }>;
}

/** The stores by name. */
export type StorageRegistry = Readonly<Record<string, StorageEntry>>;

/** Hides a store's own options behind its schema, so that a registry can hold stores of all kinds. */
export function defineStorage<Options extends object>(definition: StorageDefinition<Options>): StorageModule {
  const { name, optionsSchema } = definition;
  return {
    name,
    optionsSchema,
    create: (settings) => definition.create({ ...settings, options: optionsSchema.parse(settings.options) }),
  };
}
