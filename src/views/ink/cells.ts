/** Fixed-width pieces of a line, by display width: a CJK character is two columns, a combining mark none. */

import { cutTo, widthOf } from '../width.ts';

/** The text in exactly `width` columns: cut with `…`, or filled with spaces. */
export function cell(text: string, width: number, align: 'left' | 'right' = 'left'): string {
  if (width <= 0) return '';
  const cut = widthOf(text) > width ? cutTo(text, width) : text;
  const fill = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return align === 'left' ? cut + fill : fill + cut;
}

/** As many of the parts as fit, joined; the first always, cut where it must be. Parts are in order of importance. */
export function joined(parts: readonly string[], width: number, separator: string): string {
  let line = '';
  for (const part of parts) {
    if (part === '') continue;
    const longer = line === '' ? part : line + separator + part;
    if (widthOf(longer) > width) {
      if (line === '') return cutTo(part, Math.max(1, width));
      continue;
    }
    line = longer;
  }
  return line;
}

/** A bar of `width` columns whose parts are shares of 0…1, each with its own sign; any share above 0 shows. */
export function barParts(shares: readonly number[], width: number): number[] {
  const widths = shares.map((share) => (share <= 0 ? 0 : Math.max(1, Math.floor(share * width))));
  let over = widths.reduce((sum, part) => sum + part, 0) - width;
  for (let i = 0; i < widths.length && over > 0; i += 1) {
    const take = Math.min(over, Math.max(0, (widths[i] ?? 0) - 1));
    widths[i] = (widths[i] ?? 0) - take;
    over -= take;
  }
  return widths;
}
