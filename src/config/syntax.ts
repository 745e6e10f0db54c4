/** What the parsers of JSON, JSONC and YAML have in common: places, refusals, limits. */
import { UserError } from '../errors.ts';
import { printable } from '../sanitize.ts';
import type { FileNames } from './text-file.ts';

/** The line and the column of the value at a path, or of the nearest above it; both count from 1. */
export type Locate = () => Promise<(path: readonly PropertyKey[]) => Position | undefined>;

/** A place in a text. */
export interface Position {
  line: number;
  column: number;
}

/** What a text holds. */
export interface Parsed {
  value: unknown;
  locate: Locate;
}

const depthMax = 50;

/** Where the character at an offset is. */
export function positionAt(text: string, offset: number): Position {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

/** The refusal of a text that does not parse, with all places. */
export function syntaxRefusal(
  { shown }: FileNames,
  language: string,
  found: readonly (Position & { what: string })[],
): UserError {
  const places = found
    .slice(0, 20)
    .map(({ line, column, what }) => `line ${line}, column ${column}: ${printable(what, 100)}`);
  const [only = ''] = places;
  if (places.length === 1) return new UserError(`${shown} is not valid ${language}: ${only}.`);
  return new UserError(`${shown} is not valid ${language}:`, { problems: places });
}

/** @throws {UserError} for values that are nested too deep to be anything a person wrote. */
export function assertDepth(value: unknown, about: FileNames): void {
  if (deeperThan(value, depthMax)) throw tooDeep(about);
}

/** The refusal of a file of brackets. */
export function tooDeep({ shown, what }: FileNames): UserError {
  return new UserError(`${shown} is nested more than ${depthMax} deep: that is no ${what}.`);
}

/** Without recursion: a file of brackets must not overflow the stack. */
function deeperThan(value: unknown, limit: number): boolean {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > limit) return true;
    level = level.flatMap((entry) => (typeof entry === 'object' && entry !== null ? Object.values(entry) : []));
  }
  return false;
}
