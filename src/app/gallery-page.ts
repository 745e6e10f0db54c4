import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { galleryPage } from '../gallery/page.ts';
import type { GalleryPicture } from '../gallery/model.ts';
import { thumbnailBytes } from '../images/thumbnail.ts';
import type { Image } from '../ledger/records.ts';
import { galleryImages, type GalleryOptions } from './gallery.ts';
import type { Project } from './project.ts';

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
  project: Pick<Project, 'config' | 'ledger' | 'caller' | 'host' | 'clean'>,
  id: string,
  { file, ...options }: GalleryOptions & { file?: string },
): Promise<WrittenPage> {
  const { character, images } = galleryImages(project, id, options);
  const { config, host } = project;
  const target = file === undefined ? join(config.output, character.id, 'gallery.html') : resolve(host.cwd, file);
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  const page = galleryPage<PagePicture>({
    characterName: character.name,
    pictures: images.map((row) => pictureOf(row, dirname(target))),
    madeAtMs: host.now(),
    thumbnailOf: ({ row }) => thumbnailOf(row),
  });
  const handle = await open(part, 'w', 0o644);
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

function pictureOf(row: Image, folder: string): PagePicture {
  const near = row.path === null ? undefined : relative(folder, row.path);
  return {
    row,
    filename: row.filename,
    kind: row.kind,
    shot: row.shot,
    provider: row.provider,
    model: row.model,
    mark: row.mark,
    prompt: row.prompt,
    seed: row.seed,
    seedHonoured: row.seedHonoured,
    costMicros: row.costMicros,
    sizeBytes: row.sizeBytes,
    width: row.width,
    height: row.height,
    createdAtMs: row.createdAtMs,
    ...(near === undefined || isAbsolute(near) ? {} : { file: near }),
  };
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
