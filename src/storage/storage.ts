/**
 * The storage contract: where pictures go after they are safe on disk.
 *
 * Obligations, checked by the conformance suite (`test/storage/conformance.ts`):
 * - `put` is idempotent: the public id is ours and deterministic, nothing that is there is overwritten, and a repeat
 *   after a lost answer returns what is stored. If other bytes are there under the same id, it throws `conflict`.
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
  /** File name without its extension: the public id's last part. */
  name: string;
  sha256: string;
  /** Hex MD5 of the bytes (Cloudinary's etag). */
  md5: string;
  sizeBytes: number;
  /** Facts kept beside the picture: seed, prompt hash, provider, model, shot, kind, number. */
  context: Readonly<Record<string, string>>;
  tags: readonly string[];
}

/** Where a stored picture is. */
export interface Stored {
  publicId: string;
  url: string;
  thumbnailUrl?: string;
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

/** A store, ready to be used. */
export interface Storage {
  readonly name: string;
  put(asset: Asset, signal: AbortSignal): Promise<Stored>;
  /** What is stored under this name, or undefined. */
  find(characterId: string, name: string, signal: AbortSignal): Promise<StoredAsset | undefined>;
  /** All pictures of a character, in no promised order, page by page. Without a character: all under imggen's own prefix. */
  list(characterId: string | undefined, signal: AbortSignal): AsyncIterable<StoredAsset>;
  /** Deletes by public id; returns how many were there. Refuses ids outside imggen's own prefix. */
  remove(publicIds: readonly string[], signal: AbortSignal): Promise<number>;
  /** Is the store there and the key good? Costs nothing; never throws for an unhealthy store. */
  check(signal: AbortSignal): Promise<{ ok: boolean; message: string; failure?: StorageFailure }>;
}

/** What a store is built from. */
export interface StorageSettings {
  /** The `storage` section of the config, parsed. */
  options: Record<string, unknown>;
  env: Readonly<Record<string, string | undefined>>;
  fetch: typeof fetch;
  now: () => number;
}

/** What a store's file exports as default. */
export interface StorageModule {
  readonly name: string;
  readonly keyVariables: readonly string[];
  /** zod schema of its options beside `provider`. */
  readonly optionsSchema: ZodType<Record<string, unknown>>;
  /** @throws {UserError} with exit code 5 when its key is missing or malformed. */
  create(settings: StorageSettings): Promise<Storage>;
}
