import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import { downloadImage } from '../../src/images/download.ts';
import { start, partPath, download, picture, small, options } from '../support/picture-server.ts';

describe('a download', () => {
  it('puts the picture on the disk, over what a crash left there, and sends no credential', async () => {
    const emulator = await start();
    const part = partPath();
    writeFileSync(part, 'x'.repeat(100_000));
    expect(await download(emulator, {}, '/one.png', part)).toEqual(picture);
    const { headers } = emulator.requests[0] ?? {};
    expect(headers?.['accept-encoding']).toBe('identity');
    expect([headers?.authorization, headers?.cookie]).toEqual([undefined, undefined]);
  });

  it.each([
    ['status', { status: 500 }, { expired: false, status: 500 }],
    ['status', { status: 429 }, { expired: false }],
    ['status', { status: 403 }, { expired: true }],
    ['status', { status: 404 }, { expired: true }],
    ['status', { status: 410 }, { expired: true }],
    ['reset-before', {}, { expired: false }],
    ['reset-after', {}, { expired: false }],
    ['truncate-length', {}, { expired: false }],
    ['truncate-chunked', {}, { expired: false }],
    ['empty', {}, { expired: false }],
    ['header-bomb', {}, { expired: false }],
    ['gzip-bomb', {}, { expired: false, message: expect.stringContaining('larger than') as string }],
    ['redirect', {}, { expired: false }],
    ['redirect', { headers: { location: 'file:///etc/passwd' } }, { expired: false }],
    ['redirect', { headers: { location: 'http://[' } }, { expired: false }],
  ] as const)(
    'that meets %s %j fails so that it can be tried again, and leaves no file',
    async (kind, more, outcome) => {
      const emulator = await start({ faults: [{ on: 'download', kind, ...more }] });
      const part = partPath();
      await expect(download(emulator, { maxBytes: 1_000_000 }, '/one.png', part)).rejects.toMatchObject({
        name: 'ProviderError',
        failure: 'unavailable',
        charged: 'maybe',
        ...outcome,
      });
      expect(existsSync(part)).toBe(false);
      expect(emulator.requests).toHaveLength(1);
    },
  );

  it('stops at the cap, announced or not', async () => {
    const announced = await start();
    await expect(download(announced, { maxBytes: picture.length - 1 })).rejects.toThrow(/larger than/);
    expect(await download(announced, { maxBytes: picture.length })).toEqual(picture);
    const silent = await start({ faults: [{ on: 'download', kind: 'truncate-close' }] });
    await expect(download(silent, { maxBytes: 10_000 })).rejects.toThrow(/larger than/);
  });

  it('ends when nothing comes, and when it takes too long although something comes', async () => {
    const hanging = await start({ faults: [{ on: 'download', kind: 'hang' }] });
    await expect(download(hanging, { idleMs: 30 })).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('stood still') as string,
    });
    const trickling = await start({ faults: [{ on: 'download', kind: 'slow-loris', delayMs: 1 }] });
    const part = partPath();
    await expect(download(trickling, { idleMs: 5000, totalMs: 60 }, '/one.png', part)).rejects.toMatchObject({
      failure: 'unavailable',
      message: expect.stringContaining('took more than') as string,
    });
    expect(existsSync(part)).toBe(false);
  });

  it('has patience with one that is slow and comes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    let at = 0;
    let signal: AbortSignal | null | undefined;
    // A byte whenever the one before was taken, and 900 ms later; nothing is read ahead.
    const trickling = new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          await vi.advanceTimersByTimeAsync(900);
          if (signal?.aborted) controller.error(signal.reason);
          else if (at === small.length) controller.close();
          else controller.enqueue(small.subarray(at, ++at));
        },
      },
      { highWaterMark: 0 },
    );
    try {
      const fetched: typeof fetch = async (_, init) => {
        signal = init?.signal;
        return new Response(trickling);
      };
      const part = partPath();
      const limits = { idleMs: 1_000, totalMs: 900 * (small.length + 2) };
      await downloadImage('https://93.184.215.14/a.png', part, options({ fetch: fetched, ...limits }));
      expect(readFileSync(part)).toEqual(small);
    } finally {
      vi.useRealTimers();
    }
  });

  it('notices that bytes are missing, whoever counts', async () => {
    const short: typeof fetch = async () => new Response('half', { headers: { 'content-length': '8' } });
    await expect(downloadImage('https://93.184.215.14/a.png', partPath(), options({ fetch: short }))).rejects.toThrow(
      /4 of 8 bytes/,
    );
  });

  it('ends when it is told to', async () => {
    const emulator = await start({ faults: [{ on: 'download', kind: 'hang' }] });
    const stopping = new AbortController();
    const going = download(emulator, { signal: stopping.signal });
    void going.catch(() => {});
    while (emulator.requests.length === 0) await sleep(2);
    stopping.abort();
    await expect(going).rejects.toMatchObject({ failure: 'interrupted' });
  });

  it('follows five redirects on the same host and no sixth', async () => {
    const emulator = await start();
    expect(await download(emulator, {}, '/hop/4')).toEqual(picture);
    await expect(download(emulator, {}, '/hop/5')).rejects.toMatchObject({ failure: 'unavailable' });
  });

  it('passes on what the disk says', async () => {
    const emulator = await start();
    const file = partPath();
    writeFileSync(file, '');
    await expect(download(emulator, {}, '/one.png', join(file, 'one.part'))).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:ENOTDIR|EEXIST)$/) as string,
    });
    expect(await download(emulator, {}, '/one.png', join(`${file}s`, 'new', 'one.part'))).toEqual(picture);
  });
});
