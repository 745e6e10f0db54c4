/**
 * What the emulated cloud holds: in memory, and in a folder when it is to outlive its process.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A stored picture. */
export interface CloudAsset {
  assetId: string;
  publicId: string;
  /** Unix seconds of its last write. */
  version: number;
  format: string;
  width: number;
  height: number;
  /** MD5 in hex. */
  etag: string;
  sizeBytes: number;
  /** ISO 8601, whole seconds. */
  createdAt: string;
  assetFolder: string;
  tags: string[];
  context: Record<string, string>;
  /** Transformations that were made, as `c_fill,h_320,w_320/webp`. */
  derived: string[];
  originalFilename: string;
}

/** Something that happened to a picture. */
export interface Deed {
  publicId: string;
  deed: 'created' | 'repeated' | 'overwritten' | 'deleted';
  /** MD5 of what was sent (of what went, for `deleted`). */
  etag: string;
}

/** The pictures of one cloud. */
export class CloudStore {
  readonly #directory: string | undefined;
  readonly #assets = new Map<string, { asset: CloudAsset; bytes: Buffer }>();
  /** Everything that happened since the start, oldest first. */
  readonly deeds: Deed[] = [];

  constructor(directory?: string) {
    this.#directory = directory;
    if (directory === undefined) return;
    mkdirSync(directory, { recursive: true });
    for (const file of readdirSync(directory).filter((name) => name.endsWith('.json'))) {
      const asset = JSON.parse(readFileSync(join(directory, file), 'utf8')) as CloudAsset;
      this.#assets.set(asset.publicId, { asset, bytes: readFileSync(join(directory, file.replace(/json$/, 'bytes'))) });
    }
  }

  get(publicId: string): CloudAsset | undefined {
    return this.#assets.get(publicId)?.asset;
  }

  bytes(publicId: string): Buffer | undefined {
    return this.#assets.get(publicId)?.bytes;
  }

  /** Sorted by public id. */
  all(): CloudAsset[] {
    return [...this.#assets.values()].map(({ asset }) => asset).sort((a, b) => (a.publicId < b.publicId ? -1 : 1));
  }

  put(asset: CloudAsset, bytes: Buffer): void {
    this.deeds.push({
      publicId: asset.publicId,
      deed: this.#assets.has(asset.publicId) ? 'overwritten' : 'created',
      etag: asset.etag,
    });
    this.#assets.set(asset.publicId, { asset, bytes });
    if (this.#directory === undefined) return;
    // The description comes last: without it the bytes do not count.
    this.#write(`${nameOf(asset.publicId)}.bytes`, bytes);
    this.#write(`${nameOf(asset.publicId)}.json`, JSON.stringify(asset));
  }

  /** Of a write that was sent again and changed nothing. */
  repeat(asset: CloudAsset, etag: string): void {
    this.deeds.push({ publicId: asset.publicId, deed: 'repeated', etag });
  }

  delete(publicId: string): boolean {
    const held = this.#assets.get(publicId);
    if (held === undefined) return false;
    this.deeds.push({ publicId, deed: 'deleted', etag: held.asset.etag });
    this.#assets.delete(publicId);
    if (this.#directory !== undefined) {
      for (const end of ['json', 'bytes']) rmSync(join(this.#directory, `${nameOf(publicId)}.${end}`), { force: true });
    }
    return true;
  }

  #write(name: string, content: Buffer | string): void {
    const path = join(this.#directory ?? '', name);
    writeFileSync(`${path}.part`, content);
    renameSync(`${path}.part`, path);
  }
}

/** MD5 in hex: Cloudinary's etag. */
export function etagOf(bytes: Buffer): string {
  return createHash('md5').update(bytes).digest('hex');
}

/** Public ids are longer and freer than file names. */
function nameOf(publicId: string): string {
  return createHash('sha256').update(publicId).digest('hex').slice(0, 40);
}
