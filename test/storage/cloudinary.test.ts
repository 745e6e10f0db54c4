import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { execa } from 'execa';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { StorageError } from '../../src/errors.ts';
import cloudinary from '../../src/storage/cloudinary.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { type CloudinaryEmulator, type CloudinaryOptions, startCloudinary } from '../emulators/cloudinary.ts';
import { startCutWire } from '../emulators/cloudinary/cut.ts';
import type { CloudAsset } from '../emulators/cloudinary/store.ts';
import type { FaultKind } from '../emulators/emulator.ts';
import { makePicture } from '../emulators/picture.ts';
import { all, calm, conforms, openStudio, refused } from './conformance.ts';

const studio = openStudio();
afterAll(() => studio.close());

const running: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(running.splice(0).map((server) => server.close())));

/** Options of the store; what is given beats the address in the emulator's CLOUDINARY_URL. */
interface Opening extends CloudinaryOptions {
  store?: Record<string, unknown> | undefined;
  url?: ((emulator: CloudinaryEmulator) => string) | undefined;
}

async function open(opening: Opening = {}): Promise<{ emulator: CloudinaryEmulator; storage: Storage }> {
  const emulator = await startCloudinary(opening);
  running.push(emulator);
  const url = opening.url?.(emulator) ?? emulator.cloudinaryUrl;
  const storage = await cloudinary.create({
    options: opening.store ?? {},
    keyVariables: [],
    env: { CLOUDINARY_URL: url },
    fetch,
    now: opening.now ?? Date.now,
  });
  return { emulator, storage };
}

const planted = (publicId: string): CloudAsset => ({
  assetId: '0',
  publicId,
  version: 1,
  format: 'png',
  width: 8,
  height: 8,
  etag: '0'.repeat(32),
  sizeBytes: 1,
  createdAt: '2026-01-01T00:00:00Z',
  assetFolder: '',
  tags: [],
  context: {},
  derived: [],
  originalFilename: 'x',
});

