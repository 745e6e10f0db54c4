/**
 * The Upload API: signed multipart requests.
 */
import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import type { Answer, Call } from '../service.ts';
import { type Place, refusal, uploadJson } from './answers.ts';
import { type SignatureAlgorithm, sign, stringToSign } from './signature.ts';
import { type CloudAsset, type CloudStore, etagOf } from './store.ts';

/** The account that is emulated. */
export interface CloudAccount {
  cloudName: string;
  apiKey: string;
  apiSecret: string;
  algorithm: SignatureAlgorithm;
  folderMode: 'dynamic' | 'fixed';
  store: CloudStore;
}

/** What this emulator knows. The service ignores other parameters; refusing them here finds typing errors. */
const KNOWN = new Set(
  (
    'api_key asset_folder context display_name eager eager_async file filename_override folder ' +
    'invalidate overwrite public_id public_ids signature tags timestamp type unique_filename ' +
    'use_filename command tag'
  ).split(' '),
);
const STALE_SECONDS = 3600;

/** The account and where it is reached, for answers. */
export function placeOf(account: CloudAccount, call: Call): Place {
  const { cloudName, apiSecret, folderMode } = account;
  return { baseUrl: call.baseUrl, cloudName, apiSecret, folderMode };
}

interface Form {
  fields: Record<string, string>;
  file: { bytes: Buffer; name: string } | undefined;
}

/** `POST /image/upload` */
export async function upload(account: CloudAccount, call: Call): Promise<Answer> {
  const form = await formOf(call);
  const refused = refusalOf(account, form.fields, call);
  if (refused !== undefined) return refused;
  if (form.file === undefined) return refusal(400, 'Missing required parameter - file');
  await call.work();
  const publicId = publicIdOf(account, form.fields);
  const etag = etagOf(form.file.bytes);
  const known = account.store.get(publicId);
  const place = placeOf(account, call);
  if (known !== undefined && form.fields['overwrite'] === '0') {
    account.store.repeat(known, etag);
    return { body: { ...uploadJson(place, known, true), api_key: account.apiKey } };
  }
  const size = await sharp(form.file.bytes)
    .metadata()
    .catch(() => undefined);
  if (size?.format === undefined) return refusal(400, 'Invalid image file');
  const at = new Date(call.now());
  const asset: CloudAsset = {
    assetId: known?.assetId ?? randomBytes(16).toString('hex'),
    publicId,
    version: Math.floor(at.getTime() / 1000),
    format: size.format === 'jpeg' ? 'jpg' : size.format,
    width: size.width,
    height: size.height,
    etag,
    sizeBytes: form.file.bytes.length,
    createdAt: at.toISOString().replace(/\.\d+Z$/, 'Z'),
    assetFolder:
      form.fields['asset_folder'] ?? (account.folderMode === 'fixed' ? publicId.split('/').slice(0, -1).join('/') : ''),
    tags: (form.fields['tags'] ?? '').split(',').filter((tag) => tag !== ''),
    context: contextOf(form.fields['context'] ?? ''),
    derived: (form.fields['eager'] ?? '').split('|').filter((eager) => eager !== ''),
    originalFilename: form.file.name.replace(/\.[^.]*$/, ''),
  };
  account.store.put(asset, form.file.bytes);
  return { body: { ...uploadJson(place, asset, false), api_key: account.apiKey } };
}

/** `POST /image/destroy` */
export async function destroy(account: CloudAccount, call: Call): Promise<Answer> {
  const { fields } = await formOf(call);
  const refused = refusalOf(account, fields, call);
  if (refused !== undefined) return refused;
  return { body: { result: account.store.delete(fields['public_id'] ?? '') ? 'ok' : 'not found' } };
}

/** `POST /image/explicit`: changes what is said of a stored picture. */
export async function explicit(account: CloudAccount, call: Call): Promise<Answer> {
  const { fields } = await formOf(call);
  const refused = refusalOf(account, fields, call);
  if (refused !== undefined) return refused;
  const asset = account.store.get(fields['public_id'] ?? '');
  if (asset === undefined) return refusal(404, `Resource not found - ${fields['public_id'] ?? ''}`);
  if (fields['tags'] !== undefined) asset.tags = fields['tags'].split(',').filter((tag) => tag !== '');
  if (fields['context'] !== undefined) asset.context = { ...asset.context, ...contextOf(fields['context']) };
  return { body: uploadJson(placeOf(account, call), asset, false) };
}

