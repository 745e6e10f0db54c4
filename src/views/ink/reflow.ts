/**
 * A terminal that gets narrower wraps the lines that no longer fit, so the live part suddenly has more rows than Ink
 * wrote; what Ink then erases is too little, and pieces of old frames stay behind. This takes the wrapped frame away
 * first. Pure.
 */

import { widthOf } from '../width.ts';

/** Rows that lines take once a terminal of `columns` columns has wrapped them. */
export function reflowedRows(lines: readonly string[], columns: number): number {
  let rows = 0;
  for (const line of lines) rows += Math.max(1, Math.ceil(widthOf(line.trimEnd()) / Math.max(1, columns)));
  return rows;
}

/**
 * What to write before Ink erases its frame: removes all wrapped rows and leaves the cursor where Ink believes it is,
 * as many rows under the top of the frame as the frame has lines. Empty when nothing was wrapped.
 */
export function eraseReflowed(lines: readonly string[], columns: number): string {
  const rows = reflowedRows(lines, columns);
  if (rows === lines.length) return '';
  return `\u001b[${rows}A\r\u001b[J${'\n'.repeat(lines.length)}`;
}
