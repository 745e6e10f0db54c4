/** Where the simulated service keeps its charges. */
import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** One picture billed. */
export interface Charge {
  remoteId: string;
  key: string;
  shot: string;
  atMs: number;
  unusable: boolean;
}

/** Where the service keeps its charges. */
export interface Journal {
  all(): Charge[];
  add(charge: Charge): void;
}

/** A journal in memory. */
export function memoryJournal(): Journal {
  const charges: Charge[] = [];
  return { all: () => charges, add: (charge) => charges.push(charge) };
}

/** A journal in a file that outlives any process, one line a charge. */
export function fileJournal(file: string): Journal {
  return {
    all: () =>
      existsSync(file)
        ? readFileSync(file, 'utf8')
            .split('\n')
            .filter(Boolean)
            .map((line) => JSON.parse(line) as Charge)
        : [],
    add: (charge) => appendFileSync(file, `${JSON.stringify(charge)}\n`),
  };
}
