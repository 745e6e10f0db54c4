/** Recorded answers of Cloudinary, replayed to the store: each leads to the right asset, number or failure. */
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { StorageError } from '../../src/errors.ts';
import cloudinary from '../../src/storage/cloudinary.ts';
import type { Storage } from '../../src/storage/storage.ts';
import { all, calm, openStudio } from '../storage/conformance.ts';
import { type Recording, recording, recordingNames } from './recording.ts';
import { closeReplays, startReplay } from './replay.ts';

const studio = openStudio();
afterAll(() => studio.close());
afterEach(closeReplays);

type Way = 'put' | 'find' | 'list' | 'remove' | 'check';

interface Case {
  way: Way;
  /** What it leads to, or the kind of failure with its wait. */
  leads: unknown;
  /** The public id in the recording that stands for ours. */
  id?: string;
  /** The etag in the recording that stands for our picture's. */
  etag?: string;
  next?: string;
  nowMs?: number;
}

const OURS = 'characters/mira-sol/m_1';
const picture = studio.picture('m_1');
const UPLOAD = 'https://res.cloudinary.com/cld-docs/image/upload';
const TRAINING = 'https://res.cloudinary.com/cloudinary-training/image/upload';
const failed = (failure: string, retryAfterMs?: number): unknown => ({
  failure,
  ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
});
const listed = (key: string, more: object): object => ({
  key,
  url: `${UPLOAD}/v1719305903/${key}.jpg`,
  thumbnailUrl: `${UPLOAD}/c_fill,h_320,w_320/v1719305903/${key}.webp`,
  context: {},
  tags: [],
  ...more,
});
const faceCenter = listed('face_center', {
  sizeBytes: 379_132,
  width: 1870,
  height: 1250,
  createdAt: '2024-06-25T08:58:23.000Z',
});
const ofFacebook = {
  key: '65646572251',
  url: 'https://res.cloudinary.com/cld-docs/image/facebook/65646572251.jpg',
  sizeBytes: 0,
  createdAt: '2024-06-25T09:01:30.000Z',
  context: {},
  tags: [],
};
const SAMPLE = { id: 'gotjephlnz2jgiu20zni', etag: '2a2df1d2d2c3b675521e866599273083' };

/** Recorded answers that the store has no use for: only the emulator is held against them. */
const UNREAD: Record<string, string> = { search: 'the store lists by prefix and does not search' };

const CASES: Record<string, readonly Case[]> = {
  uploaded: [
    {
      way: 'put',
      ...SAMPLE,
      leads: {
        key: OURS,
        url: `${UPLOAD}/v1719307544/${OURS}.jpg`,
        thumbnailUrl: `${UPLOAD}/c_pad,h_300,w_400/v1719307544/${OURS}.jpg`,
      },
    },
    { way: 'put', etag: SAMPLE.etag, leads: failed('rejected') },
  ],
  'uploaded-fixed-folders': [
    {
      way: 'put',
      id: 'ai/hot-tub-default',
      etag: '6b6deea535898d416553f332e84a0779',
      leads: {
        key: OURS,
        url: `${TRAINING}/v1663094445/${OURS}.jpg`,
        thumbnailUrl: `${TRAINING}/c_fill,h_320,w_320/v1663094445/${OURS}.webp`,
      },
    },
  ],
  'upload-existing': [
    {
      way: 'put',
      ...SAMPLE,
      leads: {
        key: OURS,
        url: `${UPLOAD}/v1719307544/${OURS}.jpg`,
        thumbnailUrl: `${UPLOAD}/c_fill,h_320,w_320/v1719307544/${OURS}.webp`,
      },
    },
    { way: 'put', id: SAMPLE.id, leads: failed('conflict') },
  ],
  resource: [
    {
      way: 'find',
      leads: {
        key: 'sample',
        url: `${UPLOAD}/v1719304854/sample.jpg`,
        thumbnailUrl: `${UPLOAD}/c_fill,h_320,w_320/v1719304854/sample.webp`,
        sizeBytes: 120_253,
        width: 864,
        height: 576,
        md5: '619dfd2901577eb4259f91a2c0e43dac',
        createdAt: '2021-06-25T08:40:54.000Z',
        context: { alt: 'sample flower', caption: 'beautiful flower' },
        tags: ['flower', 'plant', 'nature'],
      },
    },
  ],
  'resource-fixed-folders': [
    {
      way: 'find',
      leads: expect.objectContaining({ key: 'cat-and-dog', md5: 'c4ed61df3c2be3fa87103c478573a7d1', context: {} }),
    },
  ],
  'not-found': [{ way: 'find', leads: undefined }],
  list: [{ way: 'list', leads: [faceCenter, ofFacebook] }],
  'list-with-cursor': [{ way: 'list', next: 'list', leads: [faceCenter, faceCenter, ofFacebook] }],
  deleted: [{ way: 'remove', leads: 2 }],
  ping: [{ way: 'check', leads: { ok: true, message: expect.stringContaining('the key is good') } }],
  'signature-invalid': [
    { way: 'put', leads: failed('unauthorized') },
    { way: 'list', leads: failed('unauthorized') },
  ],
  'key-unknown': [
    { way: 'put', leads: failed('unauthorized') },
    { way: 'check', leads: unhealthy('does not know this API key') },
  ],
  'secret-mismatch': [{ way: 'check', leads: unhealthy('refused the API secret') }],
  'cloud-unknown': [
    { way: 'put', leads: failed('unauthorized') },
    { way: 'check', leads: unhealthy('has no cloud "demo"') },
  ],
  'rate-limited': [
    { way: 'list', nowMs: Date.parse('2024-10-04T13:30:00Z'), leads: failed('rate-limited', 1_800_000) },
    { way: 'remove', nowMs: Date.parse('2024-10-04T13:59:59Z'), leads: failed('rate-limited', 1000) },
  ],
  'upload-quota': [{ way: 'put', leads: failed('rate-limited', 60_000) }],
};

