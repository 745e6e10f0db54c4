/**
 * The JSON that Cloudinary answers with (field names as captured from the service, see the SDK's own types).
 */
import { createHash } from 'node:crypto';
import type { Answer } from '../service.ts';
import { sign } from './signature.ts';
import type { CloudAsset } from './store.ts';

/** `{"error":{"message"}}`, said again in a header, as the service does. */
export function refusal(status: number, message: string, headers: Record<string, string> = {}): Answer {
  return {
    status,
    body: { error: { message } },
    headers: { 'x-cld-error': message.replace(/[^\x20-\x7e]+/g, ' '), ...headers },
  };
}

/** Where and as whom the emulator delivers. */
export interface Place {
  baseUrl: string;
  cloudName: string;
  /** Signs what an upload is answered with. */
  apiSecret: string;
  folderMode: 'dynamic' | 'fixed';
}

/** An address that the emulator delivers the picture at. */
export function deliveryUrl(place: Place, asset: CloudAsset, derived?: string): string {
  const [transformation, format] = derived?.split('/') ?? [];
  const parts = [place.baseUrl, place.cloudName, 'image', 'upload', transformation, `v${asset.version}`];
  const id = asset.publicId.split('/').map(encodeURIComponent).join('/');
  return `${parts.filter((part) => part !== undefined).join('/')}/${id}.${format ?? asset.format}`;
}

/** A picture as `resources` lists it. `tags` and `context` only where asked for. */
export function resourceJson(
  place: Place,
  asset: CloudAsset,
  fields: { tags: boolean; context: boolean },
): Record<string, unknown> {
  const url = deliveryUrl(place, asset);
  return {
    asset_id: asset.assetId,
    public_id: asset.publicId,
    format: asset.format,
    version: asset.version,
    resource_type: 'image',
    type: 'upload',
    created_at: asset.createdAt,
    bytes: asset.sizeBytes,
    width: asset.width,
    height: asset.height,
    ...(place.folderMode === 'fixed'
      ? { folder: asset.assetFolder, access_mode: 'public' }
      : { asset_folder: asset.assetFolder, display_name: asset.publicId.split('/').at(-1) }),
    url,
    secure_url: url,
    ...(fields.tags ? { tags: asset.tags } : {}),
    ...(fields.context && Object.keys(asset.context).length > 0 ? { context: { custom: asset.context } } : {}),
  };
}

/** A picture as one resource is told: with all that was derived from it. */
export function detailJson(place: Place, asset: CloudAsset): Record<string, unknown> {
  const derived = derivedOf(place, asset).map(({ transformation, format, bytes, url }) => {
    const id = createHash('md5').update(url).digest('hex');
    return { transformation, format, bytes, id, url, secure_url: url };
  });
  return { ...resourceJson(place, asset, { tags: true, context: true }), etag: asset.etag, derived };
}

/** A picture as an upload is answered. */
export function uploadJson(place: Place, asset: CloudAsset, existing: boolean): Record<string, unknown> {
  const eager = derivedOf(place, asset);
  const { publicId, version } = asset;
  return {
    ...resourceJson(place, asset, { tags: true, context: true }),
    version_id: asset.assetId.split('').reverse().join(''),
    signature: sign({ public_id: publicId, version: String(version) }, place.apiSecret),
    pages: 1,
    etag: asset.etag,
    placeholder: false,
    original_filename: asset.originalFilename,
    // As the service does, so that nobody relies on it: a repeat does not tell what was derived.
    ...(existing ? { existing: true } : eager.length > 0 ? { eager } : {}),
  };
}

function derivedOf(place: Place, asset: CloudAsset) {
  return asset.derived.map((derived) => {
    const [transformation, format] = derived.split('/');
    const url = deliveryUrl(place, asset, derived);
    return { transformation, width: 320, height: 320, bytes: 1, format, url, secure_url: url };
  });
}
