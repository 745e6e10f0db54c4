import { afterAll, describe, expect, it } from 'vitest';
import type { StorageError } from '../../../src/errors.ts';
import { all, calm, openStudio, refused } from '../conformance.ts';
import { open, planted } from '../../support/cloudinary-store.ts';

const studio = openStudio();
afterAll(() => studio.close());

describe('many pictures', () => {
  it('all arrive once on a day when half of the uploads fail, and none is overwritten', async () => {
    const faults = [
      { on: 'upload', kind: 'status', status: 500, share: 0.3 },
      { on: 'upload', kind: 'reset-after', share: 0.2 },
      { on: 'upload', kind: 'truncate-length', share: 0.2 },
    ] as const;
    const { emulator, storage } = await open({ faults: [...faults] });
    const pictures = Array.from({ length: 40 }, (_, n) => studio.picture(`day_${n}`));
    const sent = pictures.map(async (picture) => {
      for (let tries = 1; ; tries++) {
        const error = await storage.put(picture, calm).then(
          () => undefined,
          (thrown: StorageError) => thrown,
        );
        if (error === undefined) return tries;
        expect(error.failure).toBe('unavailable');
      }
    });
    expect(Math.max(...(await Promise.all(sent)))).toBeGreaterThan(1);
    expect(
      emulator
        .assets()
        .map(({ etag }) => etag)
        .sort(),
    ).toEqual(pictures.map(({ md5 }) => md5).sort());
    expect(emulator.deeds().filter(({ deed }) => deed === 'created')).toHaveLength(40);
    expect(emulator.deeds().filter(({ deed }) => deed === 'overwritten')).toEqual([]);
  });

  it('are listed page by page, each once', async () => {
    const { emulator, storage } = await open();
    for (let n = 0; n < 1201; n++) emulator.plant(planted(`characters/mira-sol/m_${n}`), Buffer.from('x'));
    emulator.plant(planted('other/x'), Buffer.from('x'));
    const ids = (await all(storage.list(undefined, calm))).map(({ key }) => key);
    expect(new Set(ids).size).toBe(1201);
    expect(ids).toHaveLength(1201);
    expect(emulator.requests.map(({ operation }) => operation)).toEqual(['list', 'list', 'list']);
  });

  it('are removed by the hundred', async () => {
    const { emulator, storage } = await open();
    const ids = Array.from({ length: 250 }, (_, n) => `characters/mira-sol/m_${n}`);
    for (const id of ids.slice(10)) emulator.plant(planted(id), Buffer.from('x'));
    expect(await storage.remove(ids, calm)).toBe(240);
    expect(emulator.requests).toHaveLength(3);
    expect(emulator.assets()).toEqual([]);
  });

  it.each([['other/x'], ['characters'], ['characters-2/x'], ['characters/../other/x'], ['characters//x'], ['']])(
    'outside its own folder are never removed: %j',
    async (id) => {
      const { emulator, storage } = await open();
      expect((await refused(storage.remove(['characters/mira-sol/ok', id], calm))).failure).toBe('rejected');
      expect(emulator.requests).toEqual([]);
    },
  );
});
