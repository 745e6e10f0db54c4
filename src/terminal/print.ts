import type { Host, Terminal } from '../host.ts';
import { wantsColor } from '../views/index.ts';
import { jsonLine } from '../views/json.ts';
import { supportsLinks } from '../views/links.ts';
import type { AsTyped } from './program-name.ts';
import { wrapped } from '../views/wrap.ts';
import { table, type Cell, type Column } from '../views/table.ts';

/** How a command talks to its user. */
export interface Io {
  host: Host;
  terminal: Terminal;
  /** Commands that are advised, as this user types them. */
  typed: AsTyped;
}

/** Prints the one JSON document of a query. */
export function printJson({ terminal }: Pick<Io, 'terminal'>, document: unknown): void {
  terminal.stdout.write(`${jsonLine(document)}\n`);
}

/** Prints a line. */
export function printLine({ terminal }: Pick<Io, 'terminal'>, text: string): void {
  terminal.stdout.write(`${text}\n`);
}

/** Prints sentences in whole words, as wide as the terminal; a pipe gets each as one line. */
export function printText(io: Pick<Io, 'terminal'>, text: string): void {
  printLine(io, wrapped(text, widthAt(io)));
}

/** Columns of the terminal; Infinity for a pipe. */
export function widthAt({ terminal: { stdout } }: Pick<Io, 'terminal'>): number {
  return widthOf(stdout);
}

/** Says a sentence beside the results, in whole words as wide as the terminal. */
export function printNote({ terminal: { stderr } }: Pick<Io, 'terminal'>, text: string): void {
  stderr.write(`${wrapped(text, widthOf(stderr))}\n`);
}

/** Columns of one stream; Infinity where it is no terminal. */
export function widthOf({ isTTY, columns }: Io['terminal']['stdout']): number {
  return isTTY === true ? (columns ?? 80) : Infinity;
}

/** Prints a message, as one JSON document where that was asked for. */
export function printMessage(io: Pick<Io, 'terminal'>, flags: { json?: boolean | undefined }, message: string): void {
  if (flags.json) printJson(io, { message });
  else printLine(io, message);
}

/** What a table is made of. */
export interface Printed {
  columns: readonly Column[];
  rows: readonly (readonly Cell[])[];
}

/** Prints a table as wide as the terminal; a pipe gets every column whole. */
export function printTable(
  { host, terminal }: Io,
  flags: { color?: boolean | undefined },
  { columns, rows }: Printed,
): void {
  const { stdout } = terminal;
  const isTty = stdout.isTTY === true;
  const look = {
    width: widthAt({ terminal }),
    color: wantsColor(flags.color === false ? false : undefined, isTty, host.env),
    links: supportsLinks(isTty, host.env),
  };
  stdout.write(`${table(columns, rows, look)}\n`);
}
