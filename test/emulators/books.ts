/** What a service has charged. */
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, writeSync } from 'node:fs';
import type { Charge } from './service.ts';

/** The charges: in memory, and in the journal where there is one. */
export function openBooks(service: string, journal: string | undefined, now: () => number) {
  const charges: Charge[] = journal !== undefined && existsSync(journal) ? readJournal(journal) : [];
  const file = journal === undefined ? undefined : openSync(journal, 'a');
  let closed = false;
  return {
    charges,
    charge(charge: Omit<Charge, 'at' | 'service'>): void {
      if (closed) return;
      const booked: Charge = { at: new Date(now()).toISOString(), service, ...charge };
      if (file !== undefined) {
        writeSync(file, `${JSON.stringify(booked)}\n`);
        fsyncSync(file);
      }
      charges.push(booked);
    },
    close(): void {
      closed = true;
      if (file !== undefined) closeSync(file);
    },
  };
}

/** The charges in a journal file, oldest first; readable while the emulator (maybe of another process) runs. */
export function readJournal(journal: string): Charge[] {
  const lines = readFileSync(journal, 'utf8').split('\n').slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Charge);
}
