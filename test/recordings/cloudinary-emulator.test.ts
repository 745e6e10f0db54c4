/** The emulated Cloudinary answers in the form of the real one. */
import { afterEach, describe, expect, it } from 'vitest';
import { type CloudinaryEmulator, type CloudinaryOptions, startCloudinary } from '../emulators/cloudinary.ts';
import { sign } from '../emulators/cloudinary/signature.ts';
import { makePicture } from '../emulators/picture.ts';
import { type Counterpart, unlike } from './counterpart.ts';
import { recordingNames } from './recording.ts';

const running: CloudinaryEmulator[] = [];
afterEach(() => Promise.all(running.splice(0).map((emulator) => emulator.close())));

/** Key, secret and cloud as the asker has them. */
const GOOD = { key: '1234', secret: 'abcd', cloud: 'demo' };
type Access = typeof GOOD;

interface Opened {
  upload: (fields?: Record<string, string>) => Promise<Response>;
  admin: (method: 'GET' | 'POST' | 'DELETE', path: string, body?: string, type?: string) => Promise<Response>;
}

async function open(options: CloudinaryOptions = {}, access: Partial<Access> = {}): Promise<Opened> {
  const emulator = await startCloudinary(options);
  running.push(emulator);
  const { key, secret, cloud } = { ...GOOD, ...access };
  const base = `${emulator.url}/v1_1/${cloud}`;
  return {
    upload: (fields = {}) => {
      const signed = { timestamp: String(Math.floor(Date.now() / 1000)), public_id: 'a/b', ...fields };
      const form = new FormData();
      for (const [name, value] of Object.entries({ ...signed, api_key: key, signature: sign(signed, secret) }))
        form.append(name, value);
      form.append('file', new File([new Uint8Array(makePicture(16, 16, 'x'))], 'sample.png'));
      return fetch(`${base}/image/upload`, { method: 'POST', body: form });
    },
    admin: (method, path, body, type) =>
      fetch(`${base}${path}`, {
        method,
        headers: {
          authorization: `Basic ${Buffer.from(`${key}:${secret}`).toString('base64')}`,
          ...(type === undefined ? {} : { 'content-type': type }),
        },
        ...(body === undefined ? {} : { body }),
      }),
  };
}

/** Uploads, then asks. */
const stored =
  (ask: (opened: Opened) => Promise<Response>, options?: CloudinaryOptions, ids: readonly string[] = ['a/b']) =>
  async (): Promise<Response> => {
    const opened = await open(options);
    for (const id of ids)
      await opened.upload({ public_id: id, eager: 'c_fill,h_320,w_320/webp', tags: 'a,b', context: 'k=v' });
    return ask(opened);
  };

const uploaded = (fields: Record<string, string>, options?: CloudinaryOptions) => async (): Promise<Response> =>
  (await open(options)).upload(fields);

const refused = (access: Partial<Access>, ask: (opened: Opened) => Promise<Response>) => async (): Promise<Response> =>
  ask(await open({}, access));

const ping = (opened: Opened): Promise<Response> => opened.admin('GET', '/ping');
const list = (opened: Opened): Promise<Response> => opened.admin('GET', '/resources/image/upload?max_results=1');
const look = (opened: Opened): Promise<Response> => opened.admin('GET', '/resources/image/upload/a/b');
const forget = (opened: Opened): Promise<Response> =>
  opened.admin('DELETE', '/resources/image/upload', 'public_ids[]=a/b', 'application/x-www-form-urlencoded');
const search = (opened: Opened): Promise<Response> =>
  opened.admin('POST', '/resources/search', JSON.stringify({ expression: '', max_results: 1 }), 'application/json');

/** Told only when asked for by a parameter that the store never sends. */
const ANALYSIS = ['illustration_score', 'semi_transparent', 'grayscale'];
const UPLOADS = ['uploaded', 'uploaded-fixed-folders', 'upload-existing'];
/** Of accounts that have set up such fields. */
const METADATA = ['metadata'];

