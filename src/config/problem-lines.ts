/** Problems as the lines of one message. */
import type { Problem } from './problems.ts';
import type { Locate } from './syntax.ts';

const shownMax = 50;

/** One line a place, with its line and column where the text it stands in is known. */
export async function problemLines(problems: readonly Problem[], locate: Locate | undefined): Promise<string[]> {
  // A key that is unknown to one check and told better by another is told once.
  const places = new Map(problems.toReversed().map((problem) => [problem.where, problem]));
  const positionOf = problems.some(({ path }) => path !== undefined) ? await locate?.() : undefined;
  return [...places.values()].toReversed().map(({ where, what, path }) => {
    const position = path && positionOf?.(path);
    return `${where}: ${what}${position ? ` (line ${position.line}, column ${position.column})` : ''}`;
  });
}

/** The first lines, and how many more there are. */
export function firstOf(lines: readonly string[]): readonly string[] {
  const more = lines.length - shownMax;
  return more > 0 ? [...lines.slice(0, shownMax), `… and ${more} more`] : lines;
}
