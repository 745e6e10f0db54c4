import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { distance } from 'fastest-levenshtein';
import { createCharacter, lockDifferences, lockedAttributes, type Character } from '../character.ts';
import type { Config } from '../config/config.ts';
import { UserError } from '../errors.ts';
import type { NewCharacter } from '../ledger/characters.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Job, RegisteredCharacter } from '../ledger/records.ts';
import { highestNumber, parseImageNumber } from '../names.ts';
import type { Caller, Project } from './project.ts';

/** The character of the config. @throws {UserError} when the config has none. */
export function configuredCharacter(config: Config): Character {
  if (config.character) return createCharacter(config.character, { seed: config.seed });
  throw new UserError(
    config.file
      ? `the config has no character: ${config.file}`
      : 'there is no config.json here, and no character was named',
    { hint: 'name a config that has one', advice: { code: 'choose-config' } },
  );
}

/**
 * Checks that a character may be registered, or is the one that is locked. Writes nothing.
 * @throws {UserError} with every difference, unless `relock`; or when it belongs to another owner.
 */
export function assertUnlocked(before: RegisteredCharacter | undefined, character: Character, relock: boolean): void {
  if (!before || relock || isDeleted(before)) return;
  const differences = lockDifferences(before.locked, lockedAttributes(character));
  if (differences.length === 0) return;
  throw new UserError(`${before.id} is locked, and this config describes another character:`, {
    problems: differences.map((d) => `${d.path}: locked ${d.before}, now ${d.after}`),
    hint: 'give the other character another name, or change the locked one for all pictures to come',
    advice: { code: 'relock' },
  });
}

/** True for a character that was deleted: nothing is locked any more, and its jobs stay with what they cost. */
export function isDeleted({ locked }: Pick<RegisteredCharacter, 'locked'>): boolean {
  return Object.keys(locked).length === 0;
}

/** @throws {UserError} for a job of a character that was deleted: its number alone buys nothing. */
export function assertNotDeleted(ledger: Ledger, job: Pick<Job, 'id' | 'characterKey' | 'characterId'>): void {
  if (!isDeleted(ledger.characters.get(job.characterKey))) return;
  throw new UserError(`job ${job.id} is of ${job.characterId}, which was deleted: nothing was sent`, {
    hint: 'the character of the config is made anew by a job of its own',
    advice: { code: 'create-character' },
  });
}

/**
 * Registers a character, or locks one that is there anew: what `assertUnlocked` has let pass. The numbers of a new one
 * begin behind what lies in its folder.
 */
export function registerCharacter(
  ledger: Ledger,
  character: Character,
  place: { owner: string | null; output: string },
): RegisteredCharacter {
  const fresh: NewCharacter = {
    id: character.id,
    name: character.attributes.name,
    seed: character.seed,
    attributes: character.attributes,
    locked: lockedAttributes(character),
    owner: place.owner,
  };
  // The negative prompt is not locked: it follows the config.
  const before = ownCharacter(ledger, place.owner, character.id);
  if (before) return ledger.characters.relock(before.key, fresh);
  const { character: registered } = ledger.characters.register(fresh);
  ledger.characters.numbersStartAfter(registered.id, highestOnDisk(join(place.output, registered.id), registered.id));
  return registered;
}

/** The owner's character of that id, else nobody's: that is everybody's. Another owner's is another character. */
export function ownCharacter(ledger: Ledger, owner: string | null, id: string): RegisteredCharacter | undefined {
  return ledger.characters.find(id, owner) ?? ledger.characters.find(id, null);
}

/**
 * A character by id, as the user typed it. @throws {UserError} naming near ones; or when it belongs to another owner.
 */
export function knownCharacter(project: Pick<Project, 'ledger' | 'caller' | 'clean'>, id: string): RegisteredCharacter {
  const ledger = project.ledger.openExisting();
  const { caller } = project;
  const own = ownCharacter(ledger, caller.owner, id);
  if (own) return own;
  const [foreign] = ledger.characters.named(id);
  if (foreign) {
    assertOwner(caller, foreign);
    return foreign;
  }
  const known = [...new Set(ledger.characters.list().map((c) => c.id))];
  const near = known.filter((one) => distance(one, id) <= Math.max(2, Math.floor(id.length / 4))).slice(0, 3);
  throw new UserError(
    `there is no character ${JSON.stringify(project.clean(id))} in this ledger; ${suggestion(near, known)}`,
    { hint: 'creating the character of the config registers it', advice: { code: 'create-character' } },
  );
}

function suggestion(near: readonly string[], known: readonly string[]): string {
  if (near.length > 0) return `did you mean ${near.join(' or ')}?`;
  if (known.length === 0) return 'there is none yet';
  return `there are ${known.slice(0, 10).join(', ')}${known.length > 10 ? ' …' : ''}`;
}

/** @throws {UserError} when the character belongs to somebody else and the caller is not the administrator. */
export function assertOwner(caller: Caller, row: Pick<RegisteredCharacter, 'id' | 'owner'>): void {
  if (row.owner === null || row.owner === caller.owner || caller.allOwners) return;
  throw new UserError(`${row.id} belongs to ${row.owner}`, {
    hint: 'set `owner` in the config or $IMGGEN_OWNER, or, as the administrator of this machine, ask for all owners',
    advice: { code: 'ask-as-administrator' },
  });
}

/** Tells whether a character, by its key, is the caller's to see: lists show those only. */
export function isVisible(ledger: Ledger, caller: Caller): (characterKey: number) => boolean {
  if (caller.allOwners) return () => true;
  const all = ledger.characters.list();
  const foreign = new Set(all.filter((row) => row.owner !== null && row.owner !== caller.owner).map((row) => row.key));
  return (key) => !foreign.has(key);
}

/** The highest number among a character's pictures in a folder, 0 for none. */
export function highestOnDisk(folder: string, characterId: string): number {
  if (!existsSync(folder)) return 0;
  return highestNumber(readdirSync(folder).flatMap((file) => parseImageNumber(characterId, file) ?? []));
}
