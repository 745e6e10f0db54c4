/**
 * No store: pictures stay where they are on disk, and that is where their address points.
 */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StorageError } from '../errors.ts';
import { defineStorage } from './storage.ts';
import type { Address, Asset, Storage, Stored, StoredAsset, Variant } from './storage.ts';

/** Keeps nothing, so it finds nothing and has nothing to remove. A picture's key is its path. */
class NoStorage implements Storage {
  readonly name = 'none';
  readonly concurrency = 1;

  put(asset: Asset, signal: AbortSignal): Promise<Stored> {
    if (signal.aborted) return Promise.reject(new StorageError(`${asset.name}: stopped`, 'unavailable'));
    return Promise.resolve({ key: asset.path });
  }

  urlOf({ key }: Stored, variant: Variant): Promise<Address | undefined> {
    return Promise.resolve(variant === 'picture' ? { url: pathToFileURL(key).href } : undefined);
  }

  find(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async *list(): AsyncGenerator<StoredAsset> {}

  remove(): Promise<number> {
    return Promise.resolve(0);
  }

  check(): Promise<{ ok: boolean; message: string }> {
    return Promise.resolve({ ok: true, message: 'Nothing is uploaded: pictures stay on disk.' });
  }
}

export default defineStorage({
  name: 'none',
  optionsSchema: z.strictObject({}),
  create: () => Promise.resolve(new NoStorage()),
});
