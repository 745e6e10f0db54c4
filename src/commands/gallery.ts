import { dirname, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { knownCharacter } from '../app/characters.ts';
import { openFile, writeGalleryPage } from '../app/gallery-page.ts';
import { existingLedger, withHouse, type CommonFlags, type House } from '../app/house.ts';
import { knownJob } from '../app/jobs.ts';
import { printJson, printLine, printTable } from '../terminal/print.ts';
import type { Host } from '../host.ts';
import { UserError, type ExitCode } from '../errors.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import { ago, bytes, count } from '../views/format.ts';

/** Options of `imggen gallery`. */
export interface GalleryFlags extends CommonFlags {
  kind?: string;
  job?: string;
  html?: string | true;
  open?: boolean;
  since?: string;
  mark?: string;
  limit?: string;
}

/** `imggen gallery <id>`: all images of a character, newest first. */
export function gallery(host: Host, id: string, flags: GalleryFlags): Promise<ExitCode> {
  // `--provider` filters here: it may name one that this version does not have, and must not choose the config's.
  const { provider: _, ...common } = flags;
  return withHouse<ExitCode>(host, common, { configOptional: true }, async (house) => {
    const ledger = existingLedger(house);
    const character = knownCharacter(house, ledger, id);
    const filter = filterOf(house, flags);
    const images = ledger.images.gallery({ ...filter, characterId: character.id });
    if (flags.html !== undefined || flags.open) return page(house, flags, { character, images });
    if (flags.json) {
      printJson(house, {
        characterId: character.id,
        totalCount: ledger.images.count(character.id),
        images: images.map(asJson),
      });
      return 0;
    }
    if (images.length === 0) {
      printLine(
        house,
        `${character.id} has no pictures${Object.values(filter).some((v) => v !== undefined) ? ' that fit' : ' yet: imggen create-character, or imggen pack --count 8'}`,
      );
      return 0;
    }
    // In a narrow window the paths, which say the folder again and again, give way to one line; addresses stay.
    const narrow = host.stdout.isTTY === true && (host.stdout.columns ?? 80) < WIDE_COLUMNS;
    printTable(
      house,
      COLUMNS,
      images.map((image) => rowOf(house, image, narrow)),
    );
    const folders = new Set(
      narrow
        ? images.flatMap((image) => (image.path === null ? [] : [relative(host.cwd, dirname(image.path)) || '.']))
        : [],
    );
    printLine(
      house,
      `\n${count(images.length, 'picture')} of ${house.clean(character.name)} (${character.id}), seed ${character.seed}${folders.size > 0 ? `, in ${[...folders].join(', ')}` : ''}`,
    );
    return 0;
  });
}

/** Writes the page, opens it where it was asked for, and says where it is in any case. */
async function page(
  house: House,
  flags: GalleryFlags,
  what: { character: RegisteredCharacter; images: readonly Image[] },
): Promise<ExitCode> {
  const file = typeof flags.html === 'string' ? flags.html : undefined;
  const path = await writeGalleryPage(house, what.character, { images: what.images, file });
  const opened = flags.open === true && (await openFile(path));
  if (flags.json) printJson(house, { characterId: what.character.id, file: path, count: what.images.length, opened });
  else {
    const near = relative(house.host.cwd, path);
    printLine(
      house,
      `${count(what.images.length, 'picture')} in ${near.startsWith('..') ? path : near}${flags.open && !opened ? ' (nothing here could open it)' : ''}`,
    );
  }
  return 0;
}

/** From here on there is room for paths. */
const WIDE_COLUMNS = 130;

const COLUMNS = [
  { title: 'name', flexible: true },
  { title: 'kind' },
  { title: 'size', align: 'right' as const },
  { title: 'pixels', spare: 1 },
  { title: 'created' },
  { title: 'provider' },
  { title: 'seed' },
  { title: 'mark', spare: 2 },
  { title: 'where', flexible: true, below: true },
];

function rowOf(house: House, image: Image, narrow: boolean) {
  const url = urlOf(image);
  const near = image.path === null ? url : relative(house.host.cwd, image.path);
  return [
    { text: image.filename, link: url },
    image.kind,
    bytes(image.sizeBytes),
    `${image.width}x${image.height}`,
    ago(new Date(image.createdAtMs).toISOString(), house.host.now()),
    image.provider,
    `${image.seed}${image.seedHonoured === 'yes' ? '' : image.seedHonoured === 'no' ? ' (not used)' : ' (?)'}`,
    image.mark ?? '',
    { text: image.upload === 'done' ? url : narrow && image.path !== null ? '' : near, link: url },
  ];
}

function asJson(image: Image) {
  return {
    url: urlOf(image),
    publicId: image.publicId,
    filename: image.filename,
    createdAt: new Date(image.createdAtMs).toISOString(),
    kind: image.kind,
    shot: image.shot,
    path: image.path,
    thumbnailUrl: image.thumbnailUrl ?? (image.thumbnail === null ? null : pathToFileURL(image.thumbnail).href),
    sizeBytes: image.sizeBytes,
    width: image.width,
    height: image.height,
    provider: image.provider,
    model: image.model,
    seed: image.seed,
    seedHonoured: image.seedHonoured,
    costUsd: image.costMicros / 1e6,
    prompt: image.prompt,
    mark: image.mark,
    jobId: image.jobId === null ? null : String(image.jobId),
    sha256: image.sha256,
    uploaded: image.upload === 'done',
  };
}

/** Where an image can be seen: in the store, else on disk. */
function urlOf(image: Image): string {
  return image.url ?? (image.path === null ? '' : pathToFileURL(image.path).href);
}

function filterOf(house: House, flags: GalleryFlags) {
  const problems: string[] = [];
  const oneOf = (name: string, value: string | undefined, allowed: readonly string[]) => {
    if (value !== undefined && !allowed.includes(value))
      problems.push(`--${name}: expected ${allowed.join(', ')}, got ${JSON.stringify(value)}`);
    return value;
  };
  const limit = flags.limit === undefined ? undefined : Number(flags.limit);
  if (limit !== undefined && !(Number.isInteger(limit) && limit > 0))
    problems.push(`--limit: expected a whole number above 0, got ${JSON.stringify(flags.limit)}`);
  const sinceMs = flags.since === undefined ? undefined : sinceOf(flags.since, house.host.now());
  if (Number.isNaN(sinceMs))
    problems.push(`--since: expected a date (2026-11-21) or an age (2h, 3d), got ${JSON.stringify(flags.since)}`);
  const filter = {
    kind: oneOf('kind', flags.kind, ['avatar', 'training', 'gallery']),
    mark: oneOf('mark', flags.mark, ['approved', 'rejected', 'favorite']),
    jobId: flags.job === undefined ? undefined : knownJob(house, house.ledger(), flags.job).id,
    provider: flags.provider,
    sinceMs,
    limit,
  };
  if (problems.length > 0) throw new UserError('this gallery can not be shown:', { problems });
  return filter;
}

/** A moment from `2026-11-21`, an ISO time, or an age (`30m`, `2h`, `3d`); NaN when it is none. */
function sinceOf(text: string, nowMs: number): number {
  const age = /^(\d+)\s*([mhd])$/.exec(text);
  if (!age) return Date.parse(text);
  const unit = { m: 60_000, h: 3_600_000, d: 86_400_000 }[age[2] ?? 'd'] ?? 0;
  return nowMs - Number(age[1]) * unit;
}
