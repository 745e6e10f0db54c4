/** Seeds that are derived from a character's own. Pure. */

/**
 * The seed of a shot whose prompt comes for the `cycle`-th time again; the character's own for cycle 0. All cycles
 * below 2^32 differ from each other and from `seed`.
 */
export function derivedSeed(seed: number, cycle: number): number {
  return (seed ^ mix(cycle)) >>> 0;
}

/**
 * The seed of another take (1, 2, …) of a picture with this seed: 0 … 2^32 − 1. All takes of one differ from each
 * other and from it.
 */
export function takeSeed(seed: number, take: number): number {
  const mixed = mix((seed + Math.imul(take, 0x9e3779b1)) >>> 0);
  return mixed === seed ? mix(seed) : mixed;
}

/** Murmur3's finaliser: maps 32 bits one to one, and only 0 to 0. */
function mix(bits: number): number {
  let mixed = bits >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