const COUNTERPARTS: Record<string, Counterpart> = {
  uploaded: {
    produce: uploaded({ eager: 'c_fill,h_320,w_320/webp' }),
    omits: ['image_metadata', ...ANALYSIS],
  },
  'uploaded-fixed-folders': {
    produce: uploaded({}, { folderMode: 'fixed' }),
    omits: ['context', 'moderation', ...METADATA],
  },
  'upload-existing': {
    produce: stored((opened) => opened.upload({ overwrite: '0' })),
    seen: [...UPLOADS, 'resource'],
    opaque: ['context.custom'],
  },
  resource: {
    produce: stored(look),
    opaque: ['context.custom'],
    omits: ['last_updated', 'next_cursor', 'faces', 'colors', 'predominant', 'versions', ...METADATA, ...ANALYSIS],
  },
  'resource-fixed-folders': {
    produce: stored(look, { folderMode: 'fixed' }),
    seen: ['uploaded-fixed-folders'],
    opaque: ['context'],
    omits: ['next_cursor', 'image_metadata', 'pages', 'usage', 'original_filename', ...METADATA, ...ANALYSIS],
  },
  list: { produce: stored(list) },
  'list-with-cursor': { produce: stored(list, {}, ['a/b', 'a/c']) },
  search: {
    produce: stored(search, {}, ['a/b', 'a/c']),
    omits: [
      'aggregations',
      ...['filename', 'uploaded_at', 'backup_bytes', 'aspect_ratio', 'pixels', 'status', 'access_mode'].map(inList),
      ...['access_control', 'etag', 'created_by', 'uploaded_by'].map(inList),
    ],
  },
  deleted: { produce: stored(forget), opaque: ['deleted'] },
  ping: { produce: refused({}, ping), same: ['status'] },
  'not-found': { produce: refused({}, look) },
  'signature-invalid': { produce: refused({ secret: 'bad' }, (opened) => opened.upload()) },
  'key-unknown': { produce: refused({ key: '5678' }, (opened) => opened.upload()) },
  'cloud-unknown': { produce: refused({ cloud: 'undefined' }, (opened) => opened.upload()), same: ['error.message'] },
  'secret-mismatch': { produce: refused({ secret: 'bad' }, ping), same: ['error.message'] },
  'rate-limited': { produce: stored(ping, { adminPerHour: 0 }) },
};

/** Situations that the emulator has not. */
const WITHOUT: Record<string, string> = { 'upload-quota': 'the emulated account has no add-ons' };

function inList(key: string): string {
  return `resources[].${key}`;
}

describe('the emulated Cloudinary', () => {
  it.each(Object.entries(COUNTERPARTS))('answers in the form of the recorded %s', async (name, counterpart) => {
    expect(await unlike('cloudinary', name, counterpart)).toEqual([]);
  });

  it('is held against every recording, or said not to have its situation', () => {
    expect([...Object.keys(COUNTERPARTS), ...Object.keys(WITHOUT)].sort()).toEqual(recordingNames('cloudinary'));
  });

  it('words a rate limit as the recorded one, with the time in it', async () => {
    const { error } = (await (await stored(ping, { adminPerHour: 0 })()).json()) as { error: { message: string } };
    expect(error.message).toMatch(
      /^Rate Limit Exceeded\. Limit of \d+ api operations reached\. Try again on \d{4}-\d\d-\d\d \d\d:00:00 UTC$/,
    );
  });

  it('is found out when it answers in another situation', async () => {
    expect(
      await unlike('cloudinary', 'uploaded', { produce: refused({ secret: 'bad' }, (opened) => opened.upload()) }),
    ).toContain('status: emulated 401, really 200');
    expect(await unlike('cloudinary', 'list-with-cursor', { produce: stored(list) })).toEqual([
      'next_cursor: the service sends it, the emulator does not',
    ]);
  });
});
