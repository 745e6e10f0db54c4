/**
 * What every store promises (see `src/storage/storage.ts`), run for each of them, the simplest included.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import type { Asset, Storage, StoredAsset } from '../../src/storage/storage.ts';
import { makePicture } from '../emulators/picture.ts';

/** A signal that never aborts. */
export const calm = new AbortController().signal;

/** A folder with pictures in it. */
export interface Studio {
  /** A picture on disk; another `version`, other bytes. */
  picture(
    name: string,
    how?: Partial<Pick<Asset, 'characterId' | 'context' | 'tags'>> & { version?: string; sizeBytes?: number },
  ): Asset;
  close(): void;
}

/** Opens a temporary folder. */
export function openStudio(): Studio {
  const folder = mkdtempSync(join(tmpdir(), 'imggen-store-'));
  return {
    picture(name, how = {}) {
      const { version = '1', sizeBytes, ...rest } = how;
      const bytes = makePicture(64, 64, `${name} ${version}`, sizeBytes === undefined ? {} : { sizeBytes });
      const path = join(folder, `${name}-${version}.png`);
      writeFileSync(path, bytes);
      const hash = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
      return {
        path,
        characterId: 'mira-sol',
        name,
        sha256: hash('sha256'),
        md5: hash('md5'),
        sizeBytes: bytes.length,
        context: { seed: '42', shot: name, kind: 'gallery', model: 'lab/model-1' },
        tags: ['gallery', 'lab/model-1'],
        ...rest,
      };
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** Everything that a list gives. */
export async function all(list: AsyncIterable<StoredAsset>): Promise<StoredAsset[]> {
  const found: StoredAsset[] = [];
  for await (const asset of list) found.push(asset);
  return found;
}

/** The StorageError that a call ends with. */
export async function refused(call: Promise<unknown>): Promise<StorageError> {
  const error = await call.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(StorageError);
  return error as StorageError;
}

/** A store under test. */
export interface Subject {
  name: string;
  /** False for a store that keeps nothing: the promises about what is kept then say that nothing is found. */
  keeps: boolean;
  /** A fresh, empty store. */
  open(): Promise<{ storage: Storage; close(): Promise<void> }>;
}

/** Runs the suite. */
export function conforms(subject: Subject): void {
  describe(`the store "${subject.name}" keeps the contract`, () => {
    const studio = openStudio();
    afterAll(() => studio.close());

    async function withStore(use: (storage: Storage) => Promise<void>): Promise<void> {
      const { storage, close } = await subject.open();
      try {
        await use(storage);
      } finally {
        await close();
      }
    }

    it('goes by its own name', () => withStore(async (storage) => expect(storage.name).toBe(subject.name)));

    it('takes at least one upload at a time', () =>
      withStore(async (storage) => expect(storage.concurrency).toBeGreaterThanOrEqual(1)));

    it('knows a stored picture by a key that depends on the picture alone', () =>
      withStore(async (storage) => {
        const picture = studio.picture('a');
        const first = await storage.put(picture, calm);
        expect(first.key).not.toBe('');
        expect(await storage.put(picture, calm)).toEqual(first);
      }));

    it('gives the address of a stored picture, also when nothing but its key was kept', () =>
      withStore(async (storage) => {
        const stored = await storage.put(studio.picture('a'), calm);
        const address = await storage.urlOf(stored, 'picture', calm);
        expect(URL.canParse(address?.url ?? '')).toBe(true);
        expect(await storage.urlOf({ key: stored.key }, 'picture', calm)).toMatchObject({ url: expect.any(String) });
        if (stored.url !== undefined) expect(address).toEqual({ url: stored.url });
        const thumbnail = await storage.urlOf(stored, 'thumbnail', calm);
        expect(thumbnail === undefined || URL.canParse(thumbnail.url)).toBe(true);
      }));

    it('holds one picture after it was put twice', () =>
      withStore(async (storage) => {
        const picture = studio.picture('a');
        await storage.put(picture, calm);
        await storage.put(picture, calm);
        expect(await all(storage.list('mira-sol', calm))).toHaveLength(subject.keeps ? 1 : 0);
      }));

    it('finds what was put, with its facts, and nothing else', () =>
      withStore(async (storage) => {
        const picture = studio.picture('a', { context: { seed: '42', prompt: 'a=b|c\\', empty: '' } });
        const { key } = await storage.put(picture, calm);
        expect(await storage.find('mira-sol', 'b', calm)).toBeUndefined();
        expect(await storage.find('mira', 'a', calm)).toBeUndefined();
        const found = await storage.find('mira-sol', 'a', calm);
        if (!subject.keeps) return expect(found).toBeUndefined();
        expect(found).toMatchObject({ key, sizeBytes: picture.sizeBytes });
        expect(found?.context).toMatchObject({ seed: '42', prompt: 'a=b|c/' });
        expect(new Date(found?.createdAt ?? '').toISOString()).toBe(found?.createdAt);
      }));

    it("lists one character's pictures only, not those of a character whose id begins alike", () =>
      withStore(async (storage) => {
        await storage.put(studio.picture('a', { characterId: 'mira' }), calm);
        await storage.put(studio.picture('b', { characterId: 'mira-sol' }), calm);
        expect(await all(storage.list('mira', calm))).toHaveLength(subject.keeps ? 1 : 0);
        expect(await all(storage.list(undefined, calm))).toHaveLength(subject.keeps ? 2 : 0);
      }));

    it('removes what is there, once, and takes what is gone for no failure', () =>
      withStore(async (storage) => {
        const one = await storage.put(studio.picture('a'), calm);
        const other = await storage.put(studio.picture('b'), calm);
        expect(await storage.remove([one.key], calm)).toBe(subject.keeps ? 1 : 0);
        expect(await storage.remove([one.key], calm)).toBe(0);
        expect(await storage.remove([], calm)).toBe(0);
        expect((await all(storage.list('mira-sol', calm))).map(({ key }) => key)).toEqual(
          subject.keeps ? [other.key] : [],
        );
      }));

    it('says that it is well', () =>
      withStore(async (storage) => expect(await storage.check(calm)).toMatchObject({ ok: true })));

    it('takes no picture after it was told to stop', () =>
      withStore(async (storage) => {
        await refused(storage.put(studio.picture('a'), AbortSignal.abort()));
        expect(await all(storage.list('mira-sol', calm))).toEqual([]);
      }));
  });
}
