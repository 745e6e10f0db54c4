import { lstat, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { galleryPage } from '../gallery/page.ts';
import type { GalleryPicture } from '../gallery/model.ts';
import { ensureFolder, ensureOwnFolder } from '../images/folder.ts';
import { thumbnailBytes } from '../images/thumbnail.ts';
import type { Image, Score } from '../ledger/records.ts';
import { addressOf } from './addresses.ts';
import { markOf } from './gallery.ts';
import { galleryImages, type GalleryOptions } from './gallery-images.ts';
import type { Project } from './project.ts';
import { sentReferences } from './sent-with.ts';

interface PagePicture extends GalleryPicture {
  row: Image;
}

/** Where the page of a gallery is, and what is on it. */
export interface WrittenPage {
  characterId: string;
  /** Absolute. */
  file: string;
  /** Pictures on it. */
  count: number;
}

/**
 * Writes the gallery of a character as one HTML page that holds everything.
 * @param file relative to the current folder; default: `gallery.html` beside the pictures.
 * @throws {UserError} as `gallery` does.
 */
export async function writeGalleryPage(
  project: Pick<Project, 'config' | 'ledger' | 'caller' | 'host' | 'clean' | 'services'>,
  id: string,
  { file, ...options }: GalleryOptions & { file?: string | undefined },
): Promise<WrittenPage> {
  const { character, images } = galleryImages(project, id, options);
  const { config, host } = project;
  const target = file === undefined ? join(config.output, character.id, 'gallery.html') : resolve(host.cwd, file);
  await assertOurs(target);
  await (file === undefined ? ensureOwnFolder : ensureFolder)(dirname(target));
  const sent = sentReferences(project.ledger.open());
  const scores = project.ledger.open().scores.ofCharacter(character.key);
  const part = `${target}.${host.newKey()}.part`;
  const page = galleryPage<PagePicture>({
    characterName: character.name,
    pictures: await Promise.all(
      images.map(async (row) => {
        const { references, source } = sent.ofImage(row);
        return {
          ...pictureOf(row, dirname(target)),
          ...likenessOf(scores.get(row.id)),
          references: references.map(({ role, filename, path }) => ({ role, name: filename ?? basename(path) })),
          source,
          ...(row.path === null ? await addressesOf(row, project.services) : {}),
        };
      }),
    ),
    madeAtMs: host.now(),
    thumbnailOf: ({ row }) => thumbnailOf(row),
  });
  // Fails if it exists, and never follows a link.
  const handle = await open(part, 'wx', 0o644);
  try {
    for await (const piece of page) await handle.write(piece);
    await handle.close();
    await rename(part, target);
  } catch (error) {
    await handle.close();
    await rm(part, { force: true });
    throw error;
  }
  return { characterId: character.id, file: target, count: images.length };
}

/** How a page of ours begins, within its first bytes. */
const GENERATOR = '<meta name="generator" content="imggen">';
const HEAD_BYTES = 4_096;

/**
 * @throws {UserError} when something lies at a path that `imggen gallery --html` did not write: a link, another file.
 */
async function assertOurs(path: string): Promise<void> {
  const stats = await lstat(path).catch(() => undefined);
  if (!stats) return;
  if (stats.isFile()) {
    const handle = await open(path, 'r');
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
      if (buffer.toString('utf8', 0, bytesRead).includes(GENERATOR)) return;
    } finally {
      await handle.close();
    }
  }
  throw new UserError(`${path} is not a gallery page of imggen: it was left as it is`, {
    hint: 'name another file',
    advice: { code: 'choose-page' },
  });
}

function pictureOf(row: Image, folder: string): PagePicture {
  const near = row.path === null ? undefined : relative(folder, row.path);
  return {
    row,
    filename: row.filename,
    kind: row.kind,
    shot: row.shot,
    provider: row.provider,
    model: row.model,
    mark: markOf(row),
    prompt: row.prompt,
    seed: row.seed,
    seedHonored: row.seedHonored,
    costMicros: row.costMicros,
    sizeBytes: row.sizeBytes,
    width: row.width,
    height: row.height,
    createdAtMs: row.createdAtMs,
    ...(row.isPlaceholder && { isPlaceholder: true }),
    ...(near === undefined || isAbsolute(near) ? {} : { file: near }),
  };
}

function likenessOf(score: Score | undefined): Pick<PagePicture, 'likeness'> {
  const likeness = score?.score ?? undefined;
  return likeness === undefined ? {} : { likeness };
}

/** Where a picture can be seen that has no file here. */
async function addressesOf(
  row: Image,
  services: Project['services'],
): Promise<Pick<PagePicture, 'url' | 'thumbnailUrl'>> {
  const url = await addressOf(services, row.upload, 'picture');
  const thumbnailUrl = await addressOf(services, row.upload, 'thumbnail');
  return { ...(url === undefined ? {} : { url }), ...(thumbnailUrl === undefined ? {} : { thumbnailUrl }) };
}

/** From beside the picture, else made now; undefined where neither can be. */
async function thumbnailOf(row: Image): Promise<string | undefined> {
  for (const read of [
    () => (row.thumbnail === null ? undefined : readFile(row.thumbnail)),
    () => (row.path === null ? undefined : thumbnailBytes(row.path)),
  ]) {
    try {
      const bytes = await read();
      if (bytes) return Buffer.from(bytes).toString('base64');
    } catch {
      // Gone or damaged: the next way, else the page says so in words.
    }
  }
  return undefined;
}
