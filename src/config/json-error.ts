/** What V8 says of JSON that does not parse, for people. */
import { printable } from '../sanitize.ts';

/**
 * Where V8 stopped. Its message names the position for most errors; for an unexpected token it often does not, and then
 * the shortest beginning that already has one is looked for: what follows cannot repair it.
 */
export function errorPosition(text: string, message: string): number {
  const named = /at position (\d+)/.exec(message)?.[1];
  if (named !== undefined) return Number(named);
  if (message.startsWith('Unexpected end')) return text.length;
  let good = 0;
  let bad = text.length;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (hasUnexpectedToken(text.slice(0, middle))) bad = middle;
    else good = middle;
  }
  return good;
}

function hasUnexpectedToken(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    return (error as Error).message.startsWith('Unexpected token');
  }
}

/** V8's message without the excerpt and the position, which are told otherwise. */
export function reasonOf(message: string): string {
  const plain = message.replace(/, (?:\.\.\.)?".*/s, '').replace(/ in JSON at position .*| \(line .*/s, '');
  return printable(plain.charAt(0).toLowerCase() + plain.slice(1), 100);
}
