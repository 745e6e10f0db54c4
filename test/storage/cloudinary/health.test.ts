import { setImmediate } from 'node:timers/promises';
import { execa } from 'execa';
import { afterAll, describe, expect, it } from 'vitest';
import { calm, openStudio, refused } from '../conformance.ts';
import { open } from '../../support/cloudinary-store.ts';

const studio = openStudio();
afterAll(() => studio.close());

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

const MODULE_URL = new URL('../../../src/storage/cloudinary.ts', import.meta.url).href;

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
  const { emulator, storage } = await open({ faults: [{ on: 'upload', kind: 'reset-before', positions: [1] }] });
  const unheard: unknown[] = [];
  const listen = (reason: unknown): unknown => unheard.push(reason);
  process.on('unhandledRejection', listen);
  await refused(storage.put(studio.picture('m_1'), calm));
  await storage.put(studio.picture('m_1'), calm);
  // Nothing more can fail: all connections are gone. Node tells of a rejection nobody handles before the next turn.
  await emulator.close();
  await setImmediate();
  process.off('unhandledRejection', listen);
  expect(unheard).toEqual([]);
});
