/** Two ways to choose without chance: by words, and by hash. Pure. */

/**
 * Words (regular-expression source, matched at the start of a word, any case) and what they stand for; first match
 * wins.
 */
export type WordTable<T> = readonly (readonly [string, T])[];

/** What the text's words stand for in the table, or undefined when none is known. */
export function byWords<T>(text: string | undefined, table: WordTable<T>): T | undefined {
  if (!text) return undefined;
  return table.find(([words]) => new RegExp(`(?<![\\p{L}])(?:${words})`, 'iu').test(text))?.[1];
}

/** One of the list, the same for the same key for ever. @throws RangeError for an empty list. */
export function byHash<T>(list: readonly T[], key: string): T {
  const chosen = list[hash(key) % list.length];
  if (chosen === undefined) throw new RangeError('nothing to choose from');
  return chosen;
}

/** 32 bits of a text: FNV-1a over its code units, then murmur3's finaliser, so that near texts fall far apart. */
export function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) bits = Math.imul(bits ^ text.charCodeAt(at), 0x01000193);
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}
