import { describe, expect, it } from 'vitest';
import { isPublicAddress } from '../../src/images/address.ts';
import { downloadImage } from '../../src/images/download.ts';
import { picture, partPath, options, start, download } from '../support/picture-server.ts';

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
    const neighbor = await start();
    await expect(
      downloadImage(`${neighbor.url}/one.png`, partPath(), options({ allowedOrigin: provider.url })),
    ).rejects.toMatchObject({ failure: 'rejected' });
    provider.faults.push({ on: 'download', kind: 'redirect', headers: { location: `${neighbor.url}/one.png` } });
    await expect(download(provider)).rejects.toMatchObject({ failure: 'unavailable' });
    expect(neighbor.requests).toEqual([]);
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
