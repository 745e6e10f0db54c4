import { UserError } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Image, RegisteredCharacter } from '../ledger/records.ts';
import { assertOwner, knownCharacter } from './characters.ts';
import type { Project } from './project.ts';

/** What a person named: one picture, or all of a character. */
export interface Named {
  images: Image[];
  /** Set when the whole character was named. */
  character?: RegisteredCharacter;
}

/**
 * Pictures by file name (`mira_sol_image_00001`, with or without extension or folder), by `mira-sol/1`, or, with
 * `characters`, all of a character by its id. @throws {UserError} that lists every name that is none.
 */
export function namedImages(
  project: Pick<Project, 'ledger' | 'caller' | 'clean'>,
  names: readonly string[],
  options: { characters?: boolean; reads?: boolean } = {},
): Named[] {
  const ledger = project.ledger.openExisting();
  const problems: string[] = [];
  const found = names.map((name): Named => {
    if (options.characters && ledger.characters.named(name).length > 0) {
      const character = knownCharacter(project, name);
      return { images: ledger.images.gallery({ characterKey: character.key }), character };
    }
    const image = imageOf(ledger, name);
    if (!image) {
      const stands = placeholderOf(ledger, name) !== undefined;
      problems.push(
        stands ? noPicture(project.clean(name)) : `${JSON.stringify(project.clean(name))}: no such picture`,
      );
      return { images: [] };
    }
    assertOwner(project.caller, ledger.characters.get(image.characterKey));
    return { images: [image] };
  });
  if (problems.length === 0) return found;
  throw new UserError(options.reads ? 'there is nothing to be shown:' : 'nothing was changed:', {
    problems,
    hint: 'name a picture by its file name (mira_sol_image_00001) or as mira-sol/1',
    advice: { code: 'list-pictures' },
  });
}

/** One picture by its name. @throws {UserError} for a name that is none. */
export function namedImage(
  project: Pick<Project, 'ledger' | 'caller' | 'clean'>,
  name: string,
  options: { reads?: boolean } = {},
): Image {
  const image = namedImages(project, [name], options).flatMap(({ images }) => images)[0];
  if (!image) throw new UserError('no picture is named');
  return image;
}

/** The same, or what stands in for it: for commands that only show. @throws {UserError} for a name that is none. */
export function shownImage(project: Pick<Project, 'ledger' | 'caller' | 'clean'>, name: string): Image {
  const ledger = project.ledger.openExisting();
  const placeholder = imageOf(ledger, name) ? undefined : placeholderOf(ledger, name);
  if (!placeholder) return namedImage(project, name, { reads: true });
  assertOwner(project.caller, ledger.characters.get(placeholder.characterKey));
  return placeholder;
}

function imageOf(ledger: Ledger, name: string): Image | undefined {
  const numbered = numberOf(name);
  return numbered ? ledger.images.numbered(numbered.characterId, numbered.number) : ledger.images.find(lastPart(name));
}

function placeholderOf({ placeholders }: Ledger, name: string): Image | undefined {
  return placeholders.find(numberOf(name) ?? lastPart(name));
}

/** `mira-sol/3`. */
function numberOf(name: string): { characterId: string; number: number } | undefined {
  const [, characterId, number] = /^([a-z0-9-]+)\/(\d{1,15})$/.exec(name) ?? [];
  return characterId === undefined ? undefined : { characterId, number: Number(number) };
}

function lastPart(name: string): string {
  return name.split(/[\\/]/).at(-1) ?? name;
}

/** What is said of a placeholder where a picture is expected. */
function noPicture(name: string): string {
  return `${JSON.stringify(name)}: a placeholder of a picture that failed; a retry of its job makes the picture`;
}
