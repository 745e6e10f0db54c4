import { afterAll, describe, expect, it } from 'vitest';
import { calm, openStudio } from '../conformance.ts';
import { open } from '../../support/cloudinary-store.ts';

const studio = openStudio();
afterAll(() => studio.close());

describe('an upload', () => {
  it('goes to the character’s folder with facts, tags and a thumbnail, and is delivered byte for byte', async () => {
    const { emulator, storage } = await open();
    const picture = studio.picture('m_1', { sizeBytes: 3000, tags: ['gallery', 'lab/model-1', 'a,b', ''] });
    const stored = await storage.put(picture, calm);
    expect(stored.key).toBe('characters/mira-sol/m_1');
    expect(emulator.assets()).toMatchObject([
      {
        assetFolder: 'characters/mira-sol',
        etag: picture.md5,
        tags: ['imggen', 'mira-sol', 'gallery', 'lab/model-1', 'a b'],
        context: { seed: '42', sha256: picture.sha256, shot: 'm_1' },
        derived: ['c_fill,h_320,w_320/webp'],
        originalFilename: 'm_1-1',
      },
    ]);
    const delivered = Buffer.from(await (await fetch(stored.url ?? '')).arrayBuffer());
    expect(delivered.length).toBe(picture.sizeBytes);
    expect((await fetch(stored.thumbnailUrl ?? '')).headers.get('content-type')).toBe('image/webp');
  });

  it('names the same thumbnail when it is looked at later', async () => {
    const { storage } = await open();
    const stored = await storage.put(studio.picture('m_1'), calm);
    expect((await storage.find('mira-sol', 'm_1', calm))?.thumbnailUrl).toBe(stored.thumbnailUrl);
  });

  it('has no thumbnail when none is wanted', async () => {
    const { emulator, storage } = await open({ store: { eagerThumbnail: false } });
    expect(await storage.put(studio.picture('m_1'), calm)).not.toHaveProperty('thumbnailUrl');
    expect(emulator.assets()[0]?.derived).toEqual([]);
  });

  it('is read at the addresses that were kept, and nobody is asked for them', async () => {
    const { emulator, storage } = await open();
    const kept = { key: 'characters/mira-sol/m_1', url: 'https://cdn.test/m.png', thumbnailUrl: 'https://cdn.test/t' };
    expect(await storage.urlOf(kept, 'picture', calm)).toEqual({ url: kept.url });
    expect(await storage.urlOf(kept, 'thumbnail', calm)).toEqual({ url: kept.thumbnailUrl });
    expect(emulator.requests).toEqual([]);
    expect(await storage.urlOf({ key: kept.key }, 'picture', calm)).toBeUndefined();
  });
});
