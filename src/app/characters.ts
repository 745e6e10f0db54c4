import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { createCharacter, lockDifferences, lockedAttributes, type Character } from '../character.ts';
import { UserError } from '../errors.ts';
import type { NewCharacter } from '../ledger/characters.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { RegisteredCharacter } from '../ledger/records.ts';
import { parseImageNumber } from '../names.ts';
import type { House } from './house.ts';

/** The character of the config. @throws {UserError} when the config has none. */
export function configuredCharacter(house: House): Character {
  const { config } = house;
  if (!config.character) {
    throw new UserError(
      config.file
        ? `the config has no character: ${config.file}`
        : 'there is no config.json here, and no character was named',
      {
        hint: '`imggen init` writes a config to start from; `--config FILE` names another one',
      },
    );
  }
  return createCharacter(config.character, { seed: config.seed });
}

/**
 * Registers a character, or checks that the config still means the one that is locked.
 * @throws {UserError} with every difference, unless `relock`; or when it belongs to another owner.
 */
export function ensureCharacter(
  house: House,
  character: Character,
  relock: boolean,
  owner = house.config.owner,
): RegisteredCharacter {
  const ledger = house.ledger();
  const before = ledger.characters.find(character.id);
  const fresh: NewCharacter = {
    id: character.id,
    name: character.attributes.name,
    seed: character.seed,
    attributes: character.attributes,
    locked: lockedAttributes(character),
    owner,
  };
  if (!before) {
    const { row } = ledger.characters.register(fresh);
    ledger.characters.numbersStartAfter(row.id, highestOnDisk(join(house.config.output, row.id), row.id));
    return row;
  }
  assertOwner(house, before);
  // Deleted (`imggen delete <character>`): nothing is locked any more.
  if (Object.keys(before.locked).length === 0) return ledger.characters.relock(fresh);
  const differences = lockDifferences(before.locked, lockedAttributes(character));
  if (differences.length > 0 && !relock) {
    throw new UserError(`${before.id} is locked, and this config describes another character:`, {
      problems: differences.map((d) => `${d.path}: locked ${d.before}, now ${d.after}`),
      hint: 'give the other character another name, or change the locked one for all pictures to come: --relock',
    });
  }
  // The negative prompt is not locked, and a relock changes the rest.
  return ledger.characters.relock(fresh);
}

/** A character by id, as the user typed it. @throws {UserError} naming near ones. */
export function knownCharacter(house: House, ledger: Ledger, id: string): RegisteredCharacter {
  const row = ledger.characters.find(id);
  if (row) {
    assertOwner(house, row);
    return row;
  }
  const all = ledger.characters.list().map((c) => c.id);
  const near = all.filter((known) => distance(known, id) <= Math.max(2, Math.floor(id.length / 4))).slice(0, 3);
  const known =
    all.length > 0 ? `there are ${all.slice(0, 10).join(', ')}${all.length > 10 ? ' …' : ''}` : 'there is none yet';
  throw new UserError(
    `there is no character ${JSON.stringify(house.clean(id))} in this ledger; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : known}`,
    {
      hint: '`imggen create-character` registers the one in the config',
    },
  );
}

/** @throws {UserError} when the character belongs to somebody else and this is not the administrator. */
export function assertOwner(house: House, row: Pick<RegisteredCharacter, 'id' | 'owner'>): void {
  const me = house.config.owner ?? null;
  if (row.owner === null || row.owner === me || house.flags.allOwners) return;
  throw new UserError(`${row.id} belongs to ${house.clean(row.owner)}`, {
    hint: 'set `owner` in the config or $IMGGEN_OWNER, or, as the administrator of this machine, add --all-owners',
  });
}

/** Tells whether a character is the caller's to see: lists show those only. */
export function ownedCharacters(house: House, ledger: Ledger): (characterId: string) => boolean {
  const me = house.config.owner ?? null;
  const foreign = new Set(
    ledger.characters
      .list()
      .filter((row) => row.owner !== null && row.owner !== me)
      .map((row) => row.id),
  );
  return (id) => house.flags.allOwners === true || !foreign.has(id);
}

/** The highest number among a character's pictures in a folder, 0 for none. */
export function highestOnDisk(folder: string, characterId: string): number {
  if (!existsSync(folder)) return 0;
  return Math.max(0, ...readdirSync(folder).map((file) => parseImageNumber(characterId, file) ?? 0));
}
