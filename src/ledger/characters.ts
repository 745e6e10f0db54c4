import type { CharacterRow } from './rows.ts';
import type { Session } from './session.ts';

/** What is written of a new character. `attributes` and `locked` are JSON. */
export interface NewCharacter {
  id: string;
  name: string;
  seed: number;
  attributes: string;
  locked: string;
  owner?: string;
}

/** Everything about characters. */
export class Characters {
  private readonly session: Session;

  constructor(session: Session) {
    this.session = session;
  }

  /** A character by id. */
  find(id: string): CharacterRow | undefined {
    return this.session.get<CharacterRow>('SELECT * FROM characters WHERE id = ?', id);
  }

  /** All characters, by id. */
  list(): CharacterRow[] {
    return this.session.all<CharacterRow>('SELECT * FROM characters ORDER BY id');
  }

  /** Registers a character; one that is there already is returned as it is (seed and attributes stay locked). */
  register(c: NewCharacter): { row: CharacterRow; created: boolean } {
    return this.session.write(() => {
      const before = this.find(c.id);
      if (before) return { row: before, created: false };
      this.session.run(
        'INSERT INTO characters (id, name, seed, attributes, locked, owner, created_at_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
        c.id,
        c.name,
        c.seed,
        c.attributes,
        c.locked,
        c.owner ?? null,
        this.session.now(),
      );
      return { row: this.mustFind(c.id), created: true };
    });
  }

  /** Locks a character anew (`--relock`), or refreshes what is not locked (the negative prompt). */
  relock(c: NewCharacter): CharacterRow {
    return this.session.write(() => {
      this.session.run(
        'UPDATE characters SET name = ?, seed = ?, attributes = ?, locked = ? WHERE id = ?',
        c.name,
        c.seed,
        c.attributes,
        c.locked,
        c.id,
      );
      return this.mustFind(c.id);
    });
  }

  /** Makes sure that the next picture's number is above one that was found on disk or in a store. Never lowers it. */
  numbersStartAfter(id: string, highest: number): void {
    this.session.write(() => {
      this.session.run('UPDATE characters SET next_number = MAX(next_number, ?) WHERE id = ?', highest + 1, id);
    });
  }

  /**
   * Forgets a character whose pictures are removed: what is unfinished is cancelled, seed and attributes are no longer
   * locked. Jobs stay for the books, and numbers are not given out again.
   */
  forget(id: string): void {
    this.session.write(() => {
      this.session.run(
        `UPDATE shots SET state = 'cancelled', after_shot = NULL WHERE character_id = ? AND state NOT IN ('leased', 'done')`,
        id,
      );
      this.session.run(
        `UPDATE jobs SET state = 'cancelled' WHERE character_id = ? AND (state = 'open' OR kind = 'create')`,
        id,
      );
      // Its shots have the old seed and looks: `create-character` must not go on with it.
      this.session.run(`UPDATE jobs SET fingerprint = 'removed' WHERE character_id = ? AND kind = 'create'`, id);
      this.session.run(`UPDATE characters SET locked = '{}' WHERE id = ?`, id);
    });
  }

  private mustFind(id: string): CharacterRow {
    const row = this.find(id);
    if (!row) throw new Error(`character ${id} vanished`);
    return row;
  }
}
