/** Pictures that look the same, by their perceptual hashes. Pure. */

/**
 * Of the 64 characters of two hashes, so many differ at most where the pictures look the same. Measured: 0 to 7 for a
 * copy that was compressed, blurred or made lighter; 13 and more for two pictures of one person.
 */
const DIFFERENT_MAX = 7;

/** Groups of pictures that look the same, in the order of the first of each; alone is no group. */
export function nearDuplicates(pictures: readonly { name: string; hash: string }[]): string[][] {
  const groups: { hash: string; names: string[] }[] = [];
  for (const { name, hash } of pictures) {
    const group = groups.find((other) => lookSame(other.hash, hash));
    if (group) group.names.push(name);
    else groups.push({ hash, names: [name] });
  }
  return groups.filter(({ names }) => names.length > 1).map(({ names }) => names);
}

/** True when two pictures look the same, by their hashes. */
export function lookSame(a: string, b: string): boolean {
  return differing(a, b) <= DIFFERENT_MAX;
}

/** How many characters of two hashes differ. */
export function differing(a: string, b: string): number {
  let count = 0;
  for (let index = 0; index < a.length; index += 1) if (a[index] !== b[index]) count += 1;
  return count;
}

/** Pictures that were seen before, in groups: jobs, say. */
export class SeenPictures {
  private readonly hashes = new Map<number, { name: string; hash: string }[]>();

  /** The name of a picture of the same group that looks the same; this one is seen from now on. */
  sameAs(group: number, name: string, hash: string | null): string | undefined {
    if (hash === null) return undefined;
    const others = (this.hashes.get(group) ?? []).filter((other) => other.name !== name);
    this.hashes.set(group, [...others, { name, hash }]);
    return others.find((other) => lookSame(other.hash, hash))?.name;
  }
}
