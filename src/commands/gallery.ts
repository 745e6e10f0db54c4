import { dirname, relative } from 'node:path';
import type { Gallery, Picture } from '../app/gallery.ts';
import type { GalleryOptions } from '../app/gallery-images.ts';
import type { ImgGen } from '../imggen.ts';
import { printable } from '../sanitize.ts';
import { sinceOf } from '../terminal/since.ts';
import { EXIT, type ExitCode } from '../terminal/exit-codes.ts';
import { openFile } from '../terminal/open-file.ts';
import { printJson, printLine, printTable, type Io } from '../terminal/print.ts';
import { ago, bytes, count, likeness } from '../views/format.ts';
import { withImgGen, type FolderFlags } from './flags.ts';

/** Options of `imggen gallery`. */
export interface GalleryFlags extends FolderFlags {
  kind?: string | undefined;
  job?: string | undefined;
  /** Filters: it may name a provider that this version does not have, and chooses none. */
  provider?: string | undefined;
  html?: string | true | undefined;
  open?: boolean | undefined;
  since?: string | undefined;
  mark?: string | undefined;
  limit?: string | undefined;
}

/** `imggen gallery <id>`: all images of a character, newest first. */
export function gallery(io: Io, id: string, flags: GalleryFlags): Promise<ExitCode> {
  const { provider: _, ...common } = flags;
  return withImgGen(io, common, { configOptional: true }, async (imggen) => {
    const options = optionsOf(flags, io.host.now());
    if (flags.html !== undefined || flags.open) return page(io, imggen, { id, flags, options });
    const found = await imggen.gallery(id, options);
    if (flags.json) {
      const { characterId, totalCount, images } = found;
      printJson(io, { characterId, totalCount, images });
    } else if (found.images.length === 0) {
      const filtered = Object.values(options).some((value) => value !== undefined);
      const why = filtered ? ' that fit' : ` yet: ${io.typed('create-character')}, or ${io.typed('pack --count 8')}`;
      printLine(io, `${found.characterId} has no pictures${why}`);
    } else print(io, flags, found);
    return EXIT.ok;
  });
}

/** Writes the page, opens it where it was asked for, and says where it is in any case. */
async function page(
  io: Io,
  imggen: ImgGen,
  { id, flags, options }: { id: string; flags: GalleryFlags; options: GalleryOptions },
): Promise<ExitCode> {
  const file = typeof flags.html === 'string' ? flags.html : undefined;
  const written = await imggen.galleryPage(id, { ...options, file });
  const opened = flags.open === true && (await openFile(written.file));
  if (flags.json) printJson(io, { ...written, opened });
  else {
    const near = relative(io.host.cwd, written.file);
    const where = near.startsWith('..') ? written.file : near;
    const unopened = flags.open && !opened ? ' (nothing here could open it)' : '';
    printLine(io, `${count(written.count, 'picture')} in ${where}${unopened}`);
  }
  return EXIT.ok;
}

/** From this width on paths fit. */
const WIDE_COLUMNS = 130;

const COLUMNS = [
  { title: 'name', flexible: true },
  { title: 'kind' },
  { title: 'size', align: 'right' as const },
  { title: 'pixels', spare: 1 },
  { title: 'created' },
  { title: 'provider' },
  { title: 'seed', spare: 4 },
  { title: 'same face', align: 'right' as const, spare: 3 },
  { title: 'mark', spare: 2 },
  { title: 'where', flexible: true, below: true },
];

function print(io: Io, flags: GalleryFlags, { characterId, characterName, seed, totalCount, images }: Gallery): void {
  const { stdout } = io.terminal;
  // In a narrow window the paths, which say the folder again and again, give way to one line; addresses stay.
  const narrow = stdout.isTTY === true && (stdout.columns ?? 80) < WIDE_COLUMNS;
  const rows = images.map((image) => rowOf(io, image, narrow));
  // The last column is the place: with nothing in it there is none.
  const placed = rows.some(({ place }) => place.text !== '');
  printTable(io, flags, {
    columns: placed ? COLUMNS : COLUMNS.slice(0, -1),
    rows: rows.map(({ facts, place }) => [...facts, place]),
  });
  const folderOf = (path: string) => relative(io.host.cwd, dirname(path)) || '.';
  const folders = new Set(narrow ? images.flatMap(({ path }) => (path === null ? [] : [folderOf(path)])) : []);
  const where = folders.size > 0 ? `, in ${[...folders].join(', ')}` : '';
  const whose = `${printable(characterName)} (${characterId}), seed ${seed}`;
  const shown =
    images.length < totalCount ? `${images.length} of ${count(totalCount, 'picture')}` : count(totalCount, 'picture');
  printLine(io, `\n${shown} of ${whose}${where}`);
}

const SEED_WORDS = { yes: '', no: ' (not used)', unknown: ' (?)' } as const;

function rowOf({ host }: Io, image: Picture, narrow: boolean) {
  const { url, path } = image;
  const near = path === null ? url : relative(host.cwd, path);
  const place = narrow && path !== null ? '' : near;
  const facts = [
    { text: image.filename, link: url },
    image.kind,
    bytes(image.sizeBytes),
    `${image.width}x${image.height}`,
    ago(image.createdAt, host.now()),
    image.provider,
    `${image.seed}${SEED_WORDS[image.seedHonored]}`,
    image.likeness === null ? '' : likeness(image.likeness),
    marksOf(image),
  ];
  return { facts, place: { text: image.uploaded ? url : place, link: url } };
}

/** `approved, favorite, superseded, placeholder`, as far as they fit the picture. */
function marksOf({ review, favorite, superseded, placeholder }: Picture): string {
  return [review ?? [], favorite ? 'favorite' : [], superseded ? 'superseded' : [], placeholder ? 'placeholder' : []]
    .flat()
    .join(', ');
}

function optionsOf(flags: GalleryFlags, nowMs: number): GalleryOptions {
  return {
    // As it was typed: the library checks it, and lists everything that is wrong at once.
    kind: flags.kind as GalleryOptions['kind'],
    mark: (flags.mark === 'favourite' ? 'favorite' : flags.mark) as GalleryOptions['mark'],
    job: flags.job,
    provider: flags.provider,
    sinceMs: sinceOf(flags.since, nowMs),
    limit: flags.limit === undefined ? undefined : Number(flags.limit),
  };
}