for (const folderMode of ['dynamic', 'fixed'] as const) {
  conforms({
    name: 'cloudinary',
    keeps: true,
    open: async () => {
      const { emulator, storage } = await open({ folderMode, store: { folderMode } });
      return {
        storage,
        close: () => Promise.resolve(running.splice(running.indexOf(emulator), 1)).then(() => emulator.close()),
      };
    },
  });
}

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

  it('whose answer was lost is found stored, and the repeat changes nothing', async () => {
    const { emulator, storage } = await open({ faults: [{ on: 'upload', kind: 'reset-after', times: 1 }] });
    const picture = studio.picture('m_1');
    expect((await refused(storage.put(picture, calm))).failure).toBe('unavailable');
    expect(await storage.find('mira-sol', 'm_1', calm)).toMatchObject({ md5: picture.md5 });
    await storage.put(picture, calm);
    expect(emulator.deeds().map(({ deed }) => deed)).toEqual(['created', 'repeated']);
  });

  it('never overwrites another picture of the same name', async () => {
    const { emulator, storage } = await open();
    await storage.put(studio.picture('m_1'), calm);
    const error = await refused(storage.put(studio.picture('m_1', { version: '2' }), calm));
    expect(error.failure).toBe('conflict');
    expect(error.message).toMatch(/characters\/mira-sol\/m_1.*nothing was overwritten/);
    expect(emulator.assets()).toMatchObject([{ etag: studio.picture('m_1').md5 }]);
  });

  it('is the same picture when the account changes pictures as they come in, by the hash in its context', async () => {
    const { emulator, storage } = await open();
    const picture = studio.picture('m_1');
    emulator.plant(
      { ...planted('characters/mira-sol/m_1'), context: { sha256: picture.sha256 } },
      makePicture(8, 8, 'changed'),
    );
    expect(await storage.put(picture, calm)).toMatchObject({ key: 'characters/mira-sol/m_1' });
  });

  it('of a file that is gone, or is not what was saved, is refused before anything is sent', async () => {
    const { emulator, storage } = await open();
    const [gone, changed] = [studio.picture('gone'), studio.picture('changed')];
    rmSync(gone.path);
    appendFileSync(changed.path, 'x');
    expect(await refused(storage.put(gone, calm))).toMatchObject({
      failure: 'rejected',
      message: expect.stringMatching(/ENOENT/),
    });
    expect(await refused(storage.put(changed, calm))).toMatchObject({
      failure: 'rejected',
      message: expect.stringMatching(/bytes, not the/),
    });
    expect(emulator.requests).toEqual([]);
  });

  it('that is told to stop ends at once, and leaves nothing', async () => {
    const { emulator, storage } = await open({ faults: [{ on: 'upload', kind: 'hang-before' }] });
    const stop = new AbortController();
    const ended = refused(storage.put(studio.picture('m_1', { sizeBytes: 9000 }), stop.signal));
    while (emulator.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    expect(await ended).toMatchObject({ failure: 'unavailable', message: expect.stringMatching(/stopped/) });
    expect(emulator.assets()).toEqual([]);
  });

  it('that is cut half-way is unavailable, and stores nothing until it is repeated on a sound wire', async () => {
    const { emulator, storage } = await open();
    const picture = studio.picture('m_1', { sizeBytes: 12_000 });
    const wire = await startCutWire(emulator.url, 6000);
    running.push(wire);
    const broken = await cloudinary.create({
      options: {},
      keyVariables: [],
      env: { CLOUDINARY_URL: emulator.cloudinaryUrl, CLOUDINARY_BASE_URL: wire.url },
      fetch,
      now: Date.now,
    });
    expect((await refused(broken.put(picture, calm))).failure).toBe('unavailable');
    expect(emulator.assets()).toEqual([]);
    await storage.put(picture, calm);
    expect(emulator.deeds().map(({ deed }) => deed)).toEqual(['created']);
  });

  it('waits for a free place when more come than may go at a time', async () => {
    const { emulator, storage } = await open({
      faults: [{ on: 'upload', kind: 'hang-before' }],
      store: { concurrency: 2 },
    });
    const stop = new AbortController();
    const uploads = ['a', 'b', 'c', 'd', 'e'].map((name) => refused(storage.put(studio.picture(name), stop.signal)));
    while (emulator.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(emulator.requests).toHaveLength(2);
    stop.abort();
    expect((await Promise.all(uploads)).map(({ failure }) => failure)).toEqual(
      Array.from({ length: 5 }, () => 'unavailable'),
    );
  });
});

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

