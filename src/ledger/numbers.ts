/**
 * The sequence of picture numbers of a slug, over all owners, kinds and jobs: they share a folder, and names must not
 * clash. A number is given out in a transaction, and never a second time.
 */
import type { Connection } from './connection.ts';

/** The number that the next picture gets. Reads only. */
export function nextNumber(connection: Connection, characterId: string): number {
  return connection.get<{ next: number }>('SELECT next FROM numbers WHERE character_id = ?', characterId)?.next ?? 1;
}

/** Gives out the next number. Inside a transaction. */
export function takeNumber(connection: Connection, characterId: string): number {
  const number = nextNumber(connection, characterId);
  startNumbersAfter(connection, characterId, number);
  return number;
}

/** Makes sure that the next number is above one that was found. Never lowers it. Inside a transaction. */
export function startNumbersAfter(connection: Connection, characterId: string, highest: number): void {
  connection.run(
    `INSERT INTO numbers (character_id, next) VALUES (?, ?)
     ON CONFLICT (character_id) DO UPDATE SET next = MAX(next, excluded.next)`,
    characterId,
    highest + 1,
  );
}
