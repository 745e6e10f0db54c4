import { spawn } from 'node:child_process';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { galleryPage } from '../gallery/page.ts';
import type { GalleryPicture } from '../gallery/model.ts';
import { thumbnailBytes } from '../images/thumbnail.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import type { House } from './house.ts';

interface PagePicture extends GalleryPicture {
  row: Image;
}

/** Writes the gallery as one HTML page and returns its path. `file`: relative to the current folder; default `<output>/<id>/gallery.html`. */
export async function writeGalleryPage(
  house: House,
  character: RegisteredCharacter,
  gallery: { images: readonly Image[]; file: string | undefined },
): Promise<string> {
  const target =
    gallery.file === undefined
      ? join(house.config.output, character.id, 'gallery.html')
      : resolve(house.host.cwd, gallery.file);
  await mkdir(dirname(target), { recursive: true });
  const part = `${target}.part`;
  const page = galleryPage<PagePicture>({
    characterName: character.name,
    pictures: gallery.images.map((row) => pictureOf(row, dirname(target))),
    madeAtMs: house.host.now(),
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
  return target;
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

/** Opens a file with the program of this desktop; false when there is none. */
export function openFile(path: string): Promise<boolean> {
  const [command, ...args] =
    process.platform === 'darwin'
      ? ['open', path]
      : process.platform === 'win32'
        ? ['cmd', '/c', 'start', '', path]
        : ['xdg-open', path];
  return new Promise((done) => {
    const child = spawn(command ?? '', args, { stdio: 'ignore', detached: true });
    child.once('error', () => done(false));
    child.once('spawn', () => {
      child.unref();
      done(true);
    });
  });
}