/** `POST /image/tags`: adds a tag to pictures, or takes it away; tells which of them there are. */
export async function tags(account: CloudAccount, call: Call): Promise<Answer> {
  const { fields } = await formOf(call);
  const refused = refusalOf(account, fields, call);
  if (refused !== undefined) return refused;
  const { command, tag = '', public_ids: ids = '' } = fields;
  if (command !== 'add' && command !== 'remove') return refusal(400, `Invalid command ${command ?? ''}`);
  const found = ids.split(',').flatMap((id) => account.store.get(id) ?? []);
  for (const asset of found) {
    const others = asset.tags.filter((one) => one !== tag);
    asset.tags = command === 'add' ? [...others, tag] : others;
  }
  return { body: { public_ids: found.map(({ publicId }) => publicId) } };
}

function refusalOf(account: CloudAccount, fields: Record<string, string>, call: Call): Answer | undefined {
  const unknown = Object.keys(fields).find((key) => !KNOWN.has(key));
  if (unknown !== undefined) return refusal(400, `Unknown parameter ${unknown}`);
  if (fields['api_key'] !== account.apiKey) return refusal(401, `Unknown API key ${fields['api_key'] ?? ''}`);
  const stale = staleness(fields['timestamp'], call.now());
  if (stale !== undefined) return stale;
  const { apiSecret, algorithm } = account;
  const good = ([1, 2] as const).some(
    (version) => sign(fields, apiSecret, { version, algorithm }) === fields['signature'],
  );
  if (!good)
    return refusal(
      401,
      `Invalid Signature ${fields['signature'] ?? ''}. String to sign - '${stringToSign(fields, 2)}'.`,
    );
  const wrong = account.folderMode === 'fixed' ? 'asset_folder' : 'folder';
  return fields[wrong] === undefined
    ? undefined
    : refusal(400, `${wrong} can't be used in ${account.folderMode} folder mode`);
}

function staleness(timestamp: string | undefined, nowMs: number): Answer | undefined {
  if (timestamp === undefined || !/^\d+$/.test(timestamp))
    return refusal(400, 'Missing required parameter - timestamp');
  const seconds = Number(timestamp);
  if (nowMs / 1000 - seconds <= STALE_SECONDS) return undefined;
  const at = new Date(seconds * 1000)
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, ' +0000');
  return refusal(400, `Stale request - reported time is ${at} which is more than 1 hour ago`);
}

function publicIdOf(account: CloudAccount, fields: Record<string, string>): string {
  const id = fields['public_id'] ?? randomBytes(10).toString('hex');
  return account.folderMode === 'fixed' && fields['folder'] !== undefined ? `${fields['folder']}/${id}` : id;
}

/** `a=1|b=x\=y` → {a: '1', b: 'x=y'} */
export function contextOf(text: string): Record<string, string> {
  const pairs = text.match(/(?:\\[=|]|[^|])+/g) ?? [];
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, key = '', value = ''] = /^((?:\\[=|]|[^=])*)=(.*)$/s.exec(pair) ?? [];
      return [key.replace(/\\([=|])/g, '$1'), value.replace(/\\([=|])/g, '$1')];
    }),
  );
}

async function formOf(call: Call): Promise<Form> {
  const data = await new Response(call.body as Uint8Array<ArrayBuffer>, {
    headers: { 'content-type': call.headers['content-type'] ?? '' },
  }).formData();
  const form: Form = { fields: {}, file: undefined };
  for (const [key, value] of data) {
    if (typeof value === 'string') {
      // A list comes as `public_ids[]`, once each, and is signed with commas.
      const name = key.replace(/\[\]$/, '');
      form.fields[name] = name !== key && name in form.fields ? `${form.fields[name]},${value}` : value;
    } else form.file = { bytes: Buffer.from(await value.arrayBuffer()), name: value.name };
  }
  return form;
}
