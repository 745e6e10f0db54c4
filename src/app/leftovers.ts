import { existsSync, lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { parseImageNumber } from '../names.ts';
import { hashFile } from '../images/hash.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image } from '../ledger/records.ts';
import type { Project } from './project.ts';
import { isFolder, unlinkOurs } from './removal.ts';

/** Something that `imggen clean` would take away. */
export interface Leftover {
  kind:
    | 'file without a row'
    | 'row without a file'
    | 'asset without a row'
    | 'old part'
    | 'old training set'
    | 'unused reference'
    | 'placeholder of a picture that is there'
    | 'rejected';
  /** null: of none. */
  characterId: string | null;
  /** Path, public id or file name. */
  what: string;
  /** 0 where unknown or nothing. */
  sizeBytes: number;
  /** Takes it away; false when it is in use by now. */
  remove: () => boolean | Promise<boolean>;
}

/** Half-written thumbnails and copies, and references of a run that asks: nobody takes an hour for one. */
export const HALF_MS = 3_600_000;

/** Folders in which a character's pictures may lie. Links to folders do not count. */
export function foldersOf({ config, ledger }: Pick<Project, 'config' | 'ledger'>, characterId: string): string[] {
  const outputs = ledger
    .open()
    .jobs.list(100_000)
    .filter((job) => job.characterId === characterId)
    .map((job) => job.settings.output);
  return [...new Set([config.output, ...outputs])].map((output) => join(output, characterId)).filter(isFolder);
}

/** Leftovers, and how many files beside them are another's. */
export interface FilesLeft {
  items: Leftover[];
  foreign: number;
}

/**
 * What is left in a character's folder of pictures that this ledger took out: with the same name and the same bytes.
 * Pictures that it never had may be another ledger's: they are only counted.
 */
export async function filesLeft(ledger: Ledger, characterId: string, folder: string): Promise<FilesLeft> {
  const { maintenance } = ledger;
  // Before the ledger: a file gets its row before its name.
  const files = picturesIn(folder, characterId);
  const thumbnails = picturesIn(join(folder, 'thumbnails'), characterId);
  const rows = maintenance.images(characterId);
  const names = new Set(rows.map((row) => row.filename));
  const stems = new Set(rows.map((row) => stemOf(row.filename)));
  const takenOut = maintenance.takenOut(characterId);
  const found: FilesLeft = { items: [], foreign: 0 };
  const add = (path: string, remove: Leftover['remove']) =>
    found.items.push({ kind: 'file without a row', characterId, what: path, sizeBytes: sizeOf(path), remove });
  for (const name of files.filter((one) => !names.has(one))) {
    const path = join(folder, name);
    const unlink = () => void unlinkOurs(path, characterId);
    const ours = takenOut.get(name);
    if (ours && (await hashFile(path)).sha256 === ours.sha256)
      add(path, () => maintenance.unlessNamed(characterId, name, unlink));
    else {
      found.foreign += 1;
      stems.add(stemOf(name));
    }
  }
  const stemsTakenOut = new Set([...takenOut.keys()].map(stemOf));
  for (const name of thumbnails.filter((one) => !stems.has(stemOf(one)) && stemsTakenOut.has(stemOf(one)))) {
    const path = join(folder, 'thumbnails', name);
    add(path, () => unlinkOurs(path, characterId) !== undefined);
  }
  for (const name of sidecarsIn(folder, characterId)) {
    const path = join(folder, name);
    if (!stems.has(stemOf(name)) && stemsTakenOut.has(stemOf(name)))
      add(path, () => unlinkOurs(path, characterId) !== undefined);
  }
  return found;
}

function picturesIn(folder: string, characterId: string): string[] {
  return entries(folder).filter(
    (name) => parseImageNumber(characterId, name) !== undefined && /\.(png|jpe?g|webp)$/.test(name),
  );
}

/** What lies beside pictures that are signed. */
function sidecarsIn(folder: string, characterId: string): string[] {
  return entries(folder).filter((name) => name.endsWith('.xmp') && parseImageNumber(characterId, name) !== undefined);
}

/** Answers that nobody will come back for: never one that an open or doubtful attempt may still need. */
export function partsLeft(
  { ledger, host }: Pick<Project, 'ledger' | 'host'>,
  characterId: string,
  folder: string,
): Leftover[] {
  const now = host.now();
  const old = (path: string, afterMs: number) =>
    now - (lstatSync(path, { throwIfNoEntry: false })?.mtimeMs ?? now) > afterMs;
  const parts = join(folder, '.parts');
  const left = (path: string): Leftover => ({
    kind: 'old part',
    characterId,
    what: path,
    sizeBytes: sizeOf(path),
    remove: () => {
      if (existsSync(path)) unlinkSync(path);
      return true;
    },
  });
  const answers = entries(parts)
    .filter((name) => /^[\w-]+\.part(?:\.id)?(?:\.reserved)?$/.test(name))
    .map((name) => join(parts, name));
  const halves = [
    ...entries(folder)
      .filter(
        (name) =>
          name.startsWith('.') &&
          name.endsWith('.part') &&
          parseImageNumber(characterId, beforePart(name.slice(1))) !== undefined,
      )
      .map((name) => join(folder, name)),
    ...entries(join(folder, 'thumbnails'))
      .filter((name) => name.endsWith('.part') && parseImageNumber(characterId, beforePart(name)) !== undefined)
      .map((name) => join(folder, 'thumbnails', name)),
  ];
  return [
    ...answers.filter((path) => isForgotten(ledger.open(), path)),
    ...halves.filter((path) => old(path, HALF_MS)),
  ].map(left);
}

/** `mira_sol_image_00001.webp.KEY.part` → `mira_sol_image_00001.webp`. */
function beforePart(name: string): string {
  return name.replace(/(?:\.[\w-]{36})?\.part$/, '');
}

/** An attempt that this ledger does not know may be another's, and its answer paid: left alone. */
function isForgotten({ maintenance }: Ledger, path: string): boolean {
  const state = maintenance.attemptState(basename(path).replace(/\.part.*$/, ''));
  return (state === 'settled' || state === 'rejected') && !maintenance.isStaged(path);
}

/**
 * Rows whose file is gone. A folder that is gone as a whole may be a disk that is not there today: its rows are left
 * alone. A picture that the store has stays in the gallery.
 */
export function rowsLeft(ledger: Ledger, rows: readonly Image[]): Leftover[] {
  const { maintenance } = ledger;
  return rows
    .filter(
      (row) => row.state === 'stored' && row.path !== null && isFolder(dirname(row.path)) && !existsSync(row.path),
    )
    .map((row) => ({
      kind: 'row without a file',
      characterId: row.characterId,
      what: row.filename,
      sizeBytes: 0,
      remove: () => {
        if (row.upload?.state !== 'done') return maintenance.remove(row.id);
        maintenance.onlyInStore(row.id);
        return true;
      },
    }));
}

/** Plain files in a folder, no links; none when it is no real folder. */
function entries(folder: string): string[] {
  if (!isFolder(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name)
    .toSorted();
}

function stemOf(filename: string): string {
  return filename.replace(/\.[a-z]+$/, '');
}

function sizeOf(path: string): number {
  return lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