function unhealthy(says: string): unknown {
  return { ok: false, failure: 'unauthorized', message: expect.stringContaining(says) };
}

const of = (name: string): Recording => recording('cloudinary', name);

async function replay(name: string, each: Case): Promise<{ outcome: unknown; asked: string[] }> {
  const answers = [of(name), ...(each.next === undefined ? [] : [of(each.next)])];
  const server = await startReplay(
    { GET: answers, POST: answers, DELETE: answers },
    { ...(each.id ? { [each.id]: OURS } : {}), ...(each.etag ? { [each.etag]: picture.md5 } : {}) },
  );
  const storage = await cloudinary.create({
    options: {},
    keyVariables: ['CLOUDINARY_URL'],
    env: { CLOUDINARY_URL: `cloudinary://1234:abcd@demo?upload_prefix=${server.url}` },
    fetch,
    now: () => each.nowMs ?? Date.parse('2026-11-21T12:00:00Z'),
  });
  const outcome = await ask(storage, each.way).catch((error: unknown) => {
    if (!(error instanceof StorageError)) throw error;
    return failed(error.failure, error.retryAfterMs);
  });
  return { outcome, asked: server.requests.map(({ method, path }) => `${method} ${path}`) };
}

async function ask(storage: Storage, way: Way): Promise<unknown> {
  if (way === 'put') return storage.put(picture, calm);
  if (way === 'find') return storage.find('mira-sol', 'm_1', calm);
  if (way === 'list') return all(storage.list('mira-sol', calm));
  if (way === 'remove') return storage.remove([`${OURS}a`, `${OURS}b`], calm);
  return storage.check(calm);
}

describe('an answer that Cloudinary gave', () => {
  const rows = Object.entries(CASES).flatMap(([name, cases]) => cases.map((each) => ({ name, ...each })));
  it.each(rows)('$name is understood when met by $way', async ({ name, ...each }) => {
    expect((await replay(name, each)).outcome).toEqual(each.leads);
  });

  it('is replayed, every one of them, or said not to be read by the store', () => {
    expect([...Object.keys(CASES), ...Object.keys(UNREAD)].sort()).toEqual(recordingNames('cloudinary'));
  });

  it('with a cursor leads to the next page', async () => {
    const { asked } = await replay('list-with-cursor', { way: 'list', next: 'list', leads: [] });
    expect(asked).toHaveLength(2);
    expect(asked[1]).toContain('next_cursor=b16b8bd80426df43a107f26b0348');
  });
});
