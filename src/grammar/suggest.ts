/** Which command was meant. Pure. */
import { closest, distance } from 'fastest-levenshtein';

/** Commands that delete: nobody is led to one by a slip of the finger. */
const DELETING: readonly string[] = ['clean', 'delete'];

/**
 * The commands that an unknown word may stand for: those that begin with it, else a near miss. Empty where that is
 * anybody's guess; never one that deletes.
 */
export function suggestedCommands(word: string, commands: readonly string[]): readonly string[] {
  const typed = word.toLowerCase();
  const begun = commands.filter((name) => name.startsWith(typed));
  if (begun.length > 0) return begun.length < 4 ? begun.filter((name) => !DELETING.includes(name)) : [];
  const near = closest(typed, [...commands]);
  const isMeant = isSwapped(typed, near) || distance(typed, near) <= Math.min(3, near.length * 0.4);
  return !DELETING.includes(near) && isMeant ? [near] : [];
}

/** True when two neighboring letters are exchanged: `pakc`. */
function isSwapped(typed: string, name: string): boolean {
  if (typed.length !== name.length) return false;
  const at = [...name].findIndex((letter, i) => letter !== typed[i]);
  return name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2) === typed;
}
