/** Trigger word and class: the two words that a training set is about. Pure. */
import type { CharacterAttributes } from '../character.ts';
import { person } from '../plan/identity.ts';

/** Words that are safe as part of a folder's name on every system. */
const CLASS = /^[A-Za-z][A-Za-z0-9-]*(?: [A-Za-z0-9-]+){0,5}$/;
const CLASS_CHARS_MAX = 40;
const DEFAULT_CHARS_MAX = 24;

/** Trainers ask for a string that is no word: letters that look like digits become such. */
const DIGITS: Readonly<Record<string, string>> = { a: '4', e: '3', i: '1', o: '0' };

/** The trigger word of a character: `mira-sol` → `m1r4s0l`; the same for ever. */
export function defaultTrigger(characterId: string): string {
  const letters = characterId.replaceAll('-', '').slice(0, DEFAULT_CHARS_MAX);
  const word = letters.replaceAll(/[aeio]/g, (letter) => DIGITS[letter] ?? letter);
  return /\d/.test(word) ? word : `${word}1`;
}

/** The class of a character: `woman`, `man`, `person` … */
export function defaultClass({ gender, ageRange }: Pick<CharacterAttributes, 'gender' | 'ageRange'>): string {
  const noun = person((gender ?? '').trim(), ageRange);
  return isClass(noun) ? noun : 'person';
}

/** True for words that can be part of a folder's name. */
export function isClass(text: string): boolean {
  return CLASS.test(text) && text.length <= CLASS_CHARS_MAX;
}
