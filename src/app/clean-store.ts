/** A store whose answers are made harmless where they come in: what it tells of pictures goes into ledger and views. */
import { StorageError } from '../errors.ts';
import type { Clean } from '../runner/storable.ts';
import type { Storage, Stored, StoredAsset } from '../storage/storage.ts';

const KEY_LENGTH_MAX = 500;
const URL_LENGTH_MAX = 4_000;
const TEXT_LENGTH_MAX = 1_000;
const SIDE_MAX = 1_000_000;

/**
 * The same store: a picture under a key that hides a secret or control characters is left out, such an address is
 * dropped, texts are cleaned, and sides that no picture has are dropped.
 */
export function cleanedStore(store: Storage, clean: Clean): Storage {
  const isAsTold = (text: string, lengthMax: number) => text.length <= lengthMax && clean(text, lengthMax) === text;
  const url = (told: string | undefined) => (told !== undefined && isAsTold(told, URL_LENGTH_MAX) ? told : undefined);
  const addresses = (stored: Stored) => {
    const [picture, thumbnail] = [url(stored.url), url(stored.thumbnailUrl)];
    return {
      ...(picture === undefined ? {} : { url: picture }),
      ...(thumbnail === undefined ? {} : { thumbnailUrl: thumbnail }),
    };
  };
  const text = (told: string) => clean(told, TEXT_LENGTH_MAX);
  const assetOf = (told: StoredAsset): StoredAsset => {
    const { url: _url, thumbnailUrl: _thumbnailUrl, width, height, ...asset } = told;
    return {
      ...asset,
      ...addresses(told),
      ...(isSide(width) ? { width } : {}),
      ...(isSide(height) ? { height } : {}),
      context: Object.fromEntries(Object.entries(asset.context).map(([name, value]) => [text(name), text(value)])),
      tags: asset.tags.map(text),
    };
  };
  return {
    name: store.name,
    concurrency: store.concurrency,
    baseUrl: store.baseUrl,
    put: async (asset, signal) => {
      const stored = await store.put(asset, signal);
      const kept = { key: stored.key, ...addresses(stored) };
      if (isAsTold(stored.key, KEY_LENGTH_MAX) && (kept.url === undefined) === (stored.url === undefined)) return kept;
      const why = 'it was uploaded, but its address holds one of your keys, or characters that no address has';
      throw new StorageError(`${store.name}: ${why}`, 'rejected');
    },
    urlOf: async (stored, variant, signal) => {
      const address = await store.urlOf(stored, variant, signal);
      return address && isAsTold(address.url, URL_LENGTH_MAX) ? address : undefined;
    },
    find: async (characterId, name, signal) => {
      const found = await store.find(characterId, name, signal);
      return found && assetOf(found);
    },
    async *list(characterId, signal) {
      for await (const asset of store.list(characterId, signal))
        if (isAsTold(asset.key, KEY_LENGTH_MAX)) yield assetOf(asset);
    },
    ...(store.retag && { retag: (key, tags, signal) => store.retag?.(key, tags, signal) ?? Promise.resolve() }),
    remove: (keys, signal) => store.remove(keys, signal),
    check: (signal) => store.check(signal),
  };
}

function isSide(pixels: number | undefined): pixels is number {
  return Number.isInteger(pixels) && Number(pixels) >= 0 && Number(pixels) <= SIDE_MAX;
}
