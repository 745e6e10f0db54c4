/** A made-up store in one file: it keeps pictures in memory, and its addresses are signed and expire. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { StorageError } from '../../src/errors.ts';
import { defineStorage } from '../../src/storage/storage.ts';
import type {
  Address,
  Asset,
  Storage,
  Stored,
  StoredAsset,
  StorageSettings,
  Variant,
} from '../../src/storage/storage.ts';

const optionsSchema = z.strictObject({
  concurrency: z.int().min(1).max(16).default(3).describe('Uploads at a time.'),
  validMs: z.int().min(1).default(60_000).describe('How long an address works.'),
});

/** Pictures by key. */
class PaperStorage implements Storage {
  readonly name = 'paper';
  readonly concurrency: number;
  private readonly held = new Map<string, StoredAsset & { characterId: string }>();
  private readonly validMs: number;
  private readonly now: () => number;

  constructor({ options, now }: StorageSettings<z.infer<typeof optionsSchema>>) {
    this.concurrency = options.concurrency;
    this.validMs = options.validMs;
    this.now = now;
  }

  async put(asset: Asset, signal: AbortSignal): Promise<Stored> {
    if (signal.aborted) throw new StorageError('stopped', 'unavailable');
    const { characterId, name, md5, tags } = asset;
    const key = `${characterId}/${name}`;
    const before = this.held.get(key);
    if (before && before.md5 !== md5) throw new StorageError(`${key} is another picture`, 'conflict');
    const sizeBytes = (await readFile(asset.path)).length;
    const context = Object.fromEntries(Object.entries(asset.context).map(([k, v]) => [k, v.replaceAll('\\', '/')]));
    const createdAt = new Date(this.now()).toISOString();
    this.held.set(key, before ?? { key, characterId, sizeBytes, md5, createdAt, context, tags });
    return { key };
  }

  urlOf({ key }: Stored, variant: Variant): Promise<Address | undefined> {
    const expiresAtMs = this.now() + this.validMs;
    const url = `https://paper.test/${key}?until=${expiresAtMs}`;
    return Promise.resolve(variant === 'picture' ? { url, expiresAtMs } : undefined);
  }

  find(characterId: string, name: string): Promise<StoredAsset | undefined> {
    return Promise.resolve(this.held.get(`${characterId}/${name}`));
  }

  async *list(characterId: string | undefined): AsyncGenerator<StoredAsset> {
    for (const asset of this.held.values())
      if (characterId === undefined || asset.characterId === characterId) yield asset;
  }

  remove(keys: readonly string[]): Promise<number> {
    return Promise.resolve(keys.filter((key) => this.held.delete(key)).length);
  }

  check(): Promise<{ ok: boolean; message: string }> {
    return Promise.resolve({ ok: true, message: 'It is in memory.' });
  }
}

export default defineStorage({
  name: 'paper',
  optionsSchema,
  create: (settings) => Promise.resolve(new PaperStorage(settings)),
});
