import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { hashFile } from '../images/hash.ts';
import type { Adopted, FoundImage } from '../ledger/adoption.ts';
import { imageFilename } from '../names.ts';
import type { Storage } from '../storage/storage.ts';
import type { House } from './house.ts';
import { assetsOf, patiently, type NumberedAsset } from './numbers.ts';

/** How many pictures came to which end. */
export type AdoptedCounts = Record<Adopted, number>;

/** Fills the ledger with the pictures of a character that the store holds. May be repeated. @throws {StorageError} */
export async function adoptAll(house: House, storage: Storage, characterId: string): Promise<AdoptedCounts> {
  const counts: AdoptedCounts = { adopted: 0, confirmed: 0, known: 0, other: 0 };
  for (const one of await patiently(house, () => assetsOf(storage, characterId))) {
    const found = foundImage(one, { characterId, store: storage.name });
    counts[house.ledger().adoption.adopt(await withFile(house, found))] += 1;
  }
  return counts;
}

/** A picture as the store tells of it; what was not sent along is left empty or unknown, never guessed. */
export function foundImage({ number, asset }: NumberedAsset, of: { characterId: string; store: string }): FoundImage {
  const { context } = asset;
  const format = /\.([a-z]{3,4})$/i.exec(asset.url)?.[1]?.toLowerCase() ?? 'png';
  const extension = format === 'jpeg' ? 'jpg' : format;
  const filename = imageFilename(of.characterId, number, extension);
  const createdAtMs = Date.parse(asset.createdAt);
  return {
    ...of,
    number,
    filename,
    path: null,
    kind: oneOf(context['kind'], ['avatar', 'training', 'gallery'], 'gallery'),
    shot: context['shot'] ?? filename.replace(/\.[a-z]+$/, ''),
    sha256: context['sha256'] ?? '',
    md5: asset.md5 ?? context['md5'] ?? '',
    sizeBytes: asset.sizeBytes,
    width: asset.width ?? 0,
    height: asset.height ?? 0,
    format: extension === 'jpg' ? 'jpeg' : extension,
    provider: context['provider'] ?? 'unknown',
    model: context['model'] ?? 'unknown',
    seed: wholeNumber(context['seed']),
    seedHonoured: oneOf(context['seed_honoured'], ['yes', 'no', 'unknown'], 'unknown'),
    costMicros: wholeNumber(context['cost_micros']),
    publicId: asset.publicId,
    url: asset.url,
    thumbnailUrl: asset.thumbnailUrl ?? null,
    createdAtMs: Number.isNaN(createdAtMs) ? 0 : createdAtMs,
  };
}

/** The picture may lie on this disk, too, under its own name. */
async function withFile(house: House, found: FoundImage): Promise<FoundImage> {
  const path = join(house.config.output, found.characterId, found.filename);
  if (!existsSync(path)) return found;
  const { sha256, md5 } = await hashFile(path);
  return sha256 === found.sha256 || md5 === found.md5 ? { ...found, path, sha256, md5 } : found;
}

/** @throws {UserError} when no store is configured. */
export function assertStore(house: House): string {
  const name = house.config.storage.provider;
  if (name !== 'none') return name;
  throw new UserError('no store is configured', {
    hint: '"storage": { "provider": "cloudinary" } in the config, or --storage cloudinary',
  });
}

function oneOf<T extends string>(value: string | undefined, allowed: readonly T[], fallback: T): T {
  return allowed.find((one) => one === value) ?? fallback;
}

function wholeNumber(text: string | undefined): number {
  const value = Number(text);
  return /^\d{1,15}$/.test(text ?? '') ? value : 0;
}
