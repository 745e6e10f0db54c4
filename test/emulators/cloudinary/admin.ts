/**
 * The Admin and Search APIs, and the delivery of what is stored.
 */
import sharp from 'sharp';
import type { Answer, Call } from '../service.ts';
import { detailJson, refusal, resourceJson } from './answers.ts';
import { matching } from './search.ts';
import type { CloudAsset } from './store.ts';
import { type CloudAccount, placeOf } from './upload.ts';

const LIST_MAX = 500;
const REMOVE_MAX = 100;

/** Basic authentication, with the service's own words for what is wrong. */
export function unauthorized(account: CloudAccount, call: Call): Answer | undefined {
  const [, code = ''] = /^Basic (.+)$/.exec(call.headers.authorization ?? '') ?? [];
  const [key = '', secret = ''] = Buffer.from(code, 'base64').toString('utf8').split(':');
  if (key !== account.apiKey) return refusal(401, 'unknown api_key');
  return secret === account.apiSecret ? undefined : refusal(401, 'api_secret mismatch');
}

/** `GET /resources/image/upload?prefix=` */
export function list(account: CloudAccount, call: Call): Answer {
  const prefix = call.query.get('prefix') ?? '';
  const found = account.store.all().filter((asset) => asset.publicId.startsWith(prefix));
  return page(account, call, {
    found,
    maxResults: call.query.get('max_results') ?? '10',
    cursor: call.query.get('next_cursor'),
  });
}

/** `GET /resources/image/upload/{public_id}` */
export function resource(account: CloudAccount, call: Call): Answer {
  const publicId = call.params['publicId'] ?? '';
  const asset = account.store.get(publicId);
  if (asset === undefined) return refusal(404, `Resource not found - ${publicId}`);
  return { body: detailJson(placeOf(account, call), asset) };
}

/** `DELETE /resources/image/upload` with `public_ids[]` */
export function remove(account: CloudAccount, call: Call): Answer {
  const form = new URLSearchParams(call.body.toString('utf8'));
  const ids = form.getAll('public_ids[]');
  if (ids.length === 0) return refusal(400, 'Missing required parameter - public_ids');
  if (ids.length > REMOVE_MAX) return refusal(400, `Too many public_ids: ${ids.length}, at most ${REMOVE_MAX}`);
  return {
    body: {
      deleted: Object.fromEntries(ids.map((id) => [id, account.store.delete(id) ? 'deleted' : 'not_found'])),
      partial: false,
    },
  };
}

/** `POST /resources/search` */
export function search(account: CloudAccount, call: Call): Answer {
  const query = call.json as {
    expression?: string;
    sort_by?: Record<string, string>[];
    max_results?: number;
    with_field?: string[];
    next_cursor?: string;
  };
  const found = matching(account.store.all(), query.expression ?? '');
  if (found === undefined) return refusal(400, `Invalid expression: ${query.expression ?? ''}`);
  const [field, direction] = Object.entries(query.sort_by?.[0] ?? { created_at: 'desc' })[0] ?? [];
  const keyOf = (asset: CloudAsset): string => (field === 'public_id' ? asset.publicId : asset.createdAt);
  found.sort((a, b) => keyOf(a).localeCompare(keyOf(b)) * (direction === 'asc' ? 1 : -1));
  const fields = {
    tags: query.with_field?.includes('tags') ?? false,
    context: query.with_field?.includes('context') ?? false,
  };
  const answer = page(account, call, {
    found,
    maxResults: String(query.max_results ?? 50),
    cursor: query.next_cursor ?? null,
    fields,
  });
  return answer.status === undefined
    ? { ...answer, body: { total_count: found.length, time: 1, ...(answer.body as object) } }
    : answer;
}

/** `GET /{cloud}/image/upload/[transformation/]v1/{public_id}.{format}` */
export async function deliver(account: CloudAccount, call: Call): Promise<Answer> {
  const [, transformation, id = '', format = ''] =
    /^(?:(c_[^/]+)\/)?(?:v\d+\/)?(.+)\.(\w+)$/.exec(call.params['rest'] ?? '') ?? [];
  const bytes = account.store.bytes(id);
  if (bytes === undefined) return refusal(404, `Resource not found - ${id}`);
  if (transformation === undefined)
    return { body: bytes, headers: { 'content-type': `image/${format === 'jpg' ? 'jpeg' : format}` } };
  const side = (name: string): number => Number(new RegExp(`(?:^|,)${name}_(\\d+)`).exec(transformation)?.[1] ?? 100);
  const derived = await sharp(bytes)
    .resize(side('w'), side('h'))
    .toFormat(format === 'webp' ? 'webp' : 'png')
    .toBuffer();
  return { body: derived, headers: { 'content-type': `image/${format}` } };
}

interface Listing {
  found: CloudAsset[];
  maxResults: string;
  cursor: string | null;
  fields?: { tags: boolean; context: boolean };
}

/**
 * A cursor is the last public id that was given, wrapped: opaque to the client, stable when something is added before
 * it.
 */
function page(account: CloudAccount, call: Call, listing: Listing): Answer {
  const size = Number(listing.maxResults);
  if (!Number.isInteger(size) || size < 1 || size > LIST_MAX) {
    return refusal(
      400,
      `Invalid value ${listing.maxResults} for parameter max_results: must be between 1 and ${LIST_MAX}`,
    );
  }
  const after = listing.cursor === null ? undefined : Buffer.from(listing.cursor, 'base64url').toString('utf8');
  const start = after === undefined ? 0 : listing.found.findIndex((asset) => asset.publicId === after) + 1;
  if (after !== undefined && start === 0) return refusal(400, 'Invalid value for parameter next_cursor');
  const given = listing.found.slice(start, start + size);
  const fields = listing.fields ?? {
    tags: call.query.get('tags') === 'true',
    context: call.query.get('context') === 'true',
  };
  const last = given.at(-1);
  const more = last !== undefined && start + size < listing.found.length;
  const resources = given.map((asset) => resourceJson(placeOf(account, call), asset, fields));
  return { body: { resources, ...(more ? { next_cursor: Buffer.from(last.publicId).toString('base64url') } : {}) } };
}
