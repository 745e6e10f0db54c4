import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { isPublicAddress } from '../../src/images/address.ts';
import { downloadImage, type DownloadOptions } from '../../src/images/download.ts';
import { type Emulator, type EmulatorOptions, type Route, startEmulator } from '../emulators/emulator.ts';
import { makePicture } from '../emulators/picture.ts';

const picture = makePicture(256, 256, 'one', { sizeBytes: 40_000 });

const small = makePicture(8, 8, 'small');

const routes: Route[] = [
  {
    operation: 'download',
    method: 'GET',
    path: '/one.png',
    handle: () => ({ headers: { 'content-type': 'image/png' }, body: picture }),
  },
  {
    operation: 'hop',
    method: 'GET',
    path: '/hop/:left',
    handle: ({ params }) => ({
      status: 302,
      headers: { location: params['left'] === '0' ? '/one.png' : `/hop/${Number(params['left']) - 1}` },
    }),
  },
];

const running: Emulator[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((emulator) => emulator.close()));
});
async function start(options: EmulatorOptions = {}): Promise<Emulator> {
  const emulator = await startEmulator({ name: 'pictures', routes }, options);
  running.push(emulator);
  return emulator;
}
const partPath = (): string => join(mkdtempSync(join(tmpdir(), 'download-')), 'one.part');
const options = (more: Partial<DownloadOptions> = {}): DownloadOptions => ({
  fetch,
  signal: new AbortController().signal,
  ...more,
});

/** Downloads from an emulator as its provider's own host. */
async function download(
  emulator: Emulator,
  more: Partial<DownloadOptions> = {},
  path = '/one.png',
  part = partPath(),
): Promise<Buffer> {
  const { sizeBytes } = await downloadImage(
    `${emulator.url}${path}`,
    part,
    options({ allowedOrigin: `${emulator.url}/v1`, ...more }),
  );
  const bytes = readFileSync(part);
  expect(bytes.length).toBe(sizeBytes);
  return bytes;
}

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

describe('the address of a picture', () => {
  const unsafe = [
    'http://pictures.example/one.png',
    'ftp://pictures.example/one.png',
    'data:image/png;base64,AAAA',
    'nonsense',
    'https://user:word@pictures.example/one.png',
    'https://127.0.0.1/one.png',
    'https://2130706433/',
    'https://0x7f.1/',
    'https://[::1]/',
    'https://[::ffff:10.0.0.1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://[fd00:ec2::254]/',
    'http://127.0.0.1:8188/view',
  ];
  it.each(unsafe)('%s is never asked', async (url) => {
    let asked = 0;
    const counting: typeof fetch = async () => {
      asked += 1;
      return new Response(new Uint8Array(picture));
    };
    await expect(
      downloadImage(url, partPath(), options({ fetch: counting, allowedOrigin: 'http://127.0.0.1:9999/v1' })),
    ).rejects.toMatchObject({ failure: 'rejected' });
    expect(asked).toBe(0);
  });

  it('is resolved, and not asked when one of its addresses is inside', async () => {
    const asked: string[] = [];
    const answering: typeof fetch = async (url) => {
      asked.push(String(url));
      return new Response(new Uint8Array(picture));
    };
    const lookup = async (host: string) =>
      host === 'inside.example'
        ? [{ address: '93.184.215.14' }, { address: '10.1.2.3' }]
        : [{ address: '93.184.215.14' }];
    await expect(
      downloadImage('https://inside.example/a.png', partPath(), options({ fetch: answering, lookup })),
    ).rejects.toMatchObject({ failure: 'unavailable', message: expect.stringContaining('10.1.2.3') as string });
    expect(
      await downloadImage('https://outside.example/a.png', partPath(), options({ fetch: answering, lookup })),
    ).toEqual({ sizeBytes: picture.length });
    expect(asked).toEqual(['https://outside.example/a.png']);
  });

  it('is checked again after a redirect, and stays out of messages', async () => {
    const redirecting: typeof fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'https://inside.example/b.png?signature=secret' } });
    const lookup = async (host: string) => [{ address: host.startsWith('inside') ? '192.168.1.1' : '93.184.215.14' }];
    const error: unknown = await downloadImage(
      'https://outside.example/a.png?signature=secret',
      partPath(),
      options({ fetch: redirecting, lookup }),
    ).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ failure: 'unavailable', message: expect.stringContaining('192.168.1.1') as string });
    expect(String(error)).not.toContain('secret');
  });

  it('may be inside only at the provider’s own host and port', async () => {
    const provider = await start();
    const neighbour = await start();
    await expect(
      downloadImage(`${neighbour.url}/one.png`, partPath(), options({ allowedOrigin: provider.url })),
    ).rejects.toMatchObject({ failure: 'rejected' });
    provider.faults.push({ on: 'download', kind: 'redirect', headers: { location: `${neighbour.url}/one.png` } });
    await expect(download(provider)).rejects.toMatchObject({ failure: 'unavailable' });
    expect(neighbour.requests).toEqual([]);
  });
});

describe('a public address', () => {
  it.each(['8.8.8.8', '93.184.215.14', '2606:4700::6810:84e5', '64:ff9b::808:808', '::ffff:8.8.8.8'])('is %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(true);
  });
  it.each([
    '0.0.0.0',
    '10.0.0.1',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.9.9.9',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.192',
    '192.168.0.1',
    '198.18.0.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '168.63.129.16',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    '2001:db8::1',
    'localhost',
    '',
    '1.2.3',
    '999.1.1.1',
  ])('is not %s', (ip) => {
    expect(isPublicAddress(ip)).toBe(false);
  });
});
