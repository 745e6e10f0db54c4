/** Pictures that can be scored: of the ledger, or any files. */
import { readdirSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import { namedImages } from './images.ts';
import { knownCharacter } from './characters.ts';
import type { Project } from './project.ts';

/** A picture file. */
export interface Scorable {
  /** As people know it. */
  name: string;
  /** Absolute. */
  path: string;
  /** It was drawn, as the ledger knows. */
  isDrawing: boolean;
  /** Of the ledger. */
  image?: Image | undefined;
  /** It is one of all of a character: it is told of only while no other take has replaced it. */
  isOneOfAll?: boolean;
}

/** Pictures to score; `character`: all of them are of that one. */
export interface ScorableSet {
  pictures: Scorable[];
  character: RegisteredCharacter | undefined;
}

const PICTURE = /\.(?:png|jpe?g|webp)$/i;
/** Styles of a character whose pictures are no photographs, whoever makes them. */
const DRAWN_STYLE = /anime|manga|cartoon|comic|water ?colou?r|paint|sketch|draw|illustrat|pixel|vector|pencil|chibi/i;

/**
 * What these names mean: a character's id, a folder, a file, a picture of the ledger. A file's name wins over a
 * picture's. @throws {UserError} that lists every name that is none.
 */
export function scorable(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services' | 'host'>,
  names: readonly string[],
): ScorableSet {
  const problems: string[] = [];
  const found = names.flatMap((name) => {
    const known = meaning(project, name);
    if (known === undefined) problems.push(`${JSON.stringify(project.clean(name))}: no character, folder or picture`);
    return known ?? [];
  });
  if (problems.length > 0) {
    throw new UserError('these can not be scored:', {
      problems,
      hint: 'name a character by its id, a folder, or picture files',
      advice: { code: 'list-pictures' },
    });
  }
  const pictures = [...new Map(found.map((one) => [one.path, one])).values()];
  const keys = new Set(pictures.map(({ image }) => image?.characterKey));
  const [key] = keys;
  const character = key === undefined || keys.size > 1 ? undefined : project.ledger.open().characters.get(key);
  return { pictures, character };
}

function meaning(
  project: Pick<Project, 'ledger' | 'caller' | 'clean' | 'services' | 'host'>,
  name: string,
): Scorable[] | undefined {
  const { ledger, host } = project;
  const of = (image: Image) => ofLedger(project, image);
  if (ledger.exists && ledger.open().characters.named(name).length > 0) {
    const { key } = knownCharacter(project, name);
    const { images, scores } = ledger.open();
    const compared = scores.ofCharacter(key);
    // Another take that nobody has compared yet may be the better one.
    const isWanted = ({ id, supersededBy }: Image) => supersededBy === null || !compared.has(id);
    return images
      .gallery({ characterKey: key })
      .toReversed()
      .filter(isWanted)
      .flatMap(of)
      .map((one) => ({ ...one, isOneOfAll: true }));
  }
  const files = pictureFiles(resolve(host.cwd, name));
  if (files) return files.map((path) => ({ name: shown(host.cwd, path), path, isDrawing: false }));
  if (!ledger.exists) return undefined;
  try {
    return namedImages(project, [name])
      .flatMap(({ images }) => images)
      .flatMap(of);
  } catch (error) {
    if (error instanceof UserError) return undefined;
    throw error;
  }
}

/** A picture of the ledger; nothing for one whose file is in the store only. */
function ofLedger({ ledger, services }: Pick<Project, 'ledger' | 'services'>, image: Image): Scorable[] {
  if (image.path === null) return [];
  const { attributes } = ledger.open().characters.get(image.characterKey);
  const isDrawing = services.drawing.has(image.provider) || DRAWN_STYLE.test(attributes.style);
  return [{ name: image.filename, path: image.path, isDrawing, image }];
}

/** The picture at a path, or those of a folder by their names; undefined: there is nothing. Absolute paths. */
export function pictureFiles(path: string): string[] | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile()) return [path];
  if (!stats?.isDirectory()) return undefined;
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => PICTURE.test(entry.name) && !entry.name.startsWith('.'))
    .filter((entry) => entry.isFile() || (entry.isSymbolicLink() && leadsToFile(join(path, entry.name))))
    .map(({ name }) => join(path, name))
    .toSorted();
}

function leadsToFile(link: string): boolean {
  return statSync(link, { throwIfNoEntry: false })?.isFile() === true;
}

/** A path as people see it: relative where it is below the current folder. */
export function shown(cwd: string, path: string): string {
  const near = relative(cwd, path);
  return near === '' || near.startsWith('..') ? path : near;
}
