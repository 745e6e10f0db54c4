/**
 * Widths of text in a terminal: a CJK character is two columns, a combining mark none. Plain text is counted here: the
 * packages that know the rest take 35 ms to load, as long as all of `imggen --help`. Pure.
 */
import { createRequire } from 'node:module';
import type cliTruncate from 'cli-truncate';
import type stringWidth from 'string-width';

const require = createRequire(import.meta.url);
/** Printable ASCII, Latin-1, dashes and dots, arrows, box drawing, blocks and check marks: one column each. */
const PLAIN = /^[ -~\u00a1-\u00ac\u00ae-\u02ff\u2010-\u2027\u2030-\u203b\u203d-\u2048\u2190-\u2193\u2500-\u259f✓✗]*$/;

/** Terminal columns that the text takes. */
export function widthOf(text: string): number {
  if (PLAIN.test(text)) return text.length;
  const module = require('string-width') as { default: typeof stringWidth };
  return module.default(text);
}

/** The text in at most `width` columns (1 or more), its end replaced by `…` where it is too long. */
export function cutTo(text: string, width: number): string {
  if (PLAIN.test(text)) return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
  const module = require('cli-truncate') as { default: typeof cliTruncate };
  return module.default(text, width);
}