describe('a failure', () => {
  it.each([
    [400, 'rejected'],
    [401, 'unauthorized'],
    [403, 'unauthorized'],
    [404, 'rejected'],
    [409, 'conflict'],
    [413, 'rejected'],
    [420, 'rate-limited'],
    [423, 'unavailable'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ] as const)('with status %i is %s, in an upload and in the Admin API', async (status, failure) => {
    const body = JSON.stringify({ error: { message: 'as the service says' } });
    const { storage } = await open({
      faults: [{ on: '*', kind: 'status', status, body, headers: { 'x-cld-error': 'as the service says' } }],
    });
    const calls = [
      storage.put(studio.picture('m_1'), calm),
      all(storage.list('mira-sol', calm)),
      storage.remove(['characters/x/y'], calm),
    ];
    for (const error of await Promise.all(calls.map(refused))) {
      expect([error.failure, error.message]).toEqual([
        failure,
        expect.stringMatching(/^Cloudinary, .*: as the service says \(\d+\)$/),
      ]);
    }
  });

  it.each<FaultKind>([
    'reset-before',
    'truncate-length',
    'truncate-chunked',
    'truncate-close',
    'html',
    'error-json',
    'not-image',
    'empty',
    'header-bomb',
    'gzip-bomb',
    'redirect',
  ])('of the kind %s is unavailable, and the picture is stored once in the end', async (kind) => {
    const { emulator, storage } = await open({ faults: [{ on: '*', kind, times: 4 }] });
    const picture = studio.picture('m_1');
    for (const call of [
      () => storage.put(picture, calm),
      () => storage.find('mira-sol', 'm_1', calm),
      () => all(storage.list('mira-sol', calm)),
      () => storage.remove(['characters/mira-sol/zz'], calm),
    ]) {
      expect((await refused(call())).failure).toBe('unavailable');
    }
    await storage.put(picture, calm);
    expect(emulator.deeds().filter(({ deed }) => deed !== 'repeated')).toHaveLength(1);
  });

  it.each<FaultKind>(['hang', 'hang-before', 'slow-loris'])('of the kind %s ends in time', async (kind) => {
    const { storage } = await open({ faults: [{ on: '*', kind, delayMs: 40 }], store: { timeoutMs: 150 } });
    const error = await refused(storage.find('mira-sol', 'm_1', calm));
    expect(error).toMatchObject({ failure: 'unavailable', message: expect.stringMatching(/no answer in time/) });
    if (kind !== 'slow-loris')
      expect((await refused(storage.put(studio.picture('m_1'), calm))).failure).toBe('unavailable');
  });

  it('by rate limit says when to come back: the reset date, at most an hour, else a minute', async () => {
    const now = (): number => Date.UTC(2026, 0, 1, 10, 30);
    const waits = async (headers: Record<string, string>): Promise<number | undefined> => {
      const { storage } = await open({ now, faults: [{ on: '*', kind: 'status', status: 420, headers }] });
      const [upload, admin] = [
        await refused(storage.put(studio.picture('m_1'), calm)),
        await refused(storage.find('x', 'y', calm)),
      ];
      expect(upload.retryAfterMs).toBe(admin.retryAfterMs);
      return upload.retryAfterMs;
    };
    const reset = (text: string): Record<string, string> => ({ 'x-featureratelimit-reset': text });
    expect(await waits(reset('Thu, 01 Jan 2026 10:45:00 GMT'))).toBe(900_000);
    expect(await waits(reset('Fri, 02 Jan 2026 10:45:00 GMT'))).toBe(3_600_000);
    expect(await waits(reset('Wed, 31 Dec 2025 10:45:00 GMT'))).toBe(0);
    expect(await waits(reset('soon'))).toBe(60_000);
    expect(await waits({ 'retry-after': '7' })).toBe(7000);
    expect(await waits({})).toBe(60_000);
  });

  it('never shows the key or the secret, whatever the service echoes', async () => {
    const canary = `canary${randomBytes(12).toString('hex')}`;
    const key = `key${randomBytes(6).toString('hex')}`;
    const body = JSON.stringify({ error: { message: `bad ${key}:${canary}\u001b[2J and ${'x'.repeat(2000)}` } });
    for (const status of [400, 401, 409, 420, 500, 503]) {
      const { storage } = await open({
        apiKey: key,
        apiSecret: canary,
        faults: [{ on: '*', kind: 'status', status, body, headers: { 'x-cld-error': `${key} ${canary}` } }],
      });
      const errors = [
        storage.put(studio.picture('m_1'), calm),
        storage.find('x', 'y', calm),
        storage.remove(['characters/x/y'], calm),
      ].map(refused);
      for (const error of await Promise.all(errors)) {
        const shown = inspect(error, { depth: 20, showHidden: true });
        expect(shown).not.toContain(canary);
        expect(shown).not.toContain(key);
        expect(error.message).not.toMatch(/[\u0000-\u001f]/);
        expect(error.message.length).toBeLessThanOrEqual(300);
      }
      expect(inspect(storage, { depth: 20, showHidden: true })).not.toContain(canary);
      expect((await storage.check(calm)).message).not.toContain(canary);
    }
  });
});

describe('a health check', () => {
  it.each([401, 420, 500])('takes a status %i for no health, also when the answer gives no reason', async (status) => {
    const { storage } = await open({ faults: [{ on: 'ping', kind: 'status', status }] });
    expect(await storage.check(calm)).toMatchObject({
      ok: false,
      message: expect.stringContaining(String(status)) as string,
    });
  });

  it.each([
    ['a wrong cloud', (url: string) => url.replace('@demo', '@demoo'), /no cloud "demoo"/],
    ['a wrong key', (url: string) => url.replace('1234:', '9999:'), /does not know this API key/],
    ['a wrong secret', (url: string) => url.replace(':abcd', ':dcba'), /refused the API secret/],
    ['nobody there', (url: string) => url.replace(/\d+$/, '1'), /ECONNREFUSED/],
  ])('tells of %s', async (_, change, message) => {
    const { storage } = await open({ url: ({ cloudinaryUrl }) => change(cloudinaryUrl) });
    const failure = message.source.includes('ECONN') ? 'unavailable' : 'unauthorized';
    expect(await storage.check(calm)).toEqual({
      ok: false,
      message: expect.stringMatching(message) as string,
      failure,
    });
    expect((await refused(storage.put(studio.picture('m_1'), calm))).failure).toBe(failure);
  });
});

it('lets accounts of several addresses live side by side, http and https', async () => {
  const [one, two] = [
    await open({ cloudName: 'one', apiSecret: 'first' }),
    await open({ cloudName: 'two', apiSecret: 'second' }),
  ];
  await Promise.all([one.storage.put(studio.picture('m_1'), calm), two.storage.put(studio.picture('m_2'), calm)]);
  expect([one, two].map(({ emulator }) => emulator.assets().map(({ publicId }) => publicId))).toEqual([
    ['characters/mira-sol/m_1'],
    ['characters/mira-sol/m_2'],
  ]);
  const secure = await open({ url: ({ cloudinaryUrl }) => cloudinaryUrl.replace('=http:', '=https:') });
  expect((await refused(secure.storage.find('x', 'y', calm))).message).toMatch(/SSL|TLS|EPROTO|wrong version|socket/i);
});

it('is told no by a service that answers before the picture has left', async () => {
  const server = createServer((request, response) => {
    response.writeHead(401, { 'x-cld-error': 'unknown api_key', connection: 'close' });
    response.end('{"error":{"message":"unknown api_key"}}', () => request.socket.destroySoon());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push({ close: () => new Promise((resolve) => server.close(() => resolve())) });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const storage = await cloudinary.create({
    options: { baseUrl: url },
    keyVariables: [],
    env: { CLOUDINARY_URL: 'cloudinary://1234:abcd@demo' },
    fetch,
    now: Date.now,
  });
  const bytes = randomBytes(8_000_000);
  const picture = studio.picture('large');
  writeFileSync(picture.path, bytes);
  const error = await refused(storage.put({ ...picture, sizeBytes: bytes.length }, calm));
  // Whether the answer or the reset is seen first is the network's choice; neither may hang or be taken for success.
  expect(['unauthorized', 'unavailable']).toContain(error.failure);
});

const MODULE_URL = new URL('../../src/storage/cloudinary.ts', import.meta.url).href;

it('lets the process end at once when it is done', async () => {
  const { emulator } = await open();
  const program = `
    const { default: cloudinary } = await import(${JSON.stringify(MODULE_URL)});
    const storage = await cloudinary.create({ options: {}, env: process.env, fetch, now: Date.now });
    const { ok } = await storage.check(new AbortController().signal);
    process.stdout.write(String(ok));`;
  // Connections are kept for the next call, by the service for a minute: the process must not wait for that.
  const { stdout } = await execa(
    process.execPath,
    ['--experimental-strip-types', '--input-type=module', '-e', program],
    {
      env: { CLOUDINARY_URL: emulator.cloudinaryUrl },
      timeout: 20_000,
    },
  );
  expect(stdout).toBe('true');
});

it('leaves no promise unheard', async () => {
  const { storage } = await open({ faults: [{ on: 'upload', kind: 'reset-before', positions: [1] }] });
  const unheard: unknown[] = [];
  const listen = (reason: unknown): unknown => unheard.push(reason);
  process.on('unhandledRejection', listen);
  await refused(storage.put(studio.picture('m_1'), calm));
  await storage.put(studio.picture('m_1'), calm);
  await new Promise((resolve) => setTimeout(resolve, 20));
  process.off('unhandledRejection', listen);
  expect(unheard).toEqual([]);
});
