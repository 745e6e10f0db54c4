/** A refusal as a person reads it. Pure. */
import type { UserError } from '../errors.ts';
import { wrapped } from '../views/wrap.ts';
import { worded } from './advice.ts';
import type { AsTyped } from './program-name.ts';

/** Takes the place of a space that no line ends at. */
const FIXED_SPACE = '\u00a0';

/**
 * What happened, every problem, and what to do next, in whole words. Commands stay whole, so that they can be copied.
 * `clean` takes secrets out; `width`: columns of the terminal, Infinity elsewhere.
 */
export function errorText(
  error: UserError,
  { clean, typed, width }: { clean: (text: string, charsMax: number) => string; typed: AsTyped; width: number },
): string {
  const fitted = (text: string, columns: number): string[] =>
    wrapped(withFixed(text, typed), columns).replaceAll(FIXED_SPACE, ' ').split('\n');
  const lines = fitted(`imggen: ${clean(error.message, 2_000)}`, width);
  for (const problem of error.problems) lines.push(...fitted(`  ${clean(problem, 500)}`, width));
  if (error.hint !== undefined) {
    const [first = '', ...others] = fitted(clean(worded(error.hint, error.advice, typed), 1_000), width - 4);
    lines.push(`  → ${first}`, ...others.map((line) => `    ${line}`));
  }
  return `${lines.join('\n')}\n`;
}

/** A command behind a colon, or behind another one, ends with its clause; those in backticks stay whole anyway. */
function withFixed(text: string, typed: AsTyped): string {
  const name = typed('init').replace(/init$/, '');
  const [start = '', ...others] = text.split(name);
  return others.reduce((before, rest) => {
    if (!/(?:: |\bor )$/.test(before)) return before + name + rest;
    const end = rest.search(/[;,()`]/);
    const [command, clause] = end < 0 ? [rest, ''] : [rest.slice(0, end), rest.slice(end)];
    return before + `${name}${command}`.replaceAll(' ', FIXED_SPACE) + clause;
  }, start);
}
