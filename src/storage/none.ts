/**
 * No store: pictures stay where they are on disk, and that is where their address points.
 */
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import { StorageError } from '../errors.ts';
import type { Asset, Storage, StorageModule, Stored, StoredAsset } from './storage.ts';

/** Keeps nothing, so it finds nothing and has nothing to remove. */
class NoStorage implements Storage {
  readonly name = 'none';

  put(asset: Asset, signal: AbortSignal): Promise<Stored> {
    if (signal.aborted) return Promise.reject(new StorageError(`${asset.name}: stopped`, 'unavailable'));
    return Promise.resolve({ publicId: `${asset.characterId}/${asset.name}`, url: pathToFileURL(asset.path).href });
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

const none: StorageModule = {
  name: 'none',
  keyVariables: [],
  optionsSchema: z.strictObject({}),
  create: () => Promise.resolve(new NoStorage()),
};

export default none;
