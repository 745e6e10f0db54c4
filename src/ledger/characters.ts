import type { CharacterAttributes } from '../character.ts';
import type { Connection } from './connection.ts';
import { nextNumber, startNumbersAfter } from './numbers.ts';
import type { RegisteredCharacter } from './records.ts';
import { characterByKey, characterOf } from './rows.ts';

/** What is written of a new character. */
export interface NewCharacter {
  /** The slug, unique for its owner. */
  id: string;
  name: string;
  seed: number;
  attributes: CharacterAttributes;
  /** What a later config must agree with. */
  locked: Readonly<Record<string, unknown>>;
  /** Whose it is; left out: nobody's. */
  owner?: string | null | undefined;
}

/** Everything about characters. */
export class Characters {
  private readonly connection: Connection;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  /** The character of that id that this owner (null: nobody) has. */
  find(id: string, owner: string | null): RegisteredCharacter | undefined {
    return this.connection.one(characterOf, 'SELECT * FROM characters WHERE id = ? AND owner = ?', id, owner ?? '');
  }

  /** The characters of that id, of all owners; nobody's first. */
  named(id: string): RegisteredCharacter[] {
    return this.connection.many(characterOf, 'SELECT * FROM characters WHERE id = ? ORDER BY owner', id);
  }

  /** A character by its key. @throws when there is none. */
  get(key: number): RegisteredCharacter {
    return characterByKey(this.connection, key);
  }

  /** All characters, by id and owner. */
  list(): RegisteredCharacter[] {
    return this.connection.many(characterOf, 'SELECT * FROM characters ORDER BY id, owner');
  }

  /** Registers a character; one that is there already is returned as it is (seed and attributes stay locked). */
  register(c: NewCharacter): { character: RegisteredCharacter; created: boolean } {
    return this.connection.write(() => {
      const before = this.find(c.id, c.owner ?? null);
      if (before) return { character: before, created: false };
      const key = this.connection.insert(
        `INSERT INTO characters (id, owner, name, seed, attributes, locked, created_at_ms)
         VALUES (?, ?, ?, ?, ?, ?, ?)`,
        c.id,
        c.owner ?? '',
        c.name,
        c.seed,
        JSON.stringify(c.attributes),
        JSON.stringify(c.locked),
        this.connection.now(),
      );
      return { character: this.get(key), created: true };
    });
  }

  /** Locks a character anew (`--relock`), or refreshes what is not locked (the negative prompt). */
  relock(key: number, c: Omit<NewCharacter, 'id' | 'owner'>): RegisteredCharacter {
    return this.connection.write(() => {
      this.connection.run(
        'UPDATE characters SET name = ?, seed = ?, attributes = ?, locked = ? WHERE key = ?',
        c.name,
        c.seed,
        JSON.stringify(c.attributes),
        JSON.stringify(c.locked),
        key,
      );
      return this.get(key);
    });
  }

  /** Makes a picture the character's face, in place of the newest avatar. */
  chooseAvatar(key: number, imageId: number): void {
    this.connection.write(() => {
      this.connection.run('UPDATE characters SET avatar_image_id = ? WHERE key = ?', imageId, key);
    });
  }

  /** What all jobs of a character have cost. */
  spentMicros(key: number): number {
    return (
      this.connection.get<{ micros: number }>(
        `SELECT COALESCE(SUM(spent_micros), 0) micros FROM reservations
          WHERE job_id IN (SELECT id FROM jobs WHERE character_key = ?)`,
        key,
      )?.micros ?? 0
    );
  }

  /** The number that the next picture of this slug gets, whoever owns it. */
  nextNumber(id: string): number {
    return nextNumber(this.connection, id);
  }

  /** Makes sure that the next picture's number is above one that was found on disk or in a store. Never lowers it. */
  numbersStartAfter(id: string, highest: number): void {
    this.connection.write(() => startNumbersAfter(this.connection, id, highest));
  }

  /**
   * Forgets a character whose pictures are removed: what is unfinished is canceled, seed and attributes are no longer
   * locked. Jobs stay, with what they cost, and numbers are not given out again.
   */
  forget(key: number): void {
    this.connection.write(() => {
      this.connection.run(
        `UPDATE shots SET state = 'canceled', after_shot = NULL
         WHERE job_id IN (SELECT id FROM jobs WHERE character_key = ?) AND state NOT IN ('leased', 'done')`,
        key,
      );
      this.connection.run(
        `UPDATE jobs SET state = 'canceled' WHERE character_key = ? AND (state = 'open' OR kind = 'create')`,
        key,
      );
      // Its shots have the old seed and looks: `create-character` must not go on with it.
      this.connection.run(`UPDATE jobs SET fingerprint = 'removed' WHERE character_key = ? AND kind = 'create'`, key);
      this.connection.run(`UPDATE characters SET locked = '{}' WHERE key = ?`, key);
    });
  }
}
