import { jsonLine } from '../views/json.ts';
import { supportsLinks } from '../views/links.ts';
import { wantsColor } from '../views/index.ts';
import { table, type Cell, type Column } from '../views/table.ts';
import type { House } from '../app/house.ts';

/** Prints the one JSON document of a query. */
export function printJson(house: House, document: unknown): void {
  house.host.stdout.write(`${jsonLine(document)}\n`);
}

/** Prints a table as wide as the terminal; a pipe gets every column whole. */
export function printTable(house: House, columns: readonly Column[], rows: readonly (readonly Cell[])[]): void {
  const { stdout } = house.host;
  const isTty = stdout.isTTY === true;
  const look = {
    width: isTty ? (stdout.columns ?? 80) : Infinity,
    color: wantsColor(house.flags.color === false ? false : undefined, isTty, house.config.env),
    links: supportsLinks(isTty, house.config.env),
  };
  stdout.write(`${table(columns, rows, look)}\n`);
}

/** Prints a line. */
export function printLine(house: House, text: string): void {
  house.host.stdout.write(`${text}\n`);
}
