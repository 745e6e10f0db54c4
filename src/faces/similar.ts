/** Pictures that look the same, by their perceptual hashes. Pure. */

/**
 * Of the 64 characters of two hashes, so many differ at most where the pictures look the same. Measured: 0 to 7 for a
 * copy that was compressed, blurred or made lighter; 13 and more for two pictures of one person.
 */
const DIFFERENT_MAX = 7;

/** Groups of pictures that look the same, in the order of the first of each; alone is no group. */
export function nearDuplicates(pictures: readonly { name: string; hash: string }[]): string[][] {
  const groups: { bits: Bits; names: string[] }[] = [];
  for (const { name, hash } of pictures) {
    const bits = bitsOf(hash);
    const group = groups.find((other) => differing(other.bits, bits) <= DIFFERENT_MAX);
    if (group) group.names.push(name);
    else groups.push({ bits, names: [name] });
  }
  return groups.filter(({ names }) => names.length > 1).map(({ names }) => names);
}

/** 64 bits as two whole numbers: thousands of pictures are compared with each other. */
type Bits = readonly [number, number];

/** The bits of a hash of 64 characters of 0 and 1. */
export function bitsOf(hash: string): Bits {
  return [Number.parseInt(hash.slice(0, 32), 2) | 0, Number.parseInt(hash.slice(32), 2) | 0];
}

/** How many bits of two hashes differ. */
export function differing(a: Bits, b: Bits): number {
  return ones(a[0] ^ b[0]) + ones(a[1] ^ b[1]);
}

/** How many of 32 bits are set: by pairs, by fours, by eights (Hacker's Delight, 5-1). */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

/** Pictures that were seen before, in groups: jobs, say. */
export class SeenPictures {
  private readonly groups = new Map<number, { name: string; bits: Bits }[]>();

  /** The name of a picture of the same group that looks the same; this one is seen from now on. */
  sameAs(group: number, name: string, hash: string | null): string | undefined {
    if (hash === null) return undefined;
    const bits = bitsOf(hash);
    const others = this.groups.get(group) ?? [];
    const same = others.find((other) => other.name !== name && differing(other.bits, bits) <= DIFFERENT_MAX);
    if (others.every((other) => other.name !== name)) others.push({ name, bits });
    this.groups.set(group, others);
    return same?.name;
  }
}
