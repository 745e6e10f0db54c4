import { randomBytes } from 'node:crypto';
import { appendFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import cloudinary from '../../../src/storage/cloudinary.ts';
import { cloudAccount, cloudinaryService, cloudinaryUrl } from '../../emulators/cloudinary.ts';
import { startCutWire } from '../../emulators/cloudinary/cut.ts';
import { startEmulator } from '../../emulators/emulator.ts';
import { gated } from '../../emulators/gate.ts';
import { makePicture } from '../../emulators/picture.ts';
import { calm, openStudio, refused } from '../conformance.ts';
import { open, planted } from '../../support/cloudinary-store.ts';

const studio = openStudio();
afterAll(() => studio.close());

describe('an upload that is disturbed', () => {
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
    await expect.poll(() => emulator.requests.length).toBe(1);
    stop.abort();
    expect(await ended).toMatchObject({ failure: 'unavailable', message: expect.stringMatching(/stopped/) });
    expect(emulator.assets()).toEqual([]);
  });

  it('that is cut half-way is unavailable, and stores nothing until it is repeated on a sound wire', async () => {
    const { emulator, storage } = await open();
    const picture = studio.picture('m_1', { sizeBytes: 12_000 });
    const wire = await startCutWire(emulator.url, 6000);
    onTestFinished(() => wire.close());
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
    const account = cloudAccount();
    const { service, arrived, open: letGo, mostAtOnce } = gated(cloudinaryService(account), 'upload');
    const emulator = await startEmulator(service);
    onTestFinished(() => emulator.close());
    const storage = await cloudinary.create({
      options: { concurrency: 2 },
      keyVariables: [],
      env: { CLOUDINARY_URL: cloudinaryUrl(account, emulator.url) },
      fetch,
      now: Date.now,
    });
    const uploads = ['a', 'b', 'c', 'd', 'e'].map((name) => storage.put(studio.picture(name), calm));
    await arrived(2);
    // A whole call goes by: a third upload, were it sent, would be there before its answer.
    expect(await storage.check(calm)).toMatchObject({ ok: true });
    letGo();
    await Promise.all(uploads);
    expect(mostAtOnce()).toBe(2);
  });
});

it('is told no by a service that answers before the picture has left', async () => {
  const server = createServer((request, response) => {
    response.writeHead(401, { 'x-cld-error': 'unknown api_key', connection: 'close' });
    response.end('{"error":{"message":"unknown api_key"}}', () => request.socket.destroySoon());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
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
