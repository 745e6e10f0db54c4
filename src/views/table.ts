/**
 * Tables for a terminal: columns aligned by display width, the flexible ones cut so that a row stays on one line. Pure.
 */

import { styleText } from 'node:util';
import { printable } from '../sanitize.ts';
import { hyperlink } from './links.ts';
import { cutTo, widthOf } from './width.ts';

/** A column. */
export interface Column {
  title: string;
  /** Default: left. */
  align?: 'left' | 'right';
  /** Widest the column may be, in terminal columns. */
  maxWidth?: number;
  /** May be made narrower, down to its title or 8, when the rows do not fit. */
  flexible?: boolean;
  /** Left out when the rows do not fit as they are, the lowest number first; always when it has nothing to say. */
  spare?: number;
  /** When the rows do not fit as they are, told whole on a line of its own under its row. */
  below?: boolean;
}

/** What stands in a row: text, or text with an address to open and a tone. */
export type Cell = string | { text: string; link?: string; tone?: 'good' | 'bad' | 'quiet' | 'strong' };

/** How a table may look. `width`: terminal columns, Infinity for a pipe, where nothing is cut to fit. */
export interface TableLook {
  width: number;
  color: boolean;
  /** Whether hyperlinks are wanted (`supportsLinks`). */
  links: boolean;
}

const GAP = '  ';
const FLEXIBLE_WIDTH_MIN = 8;
const TONES = { good: 'green', bad: 'red', quiet: 'dim', strong: 'bold' } as const;

/**
 * The table as text without a line end. Cells beyond the columns are ignored, missing ones are empty.
 * All text is made harmless here.
 */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[], look: TableLook): string {
  const all = rows.map((row) => columns.map((_, i) => cleaned(row[i] ?? '')));
  const kept = chosen(columns, all, look.width);
  const own = kept.map((i) => columns[i] ?? { title: '' });
  const below = columns.flatMap((column, i) => (column.below === true && !kept.includes(i) ? [i] : []));
  const clean = all.map((row) => kept.map((i) => row[i] ?? { text: '' }));
  const titles = own.map((column) => printable(column.title));
  const widths = fitted(own, naturalWidths(own, titles, clean), look.width);
  const header = own.map((column, i) => padded(titles[i] ?? '', widths[i] ?? 0, column.align));
  const lines = [styled(header.join(GAP).trimEnd(), 'quiet', look.color)];
  for (const [number, row] of clean.entries()) {
    const cells = own.map((column, i) => shown(row[i] ?? { text: '' }, widths[i] ?? 0, { align: column.align, look }));
    lines.push(cells.join(GAP).trimEnd());
    for (const i of below) {
      const cell = all[number]?.[i] ?? { text: '' };
      if (cell.text !== '') lines.push(`${GAP}${shown(cell, widthOf(cell.text), { align: undefined, look })}`);
    }
  }
  return lines.join('\n');
}

/**
 * The columns that are shown in the rows: without the empty spare ones, and, where the terminal is narrow, without
 * those below and the spare ones.
 */
function chosen(columns: readonly Column[], rows: readonly RichCell[][], width: number): number[] {
  let kept = [...columns.keys()].filter(
    (i) => columns[i]?.spare === undefined || rows.some((row) => (row[i]?.text ?? '') !== ''),
  );
  const natural = naturalWidths(
    columns,
    columns.map((column) => printable(column.title)),
    rows,
  );
  const needed = (): number => kept.reduce((sum, i) => sum + (natural[i] ?? 0) + GAP.length, -GAP.length);
  if (needed() > width) kept = kept.filter((i) => columns[i]?.below !== true);
  const spare = kept
    .filter((i) => columns[i]?.spare !== undefined)
    .toSorted((a, b) => (columns[a]?.spare ?? 0) - (columns[b]?.spare ?? 0));
  for (const i of spare) {
    if (needed() <= width) break;
    kept = kept.filter((other) => other !== i);
  }
  return kept;
}

type RichCell = Exclude<Cell, string>;

function cleaned(cell: Cell): RichCell {
  return typeof cell === 'string' ? { text: printable(cell) } : { ...cell, text: printable(cell.text) };
}

function naturalWidths(columns: readonly Column[], titles: readonly string[], rows: readonly RichCell[][]): number[] {
  return columns.map((column, i) => {
    const widest = rows.reduce((width, row) => Math.max(width, widthOf(row[i]?.text ?? '')), widthOf(titles[i] ?? ''));
    return Math.min(widest, column.maxWidth ?? Infinity);
  });
}

/** Takes from the widest flexible column, again and again, until the rows fit or nothing can give any more. */
function fitted(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural];
  const least = columns.map((column) => Math.max(FLEXIBLE_WIDTH_MIN, widthOf(column.title)));
  const total = (): number => widths.reduce((sum, one) => sum + one, 0) + GAP.length * Math.max(0, widths.length - 1);
  let over = total() - width;
  while (over > 0) {
    let widest = -1;
    for (const [i, column] of columns.entries()) {
      if (column.flexible !== true || (widths[i] ?? 0) <= (least[i] ?? 0)) continue;
      if (widest < 0 || (widths[i] ?? 0) > (widths[widest] ?? 0)) widest = i;
    }
    if (widest < 0) break;
    widths[widest] = (widths[widest] ?? 0) - 1;
    over -= 1;
  }
  return widths;
}

function padded(text: string, width: number, align: Column['align']): string {
  const cut = widthOf(text) > width ? cutTo(text, Math.max(1, width)) : text;
  const fill = ' '.repeat(Math.max(0, width - widthOf(cut)));
  return align === 'right' ? fill + cut : cut + fill;
}

/** The padding stays outside of the link and the tone: a link is as long as its words. */
function shown(cell: RichCell, width: number, how: { align: Column['align']; look: TableLook }): string {
  const full = padded(cell.text, width, how.align);
  const words = full.trim();
  if (words === '') return full;
  const toned = cell.tone === undefined ? words : styled(words, cell.tone, how.look.color);
  const linked = cell.link !== undefined && how.look.links ? hyperlink(toned, cell.link) : toned;
  const start = full.length - full.trimStart().length;
  return full.slice(0, start) + linked + full.slice(start + words.length);
}

function styled(text: string, tone: keyof typeof TONES, color: boolean): string {
  return color ? styleText(TONES[tone], text, { validateStream: false }) : text;
}
