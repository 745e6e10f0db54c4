/**
 * Cloudinary's words for a picture and ours: what is sent along with an upload, and what its answers say.
 */
import { basename } from 'node:path';
import type { UploadApiOptions } from 'cloudinary';
import { z } from 'zod';
import { printable } from '../../sanitize.ts';
import type { Asset, StoredAsset } from '../storage.ts';

/** The thumbnail that is made with the upload. */
const THUMBNAIL = { crop: 'fill', width: 320, height: 320, format: 'webp' } as const;
const THUMBNAIL_PATH = 'c_fill,h_320,w_320';

const VALUE_LENGTH_MAX = 1000;
const TAG_LENGTH_MAX = 255;

/** How pictures are kept. */
export interface Layout {
  /** First folder of every public id. */
  folder: string;
  /** Of the account: `dynamic` folders are set beside the public id, `fixed` ones are part of it. */
  folderMode: 'dynamic' | 'fixed';
  eagerThumbnail: boolean;
}

/** `characters/<id>`: a character's folder and the beginning of its pictures' public ids. */
export function folderOf(layout: Layout, characterId: string): string {
  return `${layout.folder}/${characterId}`;
}

/** The key of a picture, which is its public id. */
export function keyOf(layout: Layout, characterId: string, name: string): string {
  return `${folderOf(layout, characterId)}/${name}`;
}

/** What is said about a picture while it is uploaded. `overwrite: false` makes a repeat harmless. */
export function uploadParameters(asset: Asset, publicId: string, layout: Layout): UploadApiOptions {
  return {
    public_id: publicId,
    ...(layout.folderMode === 'dynamic' ? { asset_folder: folderOf(layout, asset.characterId) } : {}),
    overwrite: false,
    tags: tagsOf(asset),
    context: contextOf(asset),
    ...(layout.eagerThumbnail ? { eager: [{ ...THUMBNAIL }], eager_async: false } : {}),
    filename: basename(asset.path).replace(/[^\w.-]+/g, '_'),
  };
}

/** Tags are joined by commas on the wire, so no tag may hold one. */
function tagsOf(asset: Asset): string[] {
  const tags = ['imggen', asset.characterId, ...asset.tags].map((tag) =>
    plain(tag).replace(/,+/g, ' ').slice(0, TAG_LENGTH_MAX).trim(),
  );
  return [...new Set(tags.filter((tag) => tag !== ''))];
}

/**
 * The SDK escapes `=` and `|`, not the backslash that escapes them: a backslash at a value's end would hide the next
 * key.
 */
function contextOf(asset: Asset): Record<string, string> {
  const facts = Object.entries({ ...asset.context, sha256: asset.sha256 });
  const pairs = facts.map(
    ([key, value]) => [key.replace(/[^\w-]+/g, '_'), plain(value, VALUE_LENGTH_MAX).replace(/\\/g, '/')] as const,
  );
  return Object.fromEntries(pairs.filter(([key, value]) => key !== '' && value !== ''));
}

function plain(text: string, lengthMax?: number): string {
  return printable(text, lengthMax).trim();
}

const webUrl = z.url({ protocol: /^https?$/ });

const resourceAnswer = z.object({
  public_id: z.string(),
  secure_url: webUrl,
  bytes: z.number().int().nonnegative(),
  width: z.number().optional().catch(undefined),
  height: z.number().optional().catch(undefined),
  etag: z.string().optional().catch(undefined),
  created_at: z.string(),
  tags: z.array(z.string()).catch([]),
  context: z
    .object({ custom: z.record(z.string(), z.string()) })
    .optional()
    .catch(undefined),
  eager: z
    .array(z.object({ secure_url: webUrl }))
    .optional()
    .catch(undefined),
});

/** Answers, read leniently: only what is used, strict only where nothing could be done without it. */
export const answers = {
  resource: resourceAnswer,
  list: z.object({ resources: z.array(resourceAnswer), next_cursor: z.string().min(1).optional() }),
  removal: z.object({
    deleted: z.record(z.string(), z.string()),
    partial: z.boolean().optional(),
    next_cursor: z.string().min(1).optional(),
  }),
};

/** A picture as Cloudinary tells of it. `etag` is the MD5 of what is stored. */
export function storedAsset(resource: z.output<typeof resourceAnswer>, layout: Layout): StoredAsset & { url: string } {
  const thumbnailUrl = layout.eagerThumbnail
    ? (resource.eager?.[0]?.secure_url ?? thumbnailOf(resource.secure_url))
    : undefined;
  const md5 = /^[0-9a-f]{32}$/i.test(resource.etag ?? '') ? resource.etag?.toLowerCase() : undefined;
  return {
    key: resource.public_id,
    url: resource.secure_url,
    ...(thumbnailUrl === undefined ? {} : { thumbnailUrl }),
    sizeBytes: resource.bytes,
    ...(resource.width === undefined ? {} : { width: resource.width }),
    ...(resource.height === undefined ? {} : { height: resource.height }),
    ...(md5 === undefined ? {} : { md5 }),
    createdAt: isoDate(resource.created_at),
    context: resource.context?.custom ?? {},
    tags: resource.tags,
  };
}

/**
 * Where the thumbnail of a picture is: only an upload's answer lists it, though its address follows from the picture's.
 */
function thumbnailOf(url: string): string | undefined {
  const at = url.indexOf('/image/upload/');
  if (at === -1) return undefined;
  const [head, tail] = [url.slice(0, at), url.slice(at + '/image/upload/'.length)];
  return `${head}/image/upload/${THUMBNAIL_PATH}/${tail.replace(/\.[A-Za-z0-9]+$/, '')}.${THUMBNAIL.format}`;
}

function isoDate(text: string): string {
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? text : new Date(ms).toISOString();
}

/**
 * Is what is stored this picture? Its MD5 says so, or, where the account changes pictures as they come in, the hash
 * that was sent along. Without either, the size.
 */
export function isSame(stored: StoredAsset, asset: Asset): boolean {
  if (stored.md5 === asset.md5.toLowerCase()) return true;
  const sha256 = stored.context['sha256'];
  if (sha256 !== undefined) return sha256 === asset.sha256;
  return stored.md5 === undefined && stored.sizeBytes === asset.sizeBytes;
}
