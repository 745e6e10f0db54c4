/**
 * The JSON that Cloudinary answers with (field names as captured from the service, see the SDK's own types).
 */
import type { Answer } from '../emulator.ts';
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
    asset_folder: asset.assetFolder,
    display_name: asset.publicId.split('/').at(-1),
    url,
    secure_url: url,
    ...(fields.tags ? { tags: asset.tags } : {}),
    ...(fields.context && Object.keys(asset.context).length > 0 ? { context: { custom: asset.context } } : {}),
  };
}

/** A picture as an upload is answered. */
export function uploadJson(place: Place, asset: CloudAsset, existing: boolean): Record<string, unknown> {
  const eager = asset.derived.map((transformation) => {
    const url = deliveryUrl(place, asset, transformation);
    return {
      transformation: transformation.split('/')[0],
      width: 320,
      height: 320,
      bytes: 1,
      format: transformation.split('/')[1],
      url,
      secure_url: url,
    };
  });
  return {
    ...resourceJson(place, asset, { tags: true, context: true }),
    version_id: asset.assetId.split('').reverse().join(''),
    etag: asset.etag,
    placeholder: false,
    original_filename: asset.originalFilename,
    // As the service does, so that nobody relies on it: a repeat does not tell what was derived.
    ...(existing ? { existing: true } : eager.length > 0 ? { eager } : {}),
  };
}
