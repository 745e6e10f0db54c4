import { v2 as sdk } from 'cloudinary';
import { describe, expect, it } from 'vitest';
import { makePicture } from '../picture.ts';
import { sign, stringToSign } from './signature.ts';
import { contextOf } from './upload.ts';
import { now, send, start } from '../../support/cloudinary-client.ts';

describe('the signature', () => {
  it('is that of the documentation', () => {
    const parameters = { public_id: 'sample_image', timestamp: '1315060510' };
    expect(sign(parameters, 'abcd')).toBe('b4ad47fb4e25c7bf5f92a20089f9db59bc302313');
    expect(sign({ ...parameters, eager: 'w_400,h_300,c_pad|w_260,h_200,c_crop' }, 'abcd')).toBe(
      'bfd09f95f331f558cbd1320e67aa8d488770583e',
    );
  });

  it('differs between its versions for a value that holds an ampersand', () => {
    const parameters = { public_id: 'a&b=c', timestamp: '1' };
    expect(sign(parameters, 'abcd', { version: 1 })).toBe('ae08536c4453283084add359a3c15fbb93f83e2f');
    expect(sign(parameters, 'abcd', { version: 2 })).toBe('4bcb4c579fb24fb5ff27ab08c5e2c86a68082289');
  });

  it("is that of Cloudinary's own package for what imggen sends", () => {
    const parameters = {
      public_id: 'characters/mira/m_1',
      context: 'seed=42|prompt=x\\=y\\|z',
      tags: 'a,b',
      overwrite: '0',
      timestamp: '1700000000',
      asset_folder: '',
    };
    // its types know two of its four parameters
    const official = sdk.utils.api_sign_request as (...all: unknown[]) => string;
    for (const algorithm of ['sha1', 'sha256'] as const) {
      expect(sign(parameters, 'secret', { algorithm })).toBe(official({ ...parameters }, 'secret', algorithm, 2));
    }
  });

  it('covers neither the file nor the key', () => {
    expect(
      stringToSign(
        { file: 'x', api_key: '1', cloud_name: 'c', resource_type: 'image', signature: 's', a: '1', b: '' },
        2,
      ),
    ).toBe('a=1');
  });
});

it('reads a context with escaped signs', () => {
  expect(contextOf('seed=42|prompt=x\\=y\\|z|n=1')).toEqual({ seed: '42', prompt: 'x=y|z', n: '1' });
});

describe('the Upload API', () => {
  it('takes signatures of both versions, and delivers the very bytes', async () => {
    const emulator = await start();
    const timestamp = now();
    const fields = { public_id: 'a&b', timestamp };
    for (const version of [1, 2] as const)
      expect((await send(emulator, fields, { signature: sign(fields, 'abcd', { version }) })).status).toBe(200);
    const bytes = makePicture(40, 30, 'y');
    const { body } = await send(emulator, { public_id: 'characters/x/y', eager: 'c_fill,h_320,w_320/webp' }, { bytes });
    expect(Buffer.from(await (await fetch(body.secure_url)).arrayBuffer()).equals(bytes)).toBe(true);
    const thumbnail = body.secure_url.replace('/upload/', '/upload/c_fill,h_320,w_320/').replace(/png$/, 'webp');
    expect((await fetch(thumbnail)).headers.get('content-type')).toBe('image/webp');
  });

  it.each([
    [{ secret: 'wrong' }, {}, 401, /^Invalid Signature [0-9a-f]{40}\. String to sign - 'public_id=x&timestamp=\d+'\.$/],
    [{ cloud: 'nobody' }, {}, 401, /^Invalid cloud_name nobody$/],
    [{}, { api_key: '9' }, 401, /^Unknown API key 9$/],
    [{}, { timestamp: '1315060510' }, 400, /^Stale request - reported time is 2011-09-03 14:35:10 \+0000/],
    [{}, { overwritten: '1' }, 400, /^Unknown parameter overwritten$/],
    [{}, { folder: 'x' }, 400, /dynamic/],
    [{ bytes: Buffer.from('no picture') }, {}, 400, /^Invalid image file$/],
  ] as const)('refuses %j %j with %i', async (how, fields, status, message) => {
    const emulator = await start();
    const answer = await send(emulator, { public_id: 'x', ...fields }, how);
    expect(answer.status).toBe(status);
    expect(answer.body.error?.message).toMatch(message);
    expect(emulator.assets()).toEqual([]);
  });

  it('overwrites unless told not to', async () => {
    const emulator = await start();
    const other = { bytes: makePicture(32, 32, 'other') };
    await send(emulator, { public_id: 'x' });
    expect((await send(emulator, { public_id: 'x', overwrite: '0' }, other)).body.existing).toBe(true);
    await send(emulator, { public_id: 'x' }, other);
    expect(emulator.deeds().map(({ deed }) => deed)).toEqual(['created', 'repeated', 'overwritten']);
  });

  it('puts the folder before the public id in fixed mode', async () => {
    const emulator = await start({ folderMode: 'fixed' });
    expect((await send(emulator, { public_id: 'x', folder: 'f' })).body.public_id).toBe('f/x');
    expect((await send(emulator, { public_id: 'x', asset_folder: 'f' })).status).toBe(400);
  });
});
