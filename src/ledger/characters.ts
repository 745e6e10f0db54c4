import type { CharacterAttributes } from '../character.ts';
import type { RegisteredCharacter } from './records.ts';
import { characterOf } from './rows.ts';
import type { Connection } from './connection.ts';

/** What is written of a new character. */
export interface NewCharacter {
  id: string;
  name: string;
  seed: number;
  attributes: CharacterAttributes;
  /** What a later config must agree with. */
  locked: Readonly<Record<string, unknown>>;
  owner?: string;
}

/** Everything about characters. */
export class Characters {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** A character by id. */
  find(id: string): RegisteredCharacter | undefined {
    return this.connection.one(characterOf, 'SELECT * FROM characters WHERE id = ?', id);
  }

  /** All characters, by id. */
  list(): RegisteredCharacter[] {
    return this.connection.many(characterOf, 'SELECT * FROM characters ORDER BY id');
  }

  /** Registers a character; one that is there already is returned as it is (seed and attributes stay locked). */
  register(c: NewCharacter): { row: RegisteredCharacter; created: boolean } {
    return this.connection.write(() => {
      const before = this.find(c.id);
      if (before) return { row: before, created: false };
      this.connection.run(
        'INSERT INTO characters (id, name, seed, attributes, locked, owner, created_at_ms) VALUES (?, ?, ?, ?, ?, ' +
          '?, ?)',
        c.id,
        c.name,
        c.seed,
        JSON.stringify(c.attributes),
        JSON.stringify(c.locked),
        c.owner ?? null,
        this.connection.now(),
      );
      return { row: this.mustFind(c.id), created: true };
    });
  }

  /** Locks a character anew (`--relock`), or refreshes what is not locked (the negative prompt). */
  relock(c: NewCharacter): RegisteredCharacter {
    return this.connection.write(() => {
      this.connection.run(
        'UPDATE characters SET name = ?, seed = ?, attributes = ?, locked = ? WHERE id = ?',
        c.name,
        c.seed,
        JSON.stringify(c.attributes),
        JSON.stringify(c.locked),
        c.id,
      );
      return this.mustFind(c.id);
    });
  }

  /** Makes sure that the next picture's number is above one that was found on disk or in a store. Never lowers it. */
  numbersStartAfter(id: string, highest: number): void {
    this.connection.write(() => {
      this.connection.run('UPDATE characters SET next_number = MAX(next_number, ?) WHERE id = ?', highest + 1, id);
    });
  }

  /**
   * Forgets a character whose pictures are removed: what is unfinished is cancelled, seed and attributes are no longer
   * locked. Jobs stay for the books, and numbers are not given out again.
   */
  forget(id: string): void {
    this.connection.write(() => {
      this.connection.run(
        `UPDATE shots SET state = 'cancelled', after_shot = NULL WHERE character_id = ? AND state NOT IN ('leased', 'done')`,
        id,
      );
      this.connection.run(
        `UPDATE jobs SET state = 'cancelled' WHERE character_id = ? AND (state = 'open' OR kind = 'create')`,
        id,
      );
      // Its shots have the old seed and looks: `create-character` must not go on with it.
      this.connection.run(`UPDATE jobs SET fingerprint = 'removed' WHERE character_id = ? AND kind = 'create'`, id);
      this.connection.run(`UPDATE characters SET locked = '{}' WHERE id = ?`, id);
    });
  }

  private mustFind(id: string): RegisteredCharacter {
    const row = this.find(id);
    if (!row) throw new Error(`character ${id} vanished`);
    return row;
  }
}
